import { GIB, type Allocatable, type NodePoolRef } from "../../cluster";
import type { ModelValues } from "../config/model-config";
import { parallelismOf } from "./llm-memory";
import { LOGGER_RESOURCES, needsLogger } from "../prediction-log/prediction-log-sidecar";
import { weightsSidecar } from "../pod/weights";

/** What one container or pod asks for; limits are the same. */
export interface Resources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralBytes: number;
}

/** What one replica asks for. */
export interface ReplicaResources {
  /** The server's container. */
  readonly server: Resources;
  /** The whole pod: the server and what is injected beside it. */
  readonly pod: Resources;
  readonly gpus: number;
  /** `/dev/shm`, part of the server's memory. */
  readonly shmBytes: number;
}

/**
 * What GKE's own pods take on every node: logging, metrics, network policy, CSI drivers, and device plugins on GPU nodes. A round figure of
 * ours, above what their requests add up to on GKE 1.34 (unconfirmed for each add-on).
 */
export const SYSTEM_PODS: Resources = { cpuMillis: 700, memoryBytes: 1.5 * GIB, ephemeralBytes: GIB };

// vLLM, troubleshooting, and NCCL: processes of one copy exchange through shared memory; without, 64 MiB of a container's default suffice.
const SHM_PER_GPU = GIB;
const SHM_LEAST = GIB / 4;

/** Logs, temporary files and compiled kernels; images are counted by the node itself. */
export const SCRATCH_BYTES = 4 * GIB;
export const KERNEL_CACHE_BYTES = 8 * GIB;

const WITHOUT_GPU = {
  vllm: { cpuMillis: 4000, memoryBytes: 16 * GIB },
  triton: { cpuMillis: 2000, memoryBytes: 4 * GIB },
  http: { cpuMillis: 1000, memoryBytes: 2 * GIB },
} as const;

export function shmBytesOf(config: ModelValues): number {
  if (config.server === "http") return 0;
  const together = config.server === "vllm" ? parallelismOf(config).tensor : config.gpus;
  return together > 1 ? together * SHM_PER_GPU : SHM_LEAST;
}

/** What is left of a node for the pods of users. */
export function freeOf({ allocatable }: Pick<NodePoolRef, "allocatable">): Allocatable {
  return {
    cpuMillis: allocatable.cpuMillis - SYSTEM_PODS.cpuMillis,
    memoryBytes: allocatable.memoryBytes - SYSTEM_PODS.memoryBytes,
    ephemeralBytes: allocatable.ephemeralBytes - SYSTEM_PODS.ephemeralBytes,
  };
}

/**
 * What a replica asks for on nodes of these pools. Where the model does not say, a replica with GPUs takes its share of the node's CPU and
 * memory: nobody else could use them. Of several pools, the smallest share counts.
 */
export function replicaResources(config: ModelValues, pools: readonly NodePoolRef[]): ReplicaResources {
  const beside = sum([weightsSidecar(config), needsLogger(config) ? LOGGER_RESOURCES : undefined]);
  const shares = pools.map((pool) => shareOf(config, pool));
  const standard = WITHOUT_GPU[config.server];
  const least = (name: "cpuMillis" | "memoryBytes", unit: number) =>
    Math.max(unit, floorTo(Math.min(...shares.map((share) => share[name])) - beside[name], unit));
  const byShare = config.gpus > 0 && pools.length > 0;
  const cpuMillis =
    config.cpu === undefined ? (byShare ? least("cpuMillis", 100) : standard.cpuMillis) : config.cpu * 1000;
  const memoryBytes =
    config.memoryGb === undefined
      ? byShare
        ? least("memoryBytes", GIB / 4)
        : standard.memoryBytes
      : config.memoryGb * GIB;
  const scratch = SCRATCH_BYTES + (config.server === "http" ? 0 : KERNEL_CACHE_BYTES);
  const server = { cpuMillis: Math.round(cpuMillis), memoryBytes: Math.round(memoryBytes), ephemeralBytes: scratch };
  return {
    server,
    pod: sum([server, beside]),
    gpus: config.gpus,
    shmBytes: shmBytesOf(config),
  };
}

function sum(all: readonly (Resources | undefined)[]): Resources {
  const of = (name: keyof Resources) => all.reduce((total, one) => total + (one?.[name] ?? 0), 0);
  return { cpuMillis: of("cpuMillis"), memoryBytes: of("memoryBytes"), ephemeralBytes: of("ephemeralBytes") };
}

function shareOf(config: ModelValues, pool: NodePoolRef): Resources {
  const free = freeOf(pool);
  const share = Math.min(1, config.gpus / (pool.gpuShares?.perNode ?? config.gpus));
  return {
    cpuMillis: free.cpuMillis * share,
    memoryBytes: free.memoryBytes * share,
    ephemeralBytes: free.ephemeralBytes * share,
  };
}

function floorTo(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

/** As Kubernetes writes an amount of CPU: `1500m`. */
export function cpuQuantity(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

/** As Kubernetes writes an amount of bytes: `4Gi`, `1536Mi`. */
export function bytesQuantity(bytes: number): string {
  const mib = Math.ceil(bytes / 2 ** 20);
  return mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}

/** For people: `12 GiB`, `0.3 GiB`. */
export function gib(bytes: number): string {
  return `${Number((bytes / GIB).toFixed(1))} GiB`;
}

/** For people: `1.5 vCPUs`. */
export function vcpus(millis: number): string {
  return `${Number((millis / 1000).toFixed(1))} vCPUs`;
}
