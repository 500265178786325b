import type { MachineSpec } from "../catalog/machines";
import type { NodePoolValues } from "./node-pool-config";

/** What a node offers as `nvidia.com/gpu`: whole GPUs, or shares of them. */
export interface GpuShares {
  /** How many one node has. */
  readonly perNode: number;
  /** Memory of one in GB; of a share that is not partitioned, the part that is its due. */
  readonly memoryGbEach: number;
  /** Most that one container may ask for: GKE refuses more than one share of a GPU that takes turns. */
  readonly maxPerPod: number;
}

// An NVIDIA GPU has seven compute slices; sizes of memory are rounded in the names of partitions.
const SLICES = 7;
const ROUNDING = 0.1;

/** What a node of a pool offers as GPUs; undefined without GPUs. */
export function gpuSharesOf({ accelerator }: MachineSpec, sharing: NodePoolValues["sharing"]): GpuShares | undefined {
  if (accelerator?.kind !== "gpu") return undefined;
  const { count, memoryGbEach } = accelerator;
  if (sharing === undefined) return { perNode: count, memoryGbEach, maxPerPod: count };
  if (sharing.strategy !== "mig") {
    return { perNode: count * sharing.clients, memoryGbEach: memoryGbEach / sharing.clients, maxPerPod: 1 };
  }
  const [, slices, memory] = /^(\d+)g\.(\d+)gb$/.exec(sharing.partition) ?? [];
  const bySlices = Math.floor(SLICES / Number(slices ?? SLICES));
  const byMemory = Math.floor(memoryGbEach / Number(memory ?? memoryGbEach) + ROUNDING);
  return {
    perNode: count * Math.min(bySlices, byMemory),
    memoryGbEach: Number(memory ?? memoryGbEach),
    maxPerPod: 1,
  };
}
