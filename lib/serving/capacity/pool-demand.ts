import type { NodePoolRef } from "../../cluster";
import type { Failure } from "../../core";
import { fewestReplicas } from "../config/replica-counts";
import { freeOf, gib, vcpus } from "./replica-resources";
import type { ModelServerRef } from "../model/model-server";

type PlacedModel = Pick<ModelServerRef, "name" | "config" | "placement" | "stopped">;

/**
 * Whether pools hold the models of an environment together, each with its fewest replicas: what one model leaves is not counted when another is
 * placed alone. Models with a ladder are left out, for their capacity may come from elsewhere. Stopped models count: they may be started at
 * any time.
 */
export function poolDemandFailures(models: readonly PlacedModel[], pools: readonly NodePoolRef[]): Failure[] {
  return [...classFailures(models), ...pools.flatMap((pool) => demandFailures(models, pool))];
}

/** A ComputeClass belongs to the whole cluster, and to the release of one model. */
function classFailures(models: readonly PlacedModel[]): Failure[] {
  return models.flatMap(({ name, placement: { computeClass } }, index): Failure[] => {
    const earlier = models.slice(0, index).find((one) => one.placement.computeClass?.name === computeClass?.name);
    if (computeClass === undefined || earlier === undefined) return [];
    return [
      {
        code: "class-taken",
        path: "models",
        message: `${name} has a ladder of the ComputeClass ${computeClass.name}, as ${earlier.name} has`,
        got: computeClass.name,
        fix: "give each of them pools with a class of its own, or machines alone",
      },
    ];
  });
}

function demandFailures(models: readonly PlacedModel[], pool: NodePoolRef): Failure[] {
  const here = models.filter(({ placement }) => !placement.computeClass && placement.pools[0]?.pool === pool.pool);
  const demands = here.map(({ name, config, placement: { resources } }) => ({
    name,
    replicas: fewestReplicas(config),
    gpus: resources.gpus,
    ...resources.pod,
  }));
  const free = freeOf(pool);
  const checks: readonly [
    string,
    string,
    number,
    (one: (typeof demands)[number]) => number,
    (value: number) => string,
  ][] = [
    ["gpus", "GPUs", pool.gpuShares?.perNode ?? 0, ({ gpus }) => gpus, String],
    ["cpu", "CPU", free.cpuMillis, ({ cpuMillis }) => cpuMillis, vcpus],
    ["memory", "memory", free.memoryBytes, ({ memoryBytes }) => memoryBytes, gib],
  ];
  return checks.flatMap(([code, what, perNode, of, written]): Failure[] => {
    const asked = demands.reduce((sum, one) => sum + one.replicas * of(one), 0);
    const there = perNode * pool.maxNodes;
    if (asked <= there) return [];
    const parts = demands
      .filter((one) => one.replicas * of(one) > 0)
      .map((one) => `${one.name} ${one.replicas} × ${written(of(one))}`);
    return [
      {
        code: `pool-${code}`,
        path: "models",
        message: `ask pool ${pool.pool} for more ${what} than it can have, even with the fewest replicas: ${parts.join(" + ")} = ${written(asked)}`,
        got: demands.map(({ name }) => name),
        allowed: `${pool.maxNodes} nodes × ${written(perNode)} = ${written(there)}`,
        fix: `raise maxNodes of pool ${pool.pool} to ${Math.ceil(asked / perNode)}, or place some of the models elsewhere`,
      },
    ];
  });
}
