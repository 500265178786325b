import type { Failure } from "../../core";
import type { PoolPlan } from "../../tenants";
import { fewestReplicas } from "../config/replica-counts";
import { gib, vcpus } from "./replica-resources";
import type { ModelServerRef } from "../model/model-server";

type QueuedModel = Pick<ModelServerRef, "name" | "config" | "placement">;

/** How much of one resource a replica asks for, and the queue of model servers has. */
interface Counted {
  readonly what: string;
  readonly of: (model: QueuedModel) => number;
  readonly there: (plan: PoolPlan) => number;
  readonly written: (amount: number) => string;
}

const MIB = 2 ** 20;

const COUNTED: readonly Counted[] = [
  {
    what: "GPUs",
    of: ({ placement }) => placement.resources.gpus,
    there: ({ serving }) => serving["nvidia.com/gpu"],
    written: String,
  },
  {
    what: "CPU",
    of: ({ placement }) => placement.resources.pod.cpuMillis,
    there: ({ serving }) => serving.cpu,
    written: vcpus,
  },
  {
    what: "memory",
    of: ({ placement }) => placement.resources.pod.memoryBytes,
    there: ({ serving }) => serving.memory * MIB,
    written: gib,
  },
  {
    what: "disk",
    of: ({ placement }) => placement.resources.pod.ephemeralBytes,
    there: ({ serving }) => serving["ephemeral-storage"] * MIB,
    written: gib,
  },
];

/**
 * Whether the queue of model servers lets in what models ask for of each pool with their fewest replicas: it never borrows, so what is beyond
 * waits for ever, and nothing says so. Models with a ladder are left out, for another rung may have room.
 */
export function queueDemandFailures(models: readonly QueuedModel[], plan: readonly PoolPlan[]): Failure[] {
  return plan.flatMap((pool): Failure[] => {
    const name = pool.pool.pool;
    const here = models.filter(({ placement }) => !placement.computeClass && placement.pools[0]?.pool === name);
    const short = COUNTED.find((counted) => askedBy(here, counted) > counted.there(pool));
    if (short === undefined) return [];
    const { what, of, there, written } = short;
    const parts = here
      .filter((model) => of(model) > 0)
      .map((model) => `${model.name} ${replicasOf(model)} × ${written(of(model))}`);
    return [
      {
        code: "queue-too-small",
        path: `queues.serving.${name}`,
        message: `lets in less ${what} than model servers on pool ${name} ask for with the fewest replicas: ${parts.join(" + ")} = ${written(askedBy(here, short))}`,
        got: written(there(pool)),
        allowed: `at least ${written(askedBy(here, short))}`,
        fix: `raise queues.serving.${name}, or place some of the models elsewhere: servers never borrow, and those beyond it wait for ever`,
      },
    ];
  });
}

function askedBy(models: readonly QueuedModel[], { of }: Counted): number {
  return models.reduce((sum, model) => sum + replicasOf(model) * of(model), 0);
}

function replicasOf({ config }: QueuedModel): number {
  return fewestReplicas(config);
}
