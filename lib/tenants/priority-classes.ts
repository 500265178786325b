import type { ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { kubernetesResource } from "../delivery";

/**
 * Who goes first where room is short. Kueue admits by the same values under the same names, so that the scheduler never undoes what a queue
 * decided: a job that was admitted is removed by the queue, with its grace period, or by a model server's pod, never by another job.
 */
export const PRIORITIES = {
  realTime: {
    name: "real-time",
    value: 1_000_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "Model servers that answer someone: they take the place of batch work",
  },
  batch: {
    name: "batch",
    value: 100,
    preemptionPolicy: "Never",
    description: "Jobs: they wait for room, and make room for model servers",
  },
} as const;

/** Priority classes of a cluster, as pods may name them. */
export interface PriorityClassesRef {
  readonly realTime: string;
  readonly batch: string;
  /** What must exist before a pod can name one; nothing from another stack. */
  readonly ready: readonly ITerraformDependable[];
}

/** The priorities of model servers and of jobs. */
export class PriorityClasses extends Construct {
  readonly ref: PriorityClassesRef;
  readonly resources: { readonly realTime: TerraformResource; readonly batch: TerraformResource };

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.resources = { realTime: this.make("realTime"), batch: this.make("batch") };
    this.ref = {
      realTime: PRIORITIES.realTime.name,
      batch: PRIORITIES.batch.name,
      ready: Object.values(this.resources),
    };
  }

  private make(which: keyof typeof PRIORITIES): TerraformResource {
    const { name, ...fields } = PRIORITIES[which];
    return kubernetesResource(this, name, {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      globalDefault: false,
      ...fields,
    });
  }
}
