import type { Rule } from "../../rule";
import { isLate, type Block } from "../../../core";
import { blocksAt, NOT_APPLICABLE, verdict } from "../../values";
import { maxGpus } from "./fleet";
/** GPUs of one pool from which a fleet is a decision of its own: eight nodes of eight. */
export const HUGE_FLEET_GPUS = 64;

/** What node auto-provisioning may make. */
function provisioned(cluster: Block): { path: string; gpus: number | "unknown" }[] {
  return (
    blocksAt(cluster, "cluster_autoscaling.resource_limits")
      // Without a maximum it has no limit: cost.provisioningLimits.
      .filter(({ resource_type: kind, maximum }) => kind !== "cpu" && kind !== "memory" && maximum !== undefined)
      .map(({ resource_type: kind, maximum }) => ({
        path: `cluster_autoscaling.resource_limits.${String(kind)}`,
        gpus: isLate(maximum) ? "unknown" : Number(maximum),
      }))
  );
}

export const hugeFleets: Rule = {
  id: "cost.hugeFleets",
  title: "Large GPU fleets are decided, not configured",
  severity: "critical",
  rationale: "A hundred nodes of eight H100 cost millions of dollars a month, and are one number in a file.",
  fix: "lower the maximum, or acknowledge this rule on the pool with the reason and who pays",
  controls: [
    { framework: "ISO 42001", id: "A.4.5" },
    { framework: "NIST AI RMF", id: "GOVERN 1.6" },
  ],
  resourceTypes: ["google_container_node_pool", "google_container_cluster"],
  check: (config, { type }) => {
    const fleets =
      type === "google_container_cluster" ? provisioned(config) : [{ path: "autoscaling", gpus: maxGpus(config) }];
    if (fleets.every(({ gpus }) => gpus === 0)) return NOT_APPLICABLE;
    return verdict(
      fleets
        .filter(({ gpus }) => gpus !== "unknown" && gpus >= HUGE_FLEET_GPUS)
        .map(({ path, gpus }) => ({
          path,
          found: `${gpus} GPUs`,
          expected: `less than ${HUGE_FLEET_GPUS}, or an acknowledgement`,
        })),
      fleets.find(({ gpus }) => gpus === "unknown")?.path,
    );
  },
};
