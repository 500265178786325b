import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const requireIntegrityMonitoring = attributeRule({
  id: "custom.gkeRequireIntegrityMonitoring",
  title: "The boot of nodes is measured",
  severity: "medium",
  rationale: "A boot that differs from the last good one is only seen where it is measured.",
  fix: "set node_config.shielded_instance_config.enable_integrity_monitoring to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireIntegrityMonitoring" },
    { framework: "CIS GKE 1.4", id: "5.5.6" },
  ],
  requires: {
    google_container_node_pool: { "node_config.shielded_instance_config.enable_integrity_monitoring": isNot(false) },
  },
});
