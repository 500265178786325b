import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireIntraNodeVisibility = attributeRule({
  id: "custom.gkeRequireIntraNodeVisibility",
  title: "Traffic within a node is seen",
  severity: "medium",
  rationale: "Traffic between pods of one node is in no flow log otherwise.",
  fix: "set enable_intranode_visibility to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireIntraNodeVisibility" },
    { framework: "CIS GKE 1.4", id: "5.6.1" },
  ],
  requires: {
    google_container_cluster: { enable_intranode_visibility: is(true) },
  },
});
