import { MACHINES } from "../../../lib/catalog/machines";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** What a node offers to pods. */
export interface Allocatable {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly ephemeralBytes: number;
}

/**
 * GKE keeps a part of each node for the system: so much of the first cores and gibibytes, less of the following ones ("Plan GKE Standard node
 * sizes", Google Cloud docs, read 2026-11-21).
 */
const CPU_KEPT: readonly Tier[] = [
  { upTo: 1, share: 0.06 },
  { upTo: 2, share: 0.01 },
  { upTo: 4, share: 0.005 },
  { upTo: Infinity, share: 0.0025 },
];
const MEMORY_KEPT_GIB: readonly Tier[] = [
  { upTo: 4, share: 0.25 },
  { upTo: 8, share: 0.2 },
  { upTo: 16, share: 0.1 },
  { upTo: 128, share: 0.06 },
  { upTo: Infinity, share: 0.02 },
];
const MEMORY_EVICTION_BYTES = 100 * MIB;

/** Kernel and firmware take a part before the kubelet counts: an e2-standard-8 of 32 GiB shows 31.3 GiB. */
const MEMORY_SEEN = 0.975;

/**
 * Requests of the DaemonSets that GKE itself runs on a node: log and metrics agents, network, storage drivers, GPU device plugin. They differ by
 * features and version; a round figure above what a node with all of our features carries.
 */
const DAEMONS = { milliCpu: 600, memoryBytes: 1 * GIB };

interface Tier {
  readonly upTo: number;
  readonly share: number;
}

function kept(tiers: readonly Tier[], amount: number): number {
  let from = 0;
  let sum = 0;
  for (const { upTo, share } of tiers) {
    sum += Math.max(0, Math.min(amount, upTo) - from) * share;
    from = upTo;
  }
  return sum;
}

export function allocatableOf(machine: string, bootDiskGb: number, localSsds: number, maxPods: number): Allocatable {
  const { vcpus, memoryGb, localSsd } = MACHINES[machine]!;
  const memoryGib = memoryGb * MEMORY_SEEN;
  return {
    milliCpu: Math.floor((vcpus - kept(CPU_KEPT, vcpus)) * 1000) - DAEMONS.milliCpu - (maxPods > 110 ? 400 : 0),
    memoryBytes:
      Math.floor((memoryGib - kept(MEMORY_KEPT_GIB, memoryGib)) * GIB) - MEMORY_EVICTION_BYTES - DAEMONS.memoryBytes,
    ephemeralBytes:
      localSsds > 0 && localSsd.kind !== "none"
        ? ephemeralOnLocalSsd(localSsds, localSsd.gibEach)
        : ephemeralOnBootDisk(bootDiskGb),
  };
}

// The same page, "Ephemeral storage backed by boot disk": 10 % until eviction, and the least of three figures for the system.
function ephemeralOnBootDisk(gib: number): number {
  const system = Math.min(gib * 0.5, 6 + gib * 0.35, 100);
  return Math.floor((gib - gib * 0.1 - system) * GIB);
}

// "Ephemeral storage backed by Local SSD": 50, 75, then 100 GiB for the system.
function ephemeralOnLocalSsd(count: number, gibEach: number): number {
  const gib = count * gibEach;
  const system = Math.min(25 + 25 * count, 100);
  return Math.floor((gib - gib * 0.1 - system) * GIB);
}
