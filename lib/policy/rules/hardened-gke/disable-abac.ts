import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const disableABAC = attributeRule({
  id: "container.managed.disableABAC",
  title: "Attribute-based access control is off",
  severity: "high",
  rationale: "ABAC grants every right of a service account token to every pod that holds one, past RBAC.",
  fix: "remove enable_legacy_abac",
  controls: [
    { framework: "Google hardened", id: "container.managed.disableABAC" },
    { framework: "CIS GKE 1.4", id: "5.8.4" },
  ],
  requires: {
    google_container_cluster: { enable_legacy_abac: isNot(true) },
  },
});
