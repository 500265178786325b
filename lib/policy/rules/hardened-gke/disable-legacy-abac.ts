import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const disableLegacyAbac = attributeRule({
  id: "custom.gkeDisableLegacyAbac",
  title: "Legacy authorization is off",
  severity: "high",
  rationale: "It grants more than RBAC would, statically.",
  fix: "remove enable_legacy_abac",
  controls: [
    { framework: "Google hardened", id: "custom.gkeDisableLegacyAbac" },
    { framework: "CIS GKE 1.4", id: "5.8.4" },
  ],
  requires: {
    google_container_cluster: { enable_legacy_abac: isNot(true) },
  },
});
