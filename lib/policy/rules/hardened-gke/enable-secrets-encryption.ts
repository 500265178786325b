import { attributeRule } from "../../attribute-rule";
import { is, isSet } from "../../values";

export const enableSecretsEncryption = attributeRule({
  id: "container.managed.enableSecretsEncryption",
  title: "Secrets are encrypted with a key of your own",
  severity: "high",
  rationale:
    "Kubernetes secrets are readable to whoever reads the control plane's storage, unless a key that you hold encrypts them.",
  fix: "set database_encryption.state to ENCRYPTED, and key_name",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableSecretsEncryption" },
    { framework: "CIS GKE 1.4", id: "5.3.1" },
  ],
  requires: {
    google_container_cluster: { "database_encryption.state": is("ENCRYPTED"), "database_encryption.key_name": isSet },
  },
});
