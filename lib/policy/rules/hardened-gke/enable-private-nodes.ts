import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const enablePrivateNodes = attributeRule({
  id: "container.managed.enablePrivateNodes",
  title: "Nodes have no public addresses",
  severity: "high",
  rationale: "A node with a public address can be attacked from anywhere.",
  fix: "set private_cluster_config.enable_private_nodes to true",
  controls: [
    { framework: "Google hardened", id: "container.managed.enablePrivateNodes" },
    { framework: "CIS GKE 1.4", id: "5.6.5" },
  ],
  requires: {
    google_container_cluster: { "private_cluster_config.enable_private_nodes": is(true) },
  },
});
