import type { Rule } from "../../rule";
import { judgePort } from "./firewall-openings";

const RDP = 3389;

export const firewallRdp: Rule = {
  id: "custom.firewallRestrictRdpRule",
  title: "RDP is let in from private addresses only",
  severity: "critical",
  rationale: "An open port 3389 is scanned within minutes.",
  fix: "use Identity-Aware Proxy, or narrow source_ranges to private ranges",
  controls: [
    { framework: "Google hardened", id: "custom.firewallRestrictRdpRule" },
    { framework: "CIS GCP 4.0.0", id: "3.7" },
  ],
  resourceTypes: ["google_compute_firewall"],
  check: (config) => judgePort(config, RDP),
};
