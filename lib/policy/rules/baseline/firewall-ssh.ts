import type { Rule } from "../../rule";
import { judgePort } from "./firewall-openings";

const SSH = 22;

export const firewallSsh: Rule = {
  id: "custom.firewallRestrictSshRule",
  title: "SSH is let in from private addresses only",
  severity: "critical",
  rationale: "An open port 22 is scanned within minutes.",
  fix: "use Identity-Aware Proxy, or narrow source_ranges to private ranges",
  controls: [
    { framework: "Google hardened", id: "custom.firewallRestrictSshRule" },
    { framework: "CIS GCP 4.0.0", id: "3.6" },
  ],
  resourceTypes: ["google_compute_firewall"],
  check: (config) => judgePort(config, SSH),
};
