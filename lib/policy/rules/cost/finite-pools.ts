import type { Rule } from "../../rule";
import { isWithin, judgeValues, NOT_APPLICABLE, valueAt } from "../../values";
// Nodes of a Standard cluster (GKE quotas): more is no limit.
const MAX_NODES = 15_000;

export const finitePools: Rule = {
  id: "cost.finitePools",
  title: "Autoscaled node pools have a limit",
  severity: "high",
  rationale: "Without a maximum, one faulty deployment grows a pool until the quota ends it.",
  fix: "set autoscaling.total_max_node_count (or max_node_count, which counts per zone)",
  controls: [
    { framework: "ISO 42001", id: "A.4.5" },
    { framework: "NIST AI RMF", id: "GOVERN 1.6" },
  ],
  resourceTypes: ["google_container_node_pool"],
  check: (config) => {
    if (valueAt(config, "autoscaling") === undefined) return NOT_APPLICABLE;
    const path = ["autoscaling.total_max_node_count", "autoscaling.max_node_count"].find(
      (candidate) => valueAt(config, candidate) !== undefined,
    );
    return judgeValues(config, {
      [path ?? "autoscaling.total_max_node_count"]: isWithin(1, MAX_NODES, `1 to ${MAX_NODES} nodes`),
    });
  },
};
