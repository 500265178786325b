import { attributeRule } from "../../attribute-rule";
import { isPresent, oneOf } from "../../values";

export const requireVPCNativeCluster = attributeRule({
  id: "custom.gkeRequireVPCNativeCluster",
  title: "Pods have addresses of the VPC",
  severity: "high",
  rationale: "Routes-based clusters have neither private access nor firewall rules for pods.",
  fix: "remove networking_mode and add ip_allocation_policy",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireVPCNativeCluster" },
    { framework: "CIS GKE 1.4", id: "5.6.2" },
  ],
  requires: {
    google_container_cluster: { networking_mode: oneOf(undefined, "VPC_NATIVE"), ip_allocation_policy: isPresent },
  },
});
