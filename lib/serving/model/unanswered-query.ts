import type { ServedModel } from "./served-model";

/**
 * PromQL that yields a series while no replica of a model reports: none is up, or there is none. Managed Prometheus writes `up` for each target
 * of a PodMonitoring, whose name is the job.
 */
export function unansweredQuery({ name, namespace }: Pick<ServedModel, "name" | "namespace">, cluster: string): string {
  const replicas = `up{cluster="${cluster}",namespace="${namespace}",job="${name}"}`;
  return `sum(${replicas}) < 1 or absent(${replicas})`;
}
