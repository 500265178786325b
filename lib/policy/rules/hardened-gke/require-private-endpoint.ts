import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requirePrivateEndpoint = attributeRule({
  id: "custom.gkeRequirePrivateEndpoint",
  title: "The control plane has no public address",
  severity: "high",
  rationale: "A public address can be reached, and scanned, by anyone.",
  fix: "set private_cluster_config.enable_private_endpoint to true",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequirePrivateEndpoint" },
    { framework: "CIS GKE 1.4", id: "5.6.4" },
  ],
  requires: {
    google_container_cluster: { "private_cluster_config.enable_private_endpoint": is(true) },
  },
});
