import type { Construct } from "constructs";
import type { ClusterRef } from "../lib/core";
import { PrometheusAlert, type AlertChannelsRef } from "../lib/monitoring";
import {
  LOGGER_NAME,
  lostRecordsQuery,
  needsLogger,
  unansweredQuery,
  type ModelServer,
  type ModelServerRef,
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
 * Tells the channels when no replica of a model reports, and when records of its answers are lost; of neither where nothing reads its metrics.
 * Alerts hold nothing of the version: a new one leaves them as they are.
 */
export function watchModel(scope: Construct, server: ModelServer, watch: ModelWatch): void {
  if (!watch.cluster.features.includes("managed-prometheus")) return;
  const { config } = server.ref;
  // One that may rest at none is silent then.
  if (config.replicas.min > 0) alertWhenUnanswered(scope, server, watch);
  const logs = config.log.sample !== 0 && (config.server === "http" || needsLogger(config));
  if (watch.predictions && logs) alertOfLostRecords(scope, server, watch);
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
      `The label \`reason\` says why: \`publish-failed\` (topic, key or right), \`queue-full\` (more answers than the topic takes), \`shutdown\` (a pod ended too early).`,
      `Its log says more: \`kubectl --namespace=${namespace} logs --selector=app.kubernetes.io/name=${name} --container=${container}\`.`,
    ].join(" "),
    channels,
  });
}

function runbookOf({ name, namespace, config }: ModelServerRef, cluster: ClusterRef): string {
  const kubectl = `kubectl --namespace=${namespace} get`;
  return [
    `No replica of model ${name} in namespace ${namespace} of cluster ${cluster.name.value} reports.`,
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
