import { POOL_LABEL, type NodePoolRef, type NodeTaint } from "../../cluster";
import type { Failure } from "../../core";
import { COMPUTE_CLASS_LABEL, computeClassOf, type ComputeClassPlan } from "./compute-class";
import { fitInto, gpusOfNode, type PoolFit } from "./fit";
import type { ModelValues } from "../config/model-config";
import { replicaResources, type ReplicaResources } from "./replica-resources";
import { unknownPool } from "./unknown-pool";

/** Where the pods of a model go. */
export interface Placement {
  /** Pools that may hold them; the first is the one that is preferred. */
  readonly pools: readonly NodePoolRef[];
  readonly resources: ReplicaResources;
  /** Where capacity is looked for in several ways. */
  readonly computeClass?: ComputeClassPlan;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

export interface Toleration {
  readonly key: string;
  readonly operator: "Equal" | "Exists";
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** Finds the pools of a model, or says why none holds it. */
export function place(
  config: ModelValues,
  pools: readonly NodePoolRef[],
): { readonly placement?: Placement; readonly failures: readonly Failure[] } {
  if (config.capacity) return placeByLadder(config, pools);
  const { fit, failures } = config.pool === undefined ? smallest(config, pools) : named(config, config.pool, pools);
  if (fit === undefined || failures.length > 0) return { failures };
  return { placement: placementOn(config, [fit.pool]), failures: [] };
}

function placementOn(config: ModelValues, pools: readonly NodePoolRef[]): Placement {
  const [first] = pools;
  const accelerator = first!.nodeLabels[ACCELERATOR_LABEL];
  return {
    pools,
    resources: replicaResources(config, pools),
    nodeSelector: edgeSelector(config) ?? {
      [POOL_LABEL]: first!.pool,
      ...(config.gpus > 0 && accelerator !== undefined ? { [ACCELERATOR_LABEL]: accelerator } : {}),
    },
    tolerations: tolerationsOf(pools),
  };
}

/** Nodes of an edge cluster are nobody's pools: they are told apart by what their owner labels them with. */
function edgeSelector({ surface }: ModelValues): Record<string, string> | undefined {
  if (surface.on !== "edge") return undefined;
  return surface.nodeGroup === undefined ? {} : { "ai-platform/edge-group": surface.nodeGroup };
}

const ACCELERATOR_LABEL = "cloud.google.com/gke-accelerator";

function placeByLadder(config: ModelValues, pools: readonly NodePoolRef[]) {
  const { plan, rungs, failures } = computeClassOf(config, pools);
  if (plan === undefined || failures.length > 0) return { failures };
  const placement: Placement = {
    pools: rungs,
    resources: replicaResources(config, rungs),
    computeClass: plan,
    nodeSelector: { [COMPUTE_CLASS_LABEL]: plan.name },
    tolerations: [
      ...tolerationsOf(rungs).filter(({ key }) => key !== COMPUTE_CLASS_LABEL),
      { key: COMPUTE_CLASS_LABEL, operator: "Equal", value: plan.name, effect: "NoSchedule" },
    ],
  };
  return { placement, failures: [] };
}

function named(
  config: ModelValues,
  name: string,
  pools: readonly NodePoolRef[],
): { readonly fit?: PoolFit; readonly failures: readonly Failure[] } {
  const pool = pools.find((candidate) => candidate.pool === name);
  if (pool === undefined) return { failures: [unknownPool("pool", name, pools)] };
  const fit = fitInto(config, pool);
  const failures = fit.shortfalls.map(({ code, message, fix }) => ({ code, path: "pool", message, got: name, fix }));
  return { fit, failures };
}

/** The pool whose node is the smallest that holds the model: fewest and smallest GPUs, then least memory. */
function smallest(
  config: ModelValues,
  pools: readonly NodePoolRef[],
): { readonly fit?: PoolFit; readonly failures: readonly Failure[] } {
  const fits = pools.map((pool) => fitInto(config, pool));
  const holding = fits.filter(({ shortfalls }) => shortfalls.length === 0).sort((a, b) => compareSize(a.pool, b.pool));
  if (holding[0]) return { fit: holding[0], failures: [] };
  return { failures: [noPoolFits(config, fits)] };
}

function compareSize(a: NodePoolRef, b: NodePoolRef): number {
  return (
    gpuMemory(a) - gpuMemory(b) || a.allocatable.memoryBytes - b.allocatable.memoryBytes || (a.pool < b.pool ? -1 : 1)
  );
}

function gpuMemory({ gpuShares }: NodePoolRef): number {
  return gpuShares === undefined ? 0 : gpuShares.perNode * gpuShares.memoryGbEach;
}

function noPoolFits(config: ModelValues, fits: readonly PoolFit[]): Failure {
  const asked = config.gpus > 0 ? `${config.gpus} GPUs` : "no GPU";
  const nearest = [...fits].sort((a, b) =>
    b.shortfalls.length === a.shortfalls.length
      ? leastShare(b) - leastShare(a)
      : a.shortfalls.length - b.shortfalls.length,
  )[0];
  if (nearest === undefined) {
    return {
      code: "no-pool-fits",
      path: "pool",
      message: `asks for ${asked}, and the environment has no node pools`,
      fix: "add a pool under cluster.pools",
    };
  }
  return {
    code: "no-pool-fits",
    path: "pool",
    message: `fits into no pool; nearest is ${nearest.pool.pool}, but the model ${nearest.shortfalls.map(({ message }) => message).join(", and it ")}`,
    allowed: fits
      .map(({ pool }) => `${pool.pool}: ${pool.machine}, ${gpusOfNode(pool)}, ${pool.maxNodes} nodes`)
      .join("; "),
    fix: nearest.shortfalls.map(({ fix }) => fix).join("; "),
  };
}

function leastShare({ shortfalls }: PoolFit): number {
  return Math.min(...shortfalls.map(({ share }) => share));
}

const EFFECTS = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
} as const satisfies Record<NodeTaint["effect"], Toleration["effect"]>;

/** What pods must say to be let onto nodes of these pools; each taint once. */
export function tolerationsOf(pools: readonly NodePoolRef[]): Toleration[] {
  const all = pools.flatMap(({ taints }) =>
    taints.map(({ key, value, effect }): Toleration => ({ key, operator: "Equal", value, effect: EFFECTS[effect] })),
  );
  return [...new Map(all.map((toleration) => [JSON.stringify(toleration), toleration])).values()];
}
