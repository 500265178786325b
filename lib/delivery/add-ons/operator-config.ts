import { z } from "zod";
import { known } from "../../core";

/** What every operator can be given. */
export interface OperatorConfig {
  /** Pods of each of its controllers; one works, the others wait to take over. @default 2 */
  readonly replicas?: number;
}

/** Fields of `OperatorConfig`, for the schemas of operators. */
export const operatorShape = {
  replicas: known(
    z.int().min(1).max(5).describe("Pods of each of its controllers; one works, the others wait to take over"),
    "disruption budgets depend on it",
  ).default(2),
};

export const operatorSchema = z.strictObject(operatorShape);

/** CPU and memory of a controller: memory asked for is memory it may have, so that it is not the first to go. */
export function resourcesOf(cpu: string, memory: string, cpuLimit: string) {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory } };
}

/** Pods of one controller on nodes of different zones where that is possible. */
export function spreadOver(matchLabels: Readonly<Record<string, string>>) {
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels },
    },
  ];
}
