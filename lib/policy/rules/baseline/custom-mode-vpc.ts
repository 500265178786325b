import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const customModeVpc = attributeRule({
  id: "custom.networkRequireCustomModeVpc",
  title: "No network makes subnets by itself",
  severity: "medium",
  rationale: "An automatic network has a subnet with known ranges in every region, none of which was asked for.",
  fix: "set auto_create_subnetworks to false",
  controls: [
    { framework: "Google hardened", id: "custom.networkRequireCustomModeVpc" },
    { framework: "CIS GCP 4.0.0", id: "3.1" },
  ],
  requires: { google_compute_network: { auto_create_subnetworks: is(false) } },
});
