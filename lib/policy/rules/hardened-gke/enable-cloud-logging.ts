import { attributeRule } from "../../attribute-rule";
import { includes, isNot } from "../../values";

export const enableCloudLogging = attributeRule({
  id: "container.managed.enableCloudLogging",
  title: "System and workload logs are kept",
  severity: "high",
  rationale: "What was not logged cannot be investigated, and the EU AI Act asks for records.",
  fix: "leave logging_service out and list SYSTEM_COMPONENTS and WORKLOADS in logging_config.enable_components",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableCloudLogging" },
    { framework: "CIS GKE 1.4", id: "5.7.1" },
    { framework: "EU AI Act", id: "Art. 12" },
  ],
  requires: {
    google_container_cluster: {
      logging_service: isNot("none"),
      "logging_config.enable_components": includes("SYSTEM_COMPONENTS", "WORKLOADS"),
    },
  },
});
