import type { KubernetesObject } from "../../delivery";
import { variantLabels, variantSelector, type Variant } from "../config/model-variant";
import { edgeRequestRate, type EdgeTraffic } from "./scale-from-zero";
import { scalingSignals, sumOf, type MetricScope } from "./scaling-signals";
import { serverCommand } from "../pod/server-command";

/** The object whose replicas are scaled. */
export interface ScaleTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What autoscaling of one version needs to know. */
export interface AutoscalingInputs {
  readonly variant: Variant;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: ScaleTarget;
  readonly by: "keda" | "hpa";
  readonly projectId: string;
  readonly metrics: MetricScope;
  /** Where requests can be seen that find no replica. Asked for with a minimum of 0. */
  readonly edge?: EdgeTraffic;
  readonly stopped: boolean;
}

/** True where a model has a number of replicas rather than bounds. */
export function isFixed({ config: { replicas } }: Variant): boolean {
  return replicas.min === replicas.max;
}

/** What scales a version between its bounds; nothing where it has a fixed number of replicas. */
export function autoscalingObjects(inputs: AutoscalingInputs): KubernetesObject[] {
  if (isFixed(inputs.variant)) return [];
  return inputs.by === "keda" ? kedaObjects(inputs) : hpaObjects(inputs);
}

/** Up at once and by as many as there are; down by one a minute after five minutes of less: a replica takes minutes to come back. */
const BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Percent", value: 100, periodSeconds: 30 },
      { type: "Pods", value: 2, periodSeconds: 30 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: "Max",
    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
  },
};

function metadataOf({ variant, labels, metrics }: AutoscalingInputs) {
  return { name: variant.name, namespace: metrics.namespace, labels: variantLabels(labels, variant) };
}

const STOPPED = { "autoscaling.keda.sh/paused-replicas": "0" };

/** KEDA asks Google Cloud's own Prometheus API, as itself: its service account may read metrics (add-on `keda`). */
function kedaObjects(inputs: AutoscalingInputs): KubernetesObject[] {
  const { variant, target, projectId, metrics, edge, stopped } = inputs;
  const { config } = variant;
  const { min, max } = config.replicas;
  const metadata = metadataOf(inputs);
  const trigger = (name: string, query: string, threshold: number, more: Readonly<Record<string, string>> = {}) => ({
    type: "prometheus",
    name,
    metricType: "AverageValue",
    metadata: {
      serverAddress: `https://monitoring.googleapis.com/v1/projects/${projectId}/location/global/prometheus`,
      query,
      threshold: String(threshold),
      // No series is no load while there is no replica; while there is one, fallback decides.
      ignoreNullValues: min === 0 ? "true" : "false",
      ...more,
    },
    authenticationRef: { name: metadata.name },
  });
  return [
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "TriggerAuthentication",
      metadata,
      spec: { podIdentity: { provider: "gcp" } },
    },
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { ...metadata, ...(stopped ? { annotations: STOPPED } : {}) },
      spec: {
        scaleTargetRef: target,
        minReplicaCount: min,
        maxReplicaCount: max,
        pollingInterval: 15,
        cooldownPeriod: min === 0 ? config.scaling.idleSeconds : 300,
        // Blind, it keeps what there is rather than taking replicas away.
        fallback: { failureThreshold: 4, replicas: Math.max(1, min), behavior: "currentReplicasIfHigher" },
        advanced: { horizontalPodAutoscalerConfig: { name: metadata.name, behavior: BEHAVIOR } },
        triggers: [
          ...scalingSignals(config).map((signal) =>
            trigger(signal.name, sumOf(signal, variant, metrics), signal.perReplica),
          ),
          ...(min === 0 ? [trigger("requests-at-the-edge", edgeRequestRate(edge!), NEVER_MORE_THAN_ONE, WAKES)] : []),
        ],
      },
    },
  ];
}

// Requests at the edge bring the first replica; how many more there are to be, the servers' own load says.
const NEVER_MORE_THAN_ONE = 1_000_000;
const WAKES = { activationThreshold: "0" };

/** GKE's own autoscaler reads gauges from the pods themselves: no adapter, no grant (GKE docs, "Expose custom metrics for autoscaling"). */
function hpaObjects(inputs: AutoscalingInputs): KubernetesObject[] {
  const { variant, target } = inputs;
  const { config } = variant;
  const metadata = metadataOf(inputs);
  const { ports, metricsPort } = serverCommand(config);
  const signals = scalingSignals(config);
  return [
    {
      apiVersion: "autoscaling.gke.io/v1beta1",
      kind: "AutoscalingMetric",
      metadata,
      spec: {
        metrics: [
          {
            pod: {
              selector: { matchLabels: variantSelector(variant) },
              containers: [
                {
                  endpoint: { port: ports.find(({ name }) => name === metricsPort)!.containerPort, path: "/metrics" },
                  metrics: signals.map(({ name, series }) => ({ gauge: { name, prometheusMetricName: series.name } })),
                },
              ],
            },
          },
        ],
      },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: {
        scaleTargetRef: target,
        minReplicas: config.replicas.min,
        maxReplicas: config.replicas.max,
        metrics: signals.map(({ name, perReplica }) => ({
          type: "Pods",
          pods: {
            metric: { name: `autoscaling.gke.io|${metadata.name}|${name}` },
            target: { type: "AverageValue", averageValue: quantity(perReplica) },
          },
        })),
        behavior: BEHAVIOR,
      },
    },
  ];
}

/** As Kubernetes writes a number that is not whole: `800m`. */
function quantity(value: number): string {
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
}
