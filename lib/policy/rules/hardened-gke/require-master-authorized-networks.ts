import { attributeRule } from "../../attribute-rule";
import { isPresent } from "../../values";

export const requireMasterAuthorizedNetworks = attributeRule({
  id: "custom.gkeRequireMasterAuthorizedNetworks",
  title: "The control plane answers listed networks only",
  severity: "high",
  rationale: "An open control plane is one stolen token away from everything.",
  fix: "add master_authorized_networks_config",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireMasterAuthorizedNetworks" },
    { framework: "CIS GKE 1.4", id: "5.6.3" },
    { framework: "CIS GKE 2.0.0", id: "5.4.2" },
  ],
  requires: {
    google_container_cluster: { master_authorized_networks_config: isPresent },
  },
});
