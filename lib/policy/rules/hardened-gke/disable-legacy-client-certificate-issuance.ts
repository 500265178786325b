import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const disableLegacyClientCertificateIssuance = attributeRule({
  id: "container.managed.disableLegacyClientCertificateIssuance",
  title: "No client certificate is issued",
  severity: "medium",
  rationale: "A client certificate cannot be revoked, and it names nobody.",
  fix: "set master_auth.client_certificate_config.issue_client_certificate to false",
  controls: [
    { framework: "Google hardened", id: "container.managed.disableLegacyClientCertificateIssuance" },
    { framework: "CIS GKE 1.4", id: "5.8.2" },
  ],
  requires: {
    google_container_cluster: { "master_auth.client_certificate_config.issue_client_certificate": is(false) },
  },
});
