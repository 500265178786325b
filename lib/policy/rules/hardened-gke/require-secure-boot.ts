import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireSecureBoot = attributeRule({
  id: "custom.gkeRequireSecureBoot",
  title: "Nodes boot signed code only",
  severity: "high",
  rationale: "Without secure boot a changed kernel starts unnoticed.",
  fix: "set node_config.shielded_instance_config.enable_secure_boot to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireSecureBoot" },
    { framework: "CIS GKE 1.4", id: "5.5.7" },
  ],
  requires: {
    google_container_node_pool: { "node_config.shielded_instance_config.enable_secure_boot": is(true) },
  },
});
