import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireNodePoolAutoRepair = attributeRule({
  id: "custom.gkeRequireNodePoolAutoRepair",
  title: "Broken nodes are repaired",
  severity: "medium",
  rationale: "A broken node keeps capacity and pods until someone sees it.",
  fix: "set management.auto_repair to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireNodePoolAutoRepair" },
    { framework: "CIS GKE 1.4", id: "5.5.2" },
  ],
  requires: {
    google_container_node_pool: { "management.auto_repair": is(true) },
  },
});
