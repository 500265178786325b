import type { Construct } from "constructs";
import { MODEL_SIGNALS } from "../lib/catalog/server-metrics";
import type { ClusterRef } from "../lib/core";
import { LogAlert, PrometheusAlert, type AlertChannelsRef } from "../lib/monitoring";
import {
  LOGGER_NAME,
  failedRolloutQuery,
  lostRecordsQuery,
  needsLogger,
  reportsConfidence,
  unansweredQuery,
  unknownConfidenceQuery,
  type Model,
  type ModelServer,
  type ModelServerRef,
  type ModelValues,
  type PredictionLog,
} from "../lib/serving";

export interface ModelWatch {
  readonly cluster: ClusterRef;
  /** Who is told. */
  readonly channels: AlertChannelsRef;
  /** Where answers are logged. @default - nowhere */
  readonly predictions?: PredictionLog;
}

/**
 * Tells the channels when requests to a model find no replica, and when records of its answers are lost; of neither where nothing reads its metrics.
 * Alerts hold nothing of the version: a new one leaves them as they are.
 */
export function watchModel(scope: Construct, server: ModelServer, watch: ModelWatch): void {
  if (!watch.cluster.features.includes("managed-prometheus")) return;
  const { config } = server.ref;
  // One that may rest at none is silent then.
  if (config.replicas.min > 0) alertWhenUnanswered(scope, server, watch);
  const logs = config.log.sample !== 0 && (config.server === "http" || needsLogger(config));
  if (reportsConfidence(config)) alertOfUnknownConfidence(scope, server, watch);
  if (!watch.predictions || !logs) return;
  alertOfLostRecords(scope, server, watch);
  alertOfRecordsLostAtTheEnd(scope, server, watch);
}

function alertWhenUnanswered(scope: Construct, { ref, resources }: ModelServer, { cluster, channels }: ModelWatch) {
  const alert = new PrometheusAlert(scope, `model-${ref.name}-alert`, {
    name: `${ref.name} does not answer`,
    query: unansweredQuery(ref, cluster.name.value),
    severity: "CRITICAL",
    owner: ref.config.owner,
    runbook: runbookOf(ref, cluster),
    channels,
  });
  // Nobody waits for a model that was never there: its first start may take longer than the alert is patient.
  alert.node.addDependency(resources.release);
}

function alertOfLostRecords(scope: Construct, { ref }: ModelServer, { cluster, channels }: ModelWatch) {
  const { name, namespace, config } = ref;
  const container = needsLogger(config) ? LOGGER_NAME : "server";
  new PrometheusAlert(scope, `model-${name}-log-alert`, {
    name: `${name} answers without a record`,
    query: lostRecordsQuery(ref, cluster.name.value),
    // The query looks back by itself.
    forMinutes: 0,
    severity: "ERROR",
    owner: config.owner,
    runbook: [
      `Answers of model ${name} went out whose records did not reach the prediction log: what it was asked then cannot be told any more.`,
      `The label \`reason\` says why: \`publish-failed\` (topic, key or right), \`queue-full\` (more answers than the topic takes).`,
      `Its log says more: \`kubectl --namespace=${namespace} logs --selector=app.kubernetes.io/name=${name} --container=${container}\`.`,
    ].join(" "),
    channels,
  });
}

/** A rollout compares the confidence of those answers that have one: of none, it compares nothing. */
function alertOfUnknownConfidence(scope: Construct, { ref }: ModelServer, { cluster, channels }: ModelWatch) {
  const { name, config } = ref;
  new PrometheusAlert(scope, `model-${name}-confidence-alert`, {
    name: `${name} does not say how sure it is`,
    query: unknownConfidenceQuery(ref, cluster.name.value),
    severity: "WARNING",
    owner: config.owner,
    runbook: `Most answers of model ${name} have no confidence that can be read, so that a rollout compares failures and latency alone. The label \`reason\` of \`${MODEL_SIGNALS.unknownConfidence.name}\` says why: \`missing\` (\`log.confidenceOutput\` names no output of the model), \`binary\` (callers ask for binary tensors: have them ask for this one as JSON), \`not-a-probability\`, \`unreadable\`, \`cut\`.`,
    channels,
  });
}

/** A pod's last count is read by nobody: what it could not hand over when it ended stands in its log alone. */
function alertOfRecordsLostAtTheEnd(scope: Construct, { ref }: ModelServer, { cluster, channels }: ModelWatch) {
  const { name, namespace, config } = ref;
  new LogAlert(scope, `model-${name}-end-alert`, {
    name: `${name} ended without handing over its records`,
    filter: [
      'resource.type="k8s_container"',
      `resource.labels.cluster_name="${cluster.name.value}"`,
      `resource.labels.namespace_name="${namespace}"`,
      `labels."k8s-pod/app_kubernetes_io/name"="${name}"`,
      "severity>=ERROR",
      'jsonPayload.message:"records were dropped at shutdown"',
    ].join(" "),
    severity: "ERROR",
    owner: config.owner,
    runbook: `A pod of model ${name} ended before the prediction log had taken its last records (\`jsonPayload.records\` of them). Look at the topic first; if it is well, the pod was killed before its time: \`kubectl --namespace=${namespace} get events\`.`,
    channels,
  });
}

/** Tells the channels when a rollout of a model went back, or could not: whoever started it may look elsewhere by then. */
export function watchRollout(
  scope: Construct,
  { server, rollout }: Model,
  values: ModelValues,
  watch: ModelWatch,
): void {
  const { name, owner } = values;
  const about = { name: `a rollout of ${name} failed`, severity: "ERROR" as const, owner, channels: watch.channels };
  if (rollout) {
    const filter = `resource.type="workflows.googleapis.com/Workflow" jsonPayload.rollout="${name}"`;
    new LogAlert(scope, `model-${name}-rollout-alert`, {
      ...about,
      filter: `${filter} severity>=ERROR`,
      runbook: `\`jsonPayload.reason\` says why, \`jsonPayload.weight\` how many per cent of the requests the new version has now. With \`jsonPayload.event\` = \`rollback-failed\` it could not go back: set the weights by hand, or stop the model. All steps: \`gcloud logging read '${filter}'\`.`,
    });
  } else if (server && values.rollout) {
    const { namespace } = server.ref;
    new PrometheusAlert(scope, `model-${name}-rollout-alert`, {
      ...about,
      query: failedRolloutQuery(server.ref, watch.cluster.name.value),
      forMinutes: 0,
      runbook: `\`kubectl --namespace=${namespace} get rollout ${name} --output=yaml\` says why (\`status.message\`), \`kubectl --namespace=${namespace} get analysisruns\` which check failed. After an abort all requests are back at the stable version, and the file still names the new one: revert it and apply.`,
    });
  }
}

function runbookOf({ name, namespace, config }: ModelServerRef, cluster: ClusterRef): string {
  const kubectl = `kubectl --namespace=${namespace} get`;
  return [
    `Requests to model ${name} in namespace ${namespace} of cluster ${cluster.name.value} may find no replica: none of the stable version reports, or none of a version that did; of a language model on a route, perhaps its endpoint picker (\`${name}-epp\`).`,
    `Look at its pods: \`${kubectl} pods --selector=app.kubernetes.io/name=${name}\`.`,
    ...stopOf(name, kubectl)[config.surface.on],
  ].join(" ");
}

/** How to see that a model was stopped on purpose, by its surface. */
function stopOf(name: string, kubectl: string) {
  const other = `A model that is stopped by hand or by \`serving.stopped\` is not told: it wants no replicas.`;
  return {
    gke: [other],
    kserve: [
      `A stop by \`serving.stopped\` is told too: KServe then deletes the Deployment, and nothing says that no replicas are wanted.`,
      `Such a stop has the annotation \`serving.kserve.io/stop\`: \`${kubectl} inferenceservice ${name} --output=yaml\`.`,
    ],
    edge: [
      `If the site is cut off, its metrics do not arrive either: try the Connect Gateway.`,
      `A stop by \`serving.stopped\` is told too, unless the site sends kube state metrics: \`${kubectl} deployment ${name}\` then wants 0.`,
    ],
    // No server of ours stands there.
    "cloud-run": [],
    vertex: [],
  } as const;
}
