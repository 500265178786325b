import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const policyLoggingOfDns = attributeRule({
  id: "custom.dnsRequirePolicyLogging",
  title: "Names that are asked for are logged",
  severity: "medium",
  rationale: "The first sign of a taken-over workload is often a name that it asks for.",
  fix: "set enable_logging to true",
  controls: [
    { framework: "Google hardened", id: "custom.dnsRequirePolicyLogging" },
    { framework: "CIS GCP 4.0.0", id: "2.12" },
  ],
  requires: { google_dns_policy: { enable_logging: is(true) } },
});
