import type { Rule } from "../../rule";
import { verdict } from "../../values";
import { judgeInbound } from "./firewall-openings";

// A prefix of nothing is everything, however the address before it is written.
const EVERYWHERE = /\/0$/;

export const firewallPublicAccess: Rule = {
  id: "custom.firewallRestrictPublicAccessRule",
  title: "Nothing is let in from everywhere",
  severity: "high",
  rationale: "A rule open to the world makes every machine that it holds for part of the internet.",
  fix: "name the source ranges, or put a load balancer in front",
  controls: [{ framework: "Google hardened", id: "custom.firewallRestrictPublicAccessRule" }],
  resourceTypes: ["google_compute_firewall"],
  check: (config) =>
    judgeInbound(config, ({ sources }) => {
      const open = sources.filter((source) => EVERYWHERE.test(source));
      return verdict(
        open.length === 0 ? [] : [{ path: "source_ranges", found: open, expected: "ranges that are known" }],
      );
    }),
};
