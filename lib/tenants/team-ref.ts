import type { ITerraformDependable } from "cdktf";

/** A team, as what runs in its namespace may know it. */
export interface TeamRef {
  readonly name: string;
  readonly namespace: string;
  /** What must exist before an object can be made in the namespace; nothing from another stack. */
  readonly ready: readonly ITerraformDependable[];
  /** Labels that every object of the team carries, for allocation of cost. */
  readonly labels: Readonly<Record<string, string>>;
  /** Kueue local queue of its batch work; absent where the team has none. */
  readonly batchQueue?: string;
  /** Kueue local queue of its model servers; absent where Kueue is not installed. */
  readonly servingQueue?: string;
  /** Kubernetes priority class of its model servers. */
  readonly servingPriorityClass?: string;
}
