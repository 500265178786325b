import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireGKEMetadataServer = attributeRule({
  id: "custom.gkeRequireGKEMetadataServer",
  title: "Pods cannot read the node's metadata",
  severity: "high",
  rationale: "The metadata server of Compute Engine gives any pod the token of the node.",
  fix: "set node_config.workload_metadata_config.mode to GKE_METADATA",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireGKEMetadataServer" },
    { framework: "CIS GKE 1.4", id: "5.2.2" },
  ],
  requires: {
    google_container_node_pool: { "node_config.workload_metadata_config.mode": is("GKE_METADATA") },
  },
});
