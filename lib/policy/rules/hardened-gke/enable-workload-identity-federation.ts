import { attributeRule } from "../../attribute-rule";
import { isSet } from "../../values";

export const enableWorkloadIdentityFederation = attributeRule({
  id: "container.managed.enableWorkloadIdentityFederation",
  title: "Pods have identities of their own",
  severity: "high",
  rationale: "Without it pods use the node's identity, or keys that leak.",
  fix: "set workload_identity_config.workload_pool",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableWorkloadIdentityFederation" },
    { framework: "CIS GKE 1.4", id: "5.2.2" },
  ],
  requires: {
    google_container_cluster: { "workload_identity_config.workload_pool": isSet },
  },
});
