import { attributeRule } from "../../attribute-rule";
import { oneOf } from "../../values";

export const allowedNodePoolImages = attributeRule({
  id: "custom.gkeAllowedNodePoolImages",
  title: "Nodes run an image that was reviewed",
  severity: "medium",
  rationale: "Other images are patched later and open more to pods.",
  fix: "set node_config.image_type to COS_CONTAINERD",
  controls: [
    { framework: "Google hardened", id: "custom.gkeAllowedNodePoolImages" },
    { framework: "CIS GKE 1.4", id: "5.5.1" },
  ],
  requires: {
    google_container_node_pool: { "node_config.image_type": oneOf("COS_CONTAINERD") },
  },
});
