import type { ITerraformDependable } from "cdktf";

/** A team, as what runs in its namespace may know it. */
export interface TeamRef {
  readonly name: string;
  readonly namespace: string;
  /** What must exist before an object can be made in the namespace; nothing from another stack. */
  readonly ready: readonly ITerraformDependable[];
  /** Labels that every object of the team carries, for allocation of cost. */
  readonly labels: Readonly<Record<string, string>>;
  /** Kueue local queue of its batch work; absent where the cluster has no queues. */
  readonly batchQueue?: string;
  /**
   * Kueue local queue of its model servers; absent where the cluster has no queues. Only for servers on `queuedPools`: Kueue admits nothing that
   * asks for what no queue has.
   */
  readonly servingQueue?: string;
  /** Names of the pools whose capacity the queues share out; none where there are no queues. */
  readonly queuedPools: readonly string[];
  /** Kubernetes service account that its batch work runs as. */
  readonly batchServiceAccount: string;
  /** Kubernetes and Kueue priority class of its batch work. */
  readonly batchPriorityClass?: string;
  /** Kubernetes and Kueue priority class of its model servers. */
  readonly servingPriorityClass?: string;
}
