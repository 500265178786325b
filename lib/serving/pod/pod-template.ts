import { CONTAINER_SECURITY } from "../../delivery";
import type { Placement } from "../capacity/placement";
import { KERNEL_CACHE_BYTES, SCRATCH_BYTES, bytesQuantity } from "../capacity/replica-resources";
import { variantLabels, variantSelector, type Variant } from "../config/model-variant";
import { quantities, variables } from "./pod-fields";
import type { PodIdentity } from "./pod-identity";
import { loggerContainers } from "./pod-logger";
import { needsLogger } from "../prediction-log/prediction-log-sidecar";
import { SECRETS_PATH, secretVolume } from "./pod-secrets";
import { weightMounts, weightsAnnotations, weightVolumes, type VolumeSource } from "./pod-weights";
import { requestSeconds } from "../config/route-timeout";
import { serverCommand, type ServerCommand } from "./server-command";
import { startupSeconds } from "./weights";

/** A pod template, as Deployments and Rollouts take it. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What the pods of one version need to know besides their own configuration. */
export interface PodInputs {
  readonly variant: Variant;
  /** Labels of the model's objects. */
  readonly labels: Readonly<Record<string, string>>;
  readonly placement: Placement;
  readonly serviceAccount: string;
  readonly priorityClass?: string;
  /** Kueue's labels, where the pool's capacity is shared out by queues. */
  readonly queueLabels: Readonly<Record<string, string>>;
  /** Label by which whoever makes the pods tells their revisions apart. */
  readonly revisionLabel: "pod-template-hash" | "rollouts-pod-template-hash";
  /** Environment variables besides those of the model and the server. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * False where NVIDIA's container toolkit changes the container when it starts, which it cannot where the root is read-only. GKE's own device
   * plugin mounts the driver as a directory instead.
   */
  readonly readOnlyRoot: boolean;
  /** The volume that an edge cluster keeps weights on. */
  readonly cachedWeights?: VolumeSource;
  /** How its containers are known to Google Cloud where there is no metadata server. */
  readonly identity?: PodIdentity;
}

/** Longest time that a load balancer was seen to send requests to a pod that it was told to leave: gateway-api-inference-extension, vLLM example. */
export const DRAIN_SECONDS = 30;

/** What a server needs at its end besides: to hand over what it has not logged yet, and to stop. */
const MARGIN_SECONDS = 10;

/** Seconds between the word that a pod must go and its end by force: the load balancer turns away, then the longest request ends. */
export function graceSeconds({ config }: Pick<Variant, "config">): number {
  return DRAIN_SECONDS + requestSeconds(config) + MARGIN_SECONDS;
}

// Any user but root; images of vLLM and Triton hold no files that are root's alone.
const USER = 1000;

export function podTemplate(inputs: PodInputs): PodTemplate {
  const { variant, labels, placement, queueLabels } = inputs;
  const { config } = variant;
  const command = serverCommand(config);
  const annotations = weightsAnnotations(config);
  const loggers = loggerContainers(config, inputs.env, inputs.identity);
  return {
    metadata: {
      labels: { ...variantLabels(labels, variant), ...queueLabels },
      ...(annotations ? { annotations } : {}),
    },
    spec: {
      serviceAccountName: inputs.serviceAccount,
      automountServiceAccountToken: false,
      // A Service named vllm would set VLLM_PORT to an address, and vLLM would not start.
      enableServiceLinks: false,
      ...(inputs.priorityClass ? { priorityClassName: inputs.priorityClass } : {}),
      terminationGracePeriodSeconds: graceSeconds(variant),
      nodeSelector: placement.nodeSelector,
      tolerations: placement.tolerations,
      topologySpreadConstraints: spread(inputs),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(loggers.length > 0 ? { initContainers: loggers } : {}),
      containers: [serverContainer(inputs, command)],
      volumes: volumes(inputs),
    },
  };
}

/** Zones where possible; nodes strictly where the pool has a node for each replica, or one failure would take several. */
function spread({ variant, placement, revisionLabel }: PodInputs) {
  const nodes = placement.pools.reduce((sum, { maxNodes }) => sum + maxNodes, 0);
  const oneEach = placement.computeClass === undefined && variant.config.replicas.max <= nodes;
  const constraint = (topologyKey: string, whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: variantSelector(variant) },
    // Pods of one revision count: those that an update replaces would hold their nodes against it.
    matchLabelKeys: [revisionLabel],
    nodeTaintsPolicy: "Honor",
  });
  return [
    constraint("topology.kubernetes.io/zone", "ScheduleAnyway"),
    constraint("kubernetes.io/hostname", oneEach ? "DoNotSchedule" : "ScheduleAnyway"),
  ];
}

function serverContainer(inputs: PodInputs, { command, args, env, ports, paths }: ServerCommand) {
  const { variant, placement, readOnlyRoot } = inputs;
  const { config } = variant;
  const resources = quantities(placement.resources.server, config.gpus);
  return {
    name: "server",
    image: config.image,
    imagePullPolicy: "IfNotPresent",
    ...(command ? { command } : {}),
    ...(args.length > 0 ? { args } : {}),
    env: variables({
      ...HOME,
      ...env,
      ...inputs.identity?.env,
      ...(needsLogger(config) ? {} : inputs.env),
      ...config.env,
    }),
    ports: ports.map((port) => ({ ...port, protocol: "TCP" })),
    resources: { requests: resources, limits: resources },
    startupProbe: {
      httpGet: { path: paths.startup, port: "http" },
      periodSeconds: PROBE_SECONDS,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(startupSeconds(config) / PROBE_SECONDS),
    },
    // A busy server may miss one answer; two in a row take it out of rotation within ten seconds.
    readinessProbe: {
      httpGet: { path: paths.ready, port: "http" },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 2,
    },
    livenessProbe: {
      httpGet: { path: paths.live, port: "http" },
      periodSeconds: PROBE_SECONDS,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
    securityContext: { ...CONTAINER_SECURITY, readOnlyRootFilesystem: readOnlyRoot },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...(usesCache(inputs) ? [{ name: "cache", mountPath: "/cache" }] : []),
      ...(usesShm(inputs) ? [{ name: "shm", mountPath: "/dev/shm" }] : []),
      ...weightMounts(config),
      ...(inputs.identity ? [inputs.identity.mount] : []),
      ...(config.secrets.length > 0 ? [{ name: "secrets", mountPath: SECRETS_PATH, readOnly: true }] : []),
    ],
  };
}

const PROBE_SECONDS = 10;

// Libraries ask for a home and a user's name; the user is none of the image's.
const HOME = { HOME: "/tmp", USER: "model", LOGNAME: "model", XDG_CACHE_HOME: "/tmp/.cache" };

function usesCache({ variant }: PodInputs): boolean {
  return variant.config.server !== "http";
}

function usesShm({ placement }: PodInputs): boolean {
  return placement.resources.shmBytes > 0;
}

function volumes(inputs: PodInputs) {
  const { variant, placement } = inputs;
  return [
    { name: "tmp", emptyDir: { sizeLimit: bytesQuantity(SCRATCH_BYTES) } },
    ...(usesCache(inputs) ? [{ name: "cache", emptyDir: { sizeLimit: bytesQuantity(KERNEL_CACHE_BYTES) } }] : []),
    ...(usesShm(inputs)
      ? [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: bytesQuantity(placement.resources.shmBytes) } }]
      : []),
    ...weightVolumes(variant.config, inputs.cachedWeights),
    ...secretVolume(variant.config),
    ...(inputs.identity ? [inputs.identity.volume] : []),
  ];
}
