import { serverCommand } from "../pod/server-command";
import { shiftsByArgo } from "../rollout/rollout-choice";
import { predictorName } from "../surfaces/kserve-objects";
import type { ServedModel } from "../config/served-model";

type WatchedModel = Pick<ServedModel, "name" | "namespace" | "config">;

/**
 * PromQL that yields a series while replicas of a model are wanted and none reports: none is up, or there is none. Managed Prometheus writes `up`
 * for each target of a PodMonitoring, whose name is the job. Its `instance` is `<pod>:<name of the port>` (prometheus-engine,
 * monitoring/v1/pod_config.go, 2026-07): a logger that is up before a server that is not must not count.
 *
 * Whoever stops a model wants no replicas, which is no alarm. Where nothing says how many are wanted, some are: an alarm too many rather than
 * one too few.
 */
export function unansweredQuery(model: WatchedModel, cluster: string): string {
  const { name, namespace, config } = model;
  const instance = `.+:${serverCommand(config).metricsPort}`;
  const replicas = `up{cluster="${cluster}",namespace="${namespace}",job="${name}",instance=~"${instance}"}`;
  return `(sum(${replicas}) < 1 or absent(${replicas})) unless on() (max(${wantedReplicas(model, cluster)}) == 0)`;
}

/**
 * How many replicas are wanted.
 * - Deployments: kube state metrics that GKE collects itself, component DEPLOYMENT (GKE docs, "Collect and view kube state metrics").
 * - KServe's: the same. A stop in the file has KServe delete its Deployment (kserve, deployment_reconciler.go, 2026-08), and nothing says so then.
 * - Rollouts: their controller counts `spec.replicas` (argo-rollouts, controller/metrics/rollouts.go). It is read as a pod of its own namespace, so
 *   that of the Rollout is `exported_namespace` (prometheus-engine: target labels cannot be overwritten by those of metrics).
 */
function wantedReplicas({ name, namespace, config }: WatchedModel, cluster: string): string {
  if (shiftsByArgo(config)) {
    return `rollout_info_replicas_desired{cluster="${cluster}",exported_namespace="${namespace}",name="${name}"}`;
  }
  // A candidate counts whether there is one or not: one that comes or goes leaves the alert as it is.
  const deployment = config.surface.on === "kserve" ? predictorName(config) : `${name}(-candidate)?`;
  return `kube_deployment_spec_replicas{cluster="${cluster}",namespace="${namespace}",deployment=~"${deployment}"}`;
}
