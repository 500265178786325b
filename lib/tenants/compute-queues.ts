import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CHARTS } from "../catalog/charts";
import type { NodePoolRef } from "../cluster";
import { ConfigError, Environment, parseProps } from "../core";
import { ManifestRelease } from "../delivery";
import { SERVING_QUEUE } from "./queue-names";
import { queueObjects } from "./queue-objects";
import { queuedJobsObjects } from "./queued-jobs";
import { computeQueuesSchema, type ComputeQueuesConfig } from "./queues-config";
import { planQuotas, type PoolPlan } from "./quota-plan";

/** The queues of a cluster, as a team's namespace may know them. */
export interface ComputeQueuesRef {
  /** Names of the pools that are shared out. */
  readonly pools: readonly string[];
  /** Cluster queue of all model servers. */
  readonly serving: string;
  /** Cluster queue of each team's batch work, by team. */
  readonly batch: ReadonlyMap<string, string>;
  /** What must exist before work can be queued; nothing from another stack. */
  readonly ready: readonly ITerraformDependable[];
}

export type ComputeQueuesProps = ComputeQueuesConfig & {
  readonly pools: readonly NodePoolRef[];
};

/**
 * Accelerators that model servers and jobs share, by Kueue: one flavor for each pool, one queue for all model servers and one for each
 * team's jobs, in one cohort. The quotas of a pool add up to what all of its nodes have, so what is guaranteed can be had. Jobs borrow what is
 * idle and lose it when its owner needs it. Jobs that name no queue are refused.
 */
export class ComputeQueues extends Construct {
  readonly ref: ComputeQueuesRef;
  /** Who gets how much of each pool. */
  readonly plan: readonly PoolPlan[];
  readonly resources: { readonly release: ManifestRelease };

  /** @throws ConfigError for parts that add up to more than a pool has, with the sum */
  constructor(scope: Construct, id: string, props: ComputeQueuesProps) {
    super(scope, id);
    const { pools, ...plain } = props;
    const config = parseProps(this, "ComputeQueues", computeQueuesSchema, plain);
    const { plan, failures } = planQuotas(config, pools);
    ConfigError.throwIfAny(`ComputeQueues at ${this.node.path}`, failures);
    this.plan = plan;
    const batch = new Map(config.teams.map(({ name }) => [name, `${name}-batch`]));
    const release = new ManifestRelease(this, "queues", {
      name: "compute-queues",
      namespace: CHARTS.kueue.namespace,
      objects: [
        ...queueObjects({
          plan,
          cohort: `${Environment.of(this).name}-gpu`,
          batch,
          metadata: (name) => ({ name }),
        }),
        ...queuedJobsObjects([...batch.keys()]),
      ],
    });
    this.resources = { release };
    this.ref = { pools: plan.map(({ pool }) => pool.pool), serving: SERVING_QUEUE, batch, ready: release.dependables };
  }
}
