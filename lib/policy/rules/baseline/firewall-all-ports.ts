import type { Rule } from "../../rule";
import { verdict } from "../../values";
import { judgeInbound } from "./firewall-openings";

const PROTOCOLS = new Set(["tcp", "udp", "all"]);
const MAX_PORT = 65_535;

export const firewallAllPorts: Rule = {
  id: "custom.firewallRestrictExplicitAllPortsRule",
  title: "No rule opens all ports",
  severity: "high",
  rationale: "A rule for all ports opens what is started tomorrow, too.",
  fix: "list the ports that are used",
  controls: [{ framework: "Google hardened", id: "custom.firewallRestrictExplicitAllPortsRule" }],
  resourceTypes: ["google_compute_firewall"],
  check: (config) =>
    judgeInbound(config, ({ openings }) =>
      verdict(
        openings
          .filter(({ protocol }) => PROTOCOLS.has(protocol))
          .filter(({ ports }) => ports === undefined || ports.some(([first, last]) => first <= 1 && last >= MAX_PORT))
          .map(({ protocol, text }) => ({ path: "allow", found: { protocol, ports: text }, expected: "single ports" })),
      ),
    ),
};
