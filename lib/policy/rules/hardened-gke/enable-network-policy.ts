import type { Rule } from "../../rule";
import { judgeValues, is } from "../../values";

export const enableNetworkPolicy: Rule = {
  id: "container.managed.enableNetworkPolicy",
  title: "Network policies are enforced",
  severity: "high",
  rationale: "Without enforcement every pod reaches every other one, whatever a NetworkPolicy says.",
  fix: "set datapath_provider to ADVANCED_DATAPATH",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableNetworkPolicy" },
    { framework: "CIS GKE 1.4", id: "5.6.7" },
  ],
  resourceTypes: ["google_container_cluster"],
  // Either of the two enforces; the answer names the better one.
  check: (config) => {
    const dataplane = judgeValues(config, { datapath_provider: is("ADVANCED_DATAPATH") });
    const calico = judgeValues(config, { "network_policy.enabled": is(true) });
    return (
      [dataplane, calico].find(({ status }) => status === "compliant") ??
      [dataplane, calico].find(({ status }) => status === "unknown") ??
      dataplane
    );
  },
};
