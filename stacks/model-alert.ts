import type { Construct } from "constructs";
import type { ClusterRef } from "../lib/core";
import { PrometheusAlert, type AlertChannelsRef } from "../lib/monitoring";
import { unansweredQuery, type ModelServer, type ModelServerRef } from "../lib/serving";

/**
 * Tells the channels when no replica of a model reports. Not of a model that may rest at none, nor where nothing reads its metrics. It holds
 * nothing of the version: a new one leaves it as it is.
 */
export function alertWhenUnanswered(
  scope: Construct,
  { ref, resources }: ModelServer,
  cluster: ClusterRef,
  channels: AlertChannelsRef,
): void {
  if (ref.config.replicas.min === 0 || !cluster.features.includes("managed-prometheus")) return;
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
