import { MACHINES } from "../../../catalog/machines";
import { isLate, type Block } from "../../../core";
import { blocksAt, valueAt } from "../../values";

/** Most GPUs that a node pool can have; `unknown` where only Terraform knows a factor of it. */
export function maxGpus(pool: Block): number | "unknown" {
  const perNode = gpusPerNode(pool);
  if (perNode === 0 || perNode === "unknown") return perNode;
  const nodes = maxNodes(pool);
  return nodes === "unknown" ? nodes : perNode * nodes;
}

function gpusPerNode(pool: Block): number | "unknown" {
  const attached = blocksAt(pool, "node_config.guest_accelerator").map(({ count }) => count);
  if (attached.length > 0) return attached.some(isLate) ? "unknown" : sum(attached.map(Number));
  const machine = valueAt(pool, "node_config.machine_type");
  if (isLate(machine)) return "unknown";
  const accelerator = MACHINES[String(machine)]?.accelerator;
  return accelerator?.kind === "gpu" ? accelerator.count : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function maxNodes(pool: Block): number | "unknown" {
  const total = valueAt(pool, "autoscaling.total_max_node_count");
  const perZone = valueAt(pool, "autoscaling.max_node_count") ?? pool["node_count"] ?? pool["initial_node_count"] ?? 1;
  const nodes = total ?? perZone;
  if (isLate(nodes)) return "unknown";
  return Number(nodes) * (total === undefined ? zones(pool) : 1);
}

// A region has three zones or four; GKE takes three where none are named.
const ZONES_OF_REGION = 3;

function zones({ node_locations: named, location }: Block): number {
  if (Array.isArray(named) && named.length > 0) return named.length;
  return typeof location === "string" && /-[a-z]$/.test(location) ? 1 : ZONES_OF_REGION;
}
