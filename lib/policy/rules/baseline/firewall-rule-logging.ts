import { attributeRule } from "../../attribute-rule";
import { isPresent } from "../../values";

export const firewallRuleLogging = attributeRule({
  id: "custom.firewallEnforceRuleLogging",
  title: "Firewall rules log",
  severity: "medium",
  rationale: "What a rule let through, or refused, is only known where it logs.",
  fix: "add log_config",
  controls: [{ framework: "Google hardened", id: "custom.firewallEnforceRuleLogging" }],
  requires: { google_compute_firewall: { log_config: isPresent } },
});
