import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const disableAlphaCluster = attributeRule({
  id: "custom.gkeDisableAlphaCluster",
  title: "No alpha cluster",
  severity: "high",
  rationale: "An alpha cluster is deleted after 30 days and is never upgraded.",
  fix: "remove enable_kubernetes_alpha",
  controls: [{ framework: "Google hardened", id: "custom.gkeDisableAlphaCluster" }],
  requires: {
    google_container_cluster: { enable_kubernetes_alpha: isNot(true) },
  },
});
