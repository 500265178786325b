import { SERVING_LABELS } from "../../catalog/server-metrics";
import { serverCommand } from "../pod/server-command";
import { shiftsByArgo } from "../rollout/rollout-choice";
import { pickerName, poolName } from "../route/inference-pool";
import { usesInferencePool } from "../route/route";
import { predictorName } from "../surfaces/kserve-objects";
import type { ServedModel } from "../config/served-model";

type WatchedModel = Pick<ServedModel, "name" | "namespace" | "config">;

// Longer than most starts: what comes up again within it is not told twice, what never was up not at all.
const REMEMBERED = "2h";

/**
 * PromQL that yields a series while replicas of a model are wanted and requests find none:
 * - none of the stable version is up, or there is none; one of a candidate does not stand for it.
 * - a version that was up has no replica that is, whatever the others do.
 * - a language model on a route has no endpoint picker: without it the load balancer asks no replica.
 *
 * Managed Prometheus writes `up` for each target of a PodMonitoring, whose name is the job, with the labels that are taken from the pod. Its
 * `instance` is `<pod>:<name of the port>` (prometheus-engine, monitoring/v1/pod_config.go, 2026-07): a logger that is up before a server that is
 * not must not count.
 *
 * Whoever stops a model wants no replicas, which is no alarm. Where nothing says how many are wanted, some are: an alarm too many rather than
 * one too few. Of a canary by Argo Rollouts that alone is left, nothing is told: its pods carry the labels of the stable ones.
 */
export function unansweredQuery(model: WatchedModel, cluster: string): string {
  const { name, namespace, config } = model;
  const here = `cluster="${cluster}",namespace="${namespace}"`;
  const replicas = `${here},job="${name}",instance=~".+:${serverCommand(config).metricsPort}"`;
  // KServe makes the pods of its versions, and labels them its own way.
  const own = config.surface.on === "kserve" ? replicas : `${replicas},${SERVING_LABELS.variant}="stable"`;
  const version = `${SERVING_LABELS.variant}, ${SERVING_LABELS.revision}`;
  const silent = [
    `sum(up{${own}}) < 1 or absent(up{${own}})`,
    `(sum by (${version}) (up{${replicas}}) < 1) and (max by (${version}) (max_over_time(up{${replicas}}[${REMEMBERED}])) == 1)`,
    ...(config.route && usesInferencePool(config) ? [withoutPicker(name, here)] : []),
  ];
  const any = silent.map((one) => `(${one})`).join(" or ");
  return `(${any}) unless on() (max(${wantedReplicas(model, cluster)}) == 0)`;
}

/** No endpoint picker of the stable version, or none of a candidate that has some. */
function withoutPicker(model: string, here: string): string {
  const [stable, candidate] = (["stable", "candidate"] as const).map((variant) => pickerName(poolName(model, variant)));
  return `sum by (job) (up{${here},job=~"${stable}|${candidate}"}) < 1 or absent(up{${here},job="${stable}"})`;
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
  const deployment = config.surface.on === "kserve" ? predictorName(config) : name;
  return `kube_deployment_spec_replicas{cluster="${cluster}",namespace="${namespace}",deployment="${deployment}"}`;
}
