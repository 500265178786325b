import type { ServedModel } from "../config/served-model";

/**
 * PromQL that yields a series while a rollout by Argo Rollouts stands still or went back (argo-rollouts v1.9.1, controller/metrics/rollouts.go: phases).
 * Its controller is read as a pod of its own namespace, so that of the Rollout is `exported_namespace`.
 */
export function failedRolloutQuery(
  { name, namespace }: Pick<ServedModel, "name" | "namespace">,
  cluster: string,
): string {
  return `max(rollout_info{cluster="${cluster}",exported_namespace="${namespace}",name="${name}",phase=~"Abort|Error|InvalidSpec|Timeout"}) > 0`;
}
