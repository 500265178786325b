import type { MachineSpec } from "../catalog/machines";
import type { NodePoolValues } from "./node-pool-config";
import { localSsdsOf } from "./node-pool-machine";

/** What one node leaves to pods. */
export interface Allocatable {
  /** Thousandths of a vCPU. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Room for images, logs, `emptyDir` and caches. */
  readonly ephemeralBytes: number;
}

export const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Shares of a machine that GKE keeps for itself, rising with its size: up to a bound, this share of what lies below it. */
type Brackets = readonly (readonly [bound: number, share: number])[];

// GKE docs, "Plan GKE Standard node sizes", resource reservations, read 2026-11.
const MEMORY_GIB: Brackets = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
];
const CPUS: Brackets = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Infinity, 0.0025],
];
const EVICTION_MEMORY_BYTES = 100 * MIB;
const PODS_BEFORE_MORE_CPU = 110;
const MORE_CPU_MILLIS = 400;

function reserved(amount: number, brackets: Brackets): number {
  let sum = 0;
  let below = 0;
  for (const [bound, share] of brackets) {
    sum += Math.max(0, Math.min(amount, bound) - below) * share;
    below = bound;
  }
  return sum;
}

/** GKE's own reservation for storage that is made of Local SSDs, in GiB, by their count; three and more are alike (same page). */
const LOCAL_SSD_RESERVED_GIB = [0, 50, 75, 100] as const;

function ephemeral(spec: MachineSpec, values: AllocatableFields): number {
  const ssds = localSsdsOf(spec, values);
  if (ssds > 0) {
    const gib = ssds * ("gibEach" in spec.localSsd ? spec.localSsd.gibEach : 375);
    return gib * 0.9 - LOCAL_SSD_RESERVED_GIB[Math.min(ssds, 3)]!;
  }
  const disk = values.bootDisk.sizeGb;
  return disk * 0.9 - Math.min(disk * 0.5, 6 + disk * 0.35, 100);
}

export type AllocatableFields = Pick<NodePoolValues, "bootDisk" | "localSsds" | "maxPodsPerNode">;

/**
 * What GKE leaves to pods on one node of a pool, by the formula in its docs. System pods (logging, metrics, drivers) take their part of it.
 * The kernel keeps a little memory besides, which the docs do not state.
 */
export function allocatableOf(spec: MachineSpec, values: AllocatableFields): Allocatable {
  const manyPods = (values.maxPodsPerNode ?? 0) > PODS_BEFORE_MORE_CPU ? MORE_CPU_MILLIS : 0;
  return {
    cpuMillis: Math.floor((spec.vcpus - reserved(spec.vcpus, CPUS)) * 1000 - manyPods),
    memoryBytes: Math.floor((spec.memoryGb - reserved(spec.memoryGb, MEMORY_GIB)) * GIB - EVICTION_MEMORY_BYTES),
    ephemeralBytes: Math.floor(ephemeral(spec, values) * GIB),
  };
}
