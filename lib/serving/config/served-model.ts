import type { ServerSignals } from "../../catalog/server-metrics";
import type { ModelValues } from "./model-config";

/** A model server, as what stands around it may know it: routes, rollouts, alerts. */
export interface ServedModel {
  /** What was asked for, with its defaults. */
  readonly config: ModelValues;
  readonly name: string;
  readonly namespace: string;
  /** Labels of all its objects. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that select its pods, of the stable version and of others alike. */
  readonly selector: Readonly<Record<string, string>>;
  /** The stable version's Service. That of a version under test is called `<name>-canary`, on the same port. */
  readonly service: { readonly name: string; readonly port: number };
  /** Priority of its pods, and of those that it does not answer without. @default - the cluster's own */
  readonly priorityClass?: string;
  /** What it tells of itself. */
  readonly signals: ServerSignals;
  /** True where the environment has it stopped: no replicas, and the gateway turns callers away. */
  readonly stopped: boolean;
}
