import type { NodePoolRef } from "../../cluster";
import { GB, gb, llmMemory } from "./llm-memory";
import type { ModelValues } from "../config/model-config";
import { candidateReplicas, mostReplicas } from "../config/replica-counts";
import { freeOf, gib, replicaResources, vcpus, type ReplicaResources } from "./replica-resources";

/** Why a pool cannot hold a model, with the arithmetic. */
export interface Shortfall {
  readonly code: string;
  readonly message: string;
  /** How much of what is asked for is there, 0 to 1: the pool that is nearest has the most. */
  readonly share: number;
  readonly fix: string;
}

/** How many replicas a pool can hold, and why not more. */
export interface PoolFit {
  readonly pool: NodePoolRef;
  readonly resources: ReplicaResources;
  readonly replicasPerNode: number;
  readonly shortfalls: readonly Shortfall[];
}

/** Looks whether the nodes of a pool hold one replica of a model, and the pool all of them. */
export function fitInto(config: ModelValues, pool: NodePoolRef): PoolFit {
  const resources = replicaResources(config, [pool]);
  const onNode = [
    ...kindShortfalls(config, pool),
    ...gpuShortfalls(config, pool),
    ...memoryOfGpusShortfalls(config, pool),
    ...nodeShortfalls(resources, pool),
  ];
  const perNode = onNode.length > 0 ? 0 : replicasPerNode(resources, pool);
  return {
    pool,
    resources,
    replicasPerNode: perNode,
    shortfalls: onNode.length > 0 ? onNode : countShortfalls(config, pool, perNode),
  };
}

/** A pool's GPUs for people: `4 × nvidia-l4 (24 GB)`. */
export function gpusOfNode({ accelerator, gpuShares }: NodePoolRef): string {
  if (gpuShares === undefined) return "no GPU";
  const shared = accelerator && gpuShares.perNode !== accelerator.count ? "shares of " : "";
  return `${gpuShares.perNode} × ${shared}${accelerator?.type} (${gb(gpuShares.memoryGbEach)})`;
}

function kindShortfalls({ gpus }: ModelValues, pool: NodePoolRef): Shortfall[] {
  if (pool.model === "queued") {
    return [
      {
        code: "queued-pool",
        message: `pool ${pool.pool} gives nodes to whole requests of a queue, for a few days; a server needs them whenever it starts`,
        share: 0.1,
        fix: "name a pool of another provisioning model",
      },
    ];
  }
  if (gpus > 0 || pool.accelerator === undefined) return [];
  return [
    {
      code: "accelerator-wasted",
      message: `nodes of pool ${pool.pool} have ${gpusOfNode(pool)}, and the model asks for no GPU`,
      share: 0.1,
      fix: "name a pool without accelerators, or ask for gpus",
    },
  ];
}

function gpuShortfalls({ gpus }: ModelValues, pool: NodePoolRef): Shortfall[] {
  if (gpus === 0) return [];
  const { gpuShares } = pool;
  if (gpuShares === undefined) {
    return [
      {
        code: "no-gpu",
        message: `asks for ${gpus} GPUs; nodes of pool ${pool.pool} (${pool.machine}) have none`,
        share: 0,
        fix: "name a pool with GPUs",
      },
    ];
  }
  if (gpus > gpuShares.perNode) {
    return [
      {
        code: "too-few-gpus",
        message: `asks for ${gpus} GPUs in one node; nodes of pool ${pool.pool} (${pool.machine}) have ${gpusOfNode(pool)}`,
        share: gpuShares.perNode / gpus,
        fix: `lower gpus to ${gpuShares.perNode}, or add a pool of a machine with ${gpus} GPUs`,
      },
    ];
  }
  if (gpus <= gpuShares.maxPerPod) return [];
  return [
    {
      code: "shared-gpu",
      message: `asks for ${gpus} GPUs; pool ${pool.pool} shares its GPUs, and one container gets one share (GKE docs, GPU sharing)`,
      share: 0.5,
      fix: "ask for gpus: 1, or name a pool that does not share its GPUs",
    },
  ];
}

function memoryOfGpusShortfalls(config: ModelValues, pool: NodePoolRef): Shortfall[] {
  const { gpuShares } = pool;
  if (gpuShares === undefined || config.gpus === 0 || config.gpus > gpuShares.maxPerPod) return [];
  if (config.server !== "vllm") return declaredMemoryShortfalls(config, pool);
  const { perGpuGb, arithmetic } = llmMemory(config);
  const usable = gpuShares.memoryGbEach * config.gpuMemoryUtilisation;
  if (perGpuGb <= usable) return [];
  return [
    {
      code: "gpu-memory",
      message:
        `does not fit into the GPUs of pool ${pool.pool}: ${arithmetic.join("; ")}; ` +
        `${pool.accelerator?.type} has ${gb(gpuShares.memoryGbEach)} × ${config.gpuMemoryUtilisation} = ${gb(usable)}`,
      share: usable / perGpuGb,
      fix:
        "use more GPUs a replica, a pool with larger ones, a smaller precision, or less contextLength × concurrency: " +
        `${gb(perGpuGb - usable)} too much on each GPU`,
    },
  ];
}

function declaredMemoryShortfalls(
  { gpus, gpuMemoryGb }: Exclude<ModelValues, { readonly server: "vllm" }>,
  pool: NodePoolRef,
): Shortfall[] {
  const each = pool.gpuShares!.memoryGbEach;
  const needed = ((gpuMemoryGb ?? 0) * 2 ** 30) / GB;
  if (needed <= each * gpus) return [];
  return [
    {
      code: "gpu-memory",
      message:
        `declares ${gpuMemoryGb} GiB = ${gb(needed)} of GPU memory; ` +
        `${gpus} × ${pool.accelerator?.type} of pool ${pool.pool} have ${gpus} × ${gb(each)} = ${gb(each * gpus)}`,
      share: (each * gpus) / needed,
      fix: "ask for more gpus, or name a pool with larger ones",
    },
  ];
}

function nodeShortfalls(resources: ReplicaResources, pool: NodePoolRef): Shortfall[] {
  const { pod, server, shmBytes } = resources;
  const free = freeOf(pool);
  const { allocatable } = pool;
  const rest = (what: string) =>
    `GKE leaves ${what} of a ${pool.machine} (pool ${pool.pool}), less what its own pods take`;
  const found: Shortfall[] = [];
  if (pod.cpuMillis > free.cpuMillis) {
    found.push({
      code: "cpu",
      message: `asks for ${vcpus(pod.cpuMillis)} a replica; ${rest(vcpus(allocatable.cpuMillis))}: ${vcpus(free.cpuMillis)}`,
      share: free.cpuMillis / pod.cpuMillis,
      fix: `lower cpu to ${Math.floor(free.cpuMillis / 1000)} or less, or name a pool of a larger machine`,
    });
  }
  if (pod.memoryBytes > free.memoryBytes) {
    const parts =
      pod.memoryBytes > server.memoryBytes
        ? ` (the server ${gib(server.memoryBytes)}, what stands beside it the rest)`
        : "";
    found.push({
      code: "memory",
      message: `asks for ${gib(pod.memoryBytes)} of memory a replica${parts}; ${rest(gib(allocatable.memoryBytes))}: ${gib(free.memoryBytes)}`,
      share: free.memoryBytes / pod.memoryBytes,
      fix: `lower memoryGb, or name a pool of a larger machine`,
    });
  }
  if (shmBytes >= server.memoryBytes) {
    found.push({
      code: "shared-memory",
      message: `has ${gib(server.memoryBytes)} of memory, of which /dev/shm takes ${gib(shmBytes)}`,
      share: server.memoryBytes / shmBytes,
      fix: `raise memoryGb above ${Math.ceil(shmBytes / 2 ** 30)}`,
    });
  }
  if (pod.ephemeralBytes > free.ephemeralBytes) {
    found.push({
      code: "ephemeral-storage",
      message:
        `asks for ${gib(pod.ephemeralBytes)} of a node's disk a replica (cached weights, compiled kernels, logs); ` +
        `${rest(gib(allocatable.ephemeralBytes))}: ${gib(free.ephemeralBytes)}`,
      share: free.ephemeralBytes / pod.ephemeralBytes,
      fix: "give the pool Local SSDs (localSsds) or a larger bootDisk, or cache less (weights.cacheGb)",
    });
  }
  return found;
}

function replicasPerNode(resources: ReplicaResources, pool: NodePoolRef): number {
  return Math.min(...Object.values(replicasBy(resources, pool)));
}

/** Replicas that each of a node's resources holds. */
function replicasBy({ pod, gpus }: ReplicaResources, pool: NodePoolRef) {
  const free = freeOf(pool);
  return {
    gpus: gpus > 0 ? Math.floor((pool.gpuShares?.perNode ?? 0) / gpus) : Infinity,
    cpu: Math.floor(free.cpuMillis / pod.cpuMillis),
    memory: Math.floor(free.memoryBytes / pod.memoryBytes),
    disk: Math.floor(free.ephemeralBytes / pod.ephemeralBytes),
  };
}

/** What keeps GPUs of a pool's nodes idle though more replicas could use them; nothing where all of them can be used. */
export function idleGpusBy(resources: ReplicaResources, pool: NodePoolRef): string | undefined {
  const { gpus, ...others } = replicasBy(resources, pool);
  const [least] = Object.entries(others).sort(([, a], [, b]) => a - b);
  const [resource, held] = least!;
  if (gpus === Infinity || held >= gpus) return undefined;
  return `the ${resource} of a node of ${pool.pool} holds ${held} replicas, its GPUs ${gpus}`;
}

function countShortfalls(config: ModelValues, pool: NodePoolRef, perNode: number): Shortfall[] {
  const most = mostReplicas(config);
  const held = perNode * pool.maxNodes;
  if (most <= held) return [];
  const own = config.candidate?.replicas;
  const asMany = candidateReplicas(config) === undefined ? "" : " and as many of the candidate";
  const beside = own ? ` and ${own.max} of the candidate` : asMany;
  const fewer = own
    ? `lower replicas.max and candidate.replicas.max to ${held} together`
    : `lower replicas.max to ${Math.floor(held / (config.candidate ? 2 : 1))}`;
  return [
    {
      code: "too-many-replicas",
      message: `may have ${config.replicas.max} replicas${beside}: ${most}; pool ${pool.pool} holds ${perNode} a node × ${pool.maxNodes} nodes = ${held}`,
      share: held / most,
      fix: `${fewer}, or raise maxNodes of the pool to ${Math.ceil(most / perNode)}`,
    },
  ];
}
