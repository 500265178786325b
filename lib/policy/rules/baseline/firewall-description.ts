import { attributeRule } from "../../attribute-rule";
import { isSet } from "../../values";

export const firewallDescription = attributeRule({
  id: "custom.firewallRequireDescription",
  title: "Firewall rules say what they are for",
  severity: "low",
  rationale: "A rule that nobody can explain is a rule that nobody dares to remove.",
  fix: "set description",
  controls: [{ framework: "Google hardened", id: "custom.firewallRequireDescription" }],
  requires: { google_compute_firewall: { description: isSet } },
});
