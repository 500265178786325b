import { SERVER_SIGNALS, SERVING_LABELS, SERVING_POD_LABELS } from "../../catalog/server-metrics";
import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { NodePoolRef } from "../../cluster";
import { isFixed } from "../scaling/autoscaling";
import { selectorOf, variantLabels, variantSelector, type Variant } from "../config/model-variant";
import type { Placement } from "../capacity/placement";
import { graceSeconds, type PodTemplate } from "../pod/pod-template";
import {
  LOGGER_PORT,
  LOGGER_PORT_NAME,
  LOGGER_SERIES,
  loggedPaths,
  needsLogger,
} from "../prediction-log/prediction-log-sidecar";
import { openings, type Flow } from "../route/route-network";
import { serverCommand, servingPort, servingPortName } from "../pod/server-command";
import type { ModelValues } from "../config/model-config";
import { startupSeconds } from "../pod/weights";

type Labels = Readonly<Record<string, string>>;

/** The account that the pods of a model run as: it has no token of the Kubernetes API, and Google knows it by its name. */
export function serviceAccountObject(metadata: ObjectMetadata): KubernetesObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
}

/** An address in the cluster for pods that a selector names. */
export function serviceObject(metadata: ObjectMetadata, selector: Labels, config: ModelValues): KubernetesObject {
  const port = servingPort(config);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: {
      type: "ClusterIP",
      selector,
      ports: [{ name: "http", port, targetPort: servingPortName(config), protocol: "TCP" }],
    },
  };
}

/** At most one replica goes for an upgrade of nodes at a time; one that does not work protects none. */
export function disruptionBudget(metadata: ObjectMetadata, variant: Variant): KubernetesObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: variantSelector(variant) },
    },
  };
}

// Namespace of the collectors of managed Prometheus (GKE docs, "Managed collection").
const COLLECTORS = "gmp-system";

/** Who may call the pods within the cluster. The gateway's ways in come with its routes, ways out with the namespace: policies add up. */
export function networkPolicy(metadata: ObjectMetadata, config: ModelValues): KubernetesObject {
  const { ports, metricsPort } = serverCommand(config);
  const metrics = ports.find(({ name }) => name === metricsPort)!.containerPort;
  const flows: Flow[] = [
    { peers: [{ namespace: COLLECTORS }], ports: [metrics, ...(needsLogger(config) ? [LOGGER_PORT] : [])] },
    ...(config.callerNamespaces.length > 0
      ? [
          {
            peers: config.callerNamespaces.map((namespace) => ({ namespace })),
            // gRPC goes past a logger: callers of its model have HTTP alone.
            ports: needsLogger(config)
              ? [LOGGER_PORT]
              : ports.filter(({ name }) => name !== "metrics").map(({ containerPort }) => containerPort),
          },
        ]
      : []),
  ];
  return openings(metadata, selectorOf(config.name), flows);
}

// Bounds of one scrape: a vLLM replica shows about 1,500 samples, Triton some 20 a model (counted in examples, unconfirmed for each version).
const MAX_SAMPLES = 20_000;
const MAX_LABELS = 60;

const SCRAPED = { interval: "15s", timeout: "10s" };

/**
 * Has managed Prometheus read the metrics of the servers and of the loggers before them (cluster feature `managed-prometheus`), with labels that
 * tell versions apart. Each endpoint has an `up` of its own: its `instance` ends in the port's name.
 */
export function podMonitoring(metadata: ObjectMetadata, config: ModelValues): KubernetesObject {
  const keys = Object.keys(SERVING_LABELS) as (keyof typeof SERVING_LABELS)[];
  return {
    apiVersion: "monitoring.googleapis.com/v1",
    kind: "PodMonitoring",
    metadata,
    spec: {
      selector: { matchLabels: selectorOf(config.name) },
      endpoints: [
        {
          port: serverCommand(config).metricsPort,
          path: SERVER_SIGNALS[config.server].metricsPath,
          ...SCRAPED,
        },
        ...(needsLogger(config) ? [LOGGER_ENDPOINT] : []),
      ],
      targetLabels: {
        metadata: ["pod", "container"],
        fromPod: keys.map((key) => ({ from: SERVING_POD_LABELS[key], to: SERVING_LABELS[key] })),
      },
      limits: { samples: MAX_SAMPLES, labels: MAX_LABELS },
      filterRunning: true,
    },
  };
}

const LOGGER_ENDPOINT = {
  port: LOGGER_PORT_NAME,
  path: loggedPaths.metrics,
  ...SCRAPED,
  metricRelabeling: [{ action: "keep", sourceLabels: ["__name__"], regex: LOGGER_SERIES }],
};

/** Time that a node may take to be there and to pull an image of some ten gigabytes. */
const NODE_AND_IMAGE_SECONDS = 900;

/** The part of it that the image may take, on a node that is there. */
const IMAGE_SECONDS = 300;

/** Seconds after which a replica that is not ready counts as failed: longer than its probes wait. */
export function progressSeconds(config: ModelValues): number {
  return startupSeconds(config) + NODE_AND_IMAGE_SECONDS;
}

/** How replicas are replaced: some more at a time where there is room for them, else one fewer. Never all at once. */
export function updateStrategy(variant: Variant, placement: Placement) {
  const surge = surgeOf(variant, placement);
  return {
    type: "RollingUpdate",
    rollingUpdate: { maxSurge: surge, maxUnavailable: surge === 0 ? 1 : 0 },
  };
}

/**
 * Seconds in which an update ends that goes well. The first replicas may need nodes; those after them start where others ended. Helm waits for
 * all replicas but those that may be missing (pkg/kube/ready.go, deploymentReady), and for no custom resource: not for a Rollout.
 */
export function updateSeconds(variant: Variant, placement: Placement, byDeployment: boolean): number {
  const { config } = variant;
  const surge = surgeOf(variant, placement);
  const most = config.replicas.max;
  const turns = surge === HALF ? 2 : surge === 0 ? most - 1 : Math.ceil(most / surge);
  const further = byDeployment ? Math.max(0, turns - 1) : 0;
  const grace = graceSeconds(variant);
  return progressSeconds(config) + grace + further * (startupSeconds(config) + IMAGE_SECONDS + grace);
}

const HALF = "50%";

/** Replicas beyond the most that find a node: without GPUs half as many again, of GPUs those that are neither reserved, granted nor spare capacity. */
function surgeOf({ config, together }: Variant, { pools, resources, computeClass }: Placement): typeof HALF | number {
  if (resources.gpus === 0) return HALF;
  if (computeClass !== undefined || pools.some(({ model }) => model !== "on-demand")) return 0;
  const held = pools.reduce((sum, pool) => sum + replicasOf(pool, resources.gpus), 0);
  return Math.max(0, Math.min(held - together, config.replicas.max));
}

function replicasOf({ gpuShares, maxNodes }: NodePoolRef, gpus: number): number {
  return Math.floor((gpuShares?.perNode ?? 0) / gpus) * maxNodes;
}

export const KEPT_REPLICA_SETS = 3;

/** The replicas of one version. Autoscaling owns their number, so it is not stated: each apply would set it back. */
export function deploymentObject(
  metadata: ObjectMetadata,
  variant: Variant,
  placement: Placement,
  template: PodTemplate,
  stopped: boolean,
): KubernetesObject {
  const replicas = stopped ? 0 : isFixed(variant) ? variant.config.replicas.min : undefined;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      revisionHistoryLimit: KEPT_REPLICA_SETS,
      progressDeadlineSeconds: progressSeconds(variant.config),
      selector: { matchLabels: variantSelector(variant) },
      strategy: updateStrategy(variant, placement),
      template,
    },
  };
}

export function metadataOf(variant: Variant, namespace: string, labels: Labels): ObjectMetadata {
  return { name: variant.name, namespace, labels: variantLabels(labels, variant) };
}
