import { attributeRule } from "../../attribute-rule";
import { includes, oneOf, orAbsent } from "../../values";

export const requireMonitoring = attributeRule({
  id: "custom.gkeRequireMonitoring",
  title: "System metrics are kept",
  severity: "medium",
  rationale: "What is not measured fails unseen.",
  fix: "leave monitoring_service out and list SYSTEM_COMPONENTS in monitoring_config.enable_components",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireMonitoring" },
    { framework: "CIS GKE 1.4", id: "5.7.1" },
  ],
  requires: {
    google_container_cluster: {
      monitoring_service: oneOf(undefined, "monitoring.googleapis.com/kubernetes"),
      "monitoring_config.enable_components": orAbsent(includes("SYSTEM_COMPONENTS")),
    },
  },
});
