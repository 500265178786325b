import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireCOSImage = attributeRule({
  id: "custom.gkeRequireCOSImage",
  title: "Nodes run Container-Optimized OS",
  severity: "medium",
  rationale: "It has little in it, a read-only root and automatic patches.",
  fix: "set node_config.image_type to COS_CONTAINERD",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireCOSImage" },
    { framework: "CIS GKE 1.4", id: "5.5.1" },
  ],
  requires: {
    google_container_node_pool: { "node_config.image_type": is("COS_CONTAINERD") },
  },
});
