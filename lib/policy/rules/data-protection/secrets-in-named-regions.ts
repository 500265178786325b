import { attributeRule } from "../../attribute-rule";
import { isPresent } from "../../values";

export const secretsInNamedRegions = attributeRule({
  id: "data-protection.secretsInNamedRegions",
  title: "Secrets stay in named regions",
  severity: "high",
  rationale:
    "Automatic replication copies a secret to wherever Google chooses, and no key of one region can encrypt it there.",
  fix: "write replication.user_managed.replicas with a location for each, or use a regional secret",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.7.2" },
  ],
  requires: { google_secret_manager_secret: { "replication.user_managed.replicas": isPresent } },
});
