import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireNodePoolAutoUpgrade = attributeRule({
  id: "custom.gkeRequireNodePoolAutoUpgrade",
  title: "Nodes are upgraded",
  severity: "high",
  rationale: "Nodes that nobody upgrades keep known holes.",
  fix: "set management.auto_upgrade to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireNodePoolAutoUpgrade" },
    { framework: "CIS GKE 1.4", id: "5.5.3" },
  ],
  requires: {
    google_container_node_pool: { "management.auto_upgrade": is(true) },
  },
});
