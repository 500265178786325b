import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const requireDataplaneV2 = attributeRule({
  id: "custom.gkeRequireDataplaneV2",
  title: "Dataplane V2 is used",
  severity: "high",
  rationale: "It enforces network policies in the kernel and can log what they refuse.",
  fix: "set datapath_provider to ADVANCED_DATAPATH",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireDataplaneV2" },
    { framework: "CIS GKE 1.4", id: "5.6.7" },
  ],
  requires: {
    google_container_cluster: { datapath_provider: is("ADVANCED_DATAPATH") },
  },
});
