import type {
  CloudRunV2ServiceTemplateContainers,
  CloudRunV2ServiceTemplateVolumes,
} from "@cdktf/provider-google/lib/cloud-run-v2-service";
import type { ModelValues } from "../config/model-config";
import { SECRETS_PATH } from "../pod/pod-secrets";
import { LOGGER_PORT, loggedPaths, loggerVariables, needsLogger } from "../prediction-log/prediction-log-sidecar";
import { requestSeconds } from "../config/route-timeout";
import { serverCommand } from "../pod/server-command";
import { WEIGHTS_PATH, bucketPath, startupSeconds } from "../pod/weights";
import {
  MOST_CONCURRENCY,
  MOST_INITIAL_DELAY_SECONDS,
  MOST_PROBED_SECONDS,
  instanceSize,
  type CloudRunSurface,
} from "./cloud-run-limits";

type Variables = Readonly<Record<string, string>>;

const PROBE_SECONDS = 10;

/** r--r--r--: the image decides which user reads. */
const READABLE = 0o444;

/** The bucket that an instance mounts; undefined where the image holds the weights. */
export function mountedBucket({ source, weights }: ModelValues): string | undefined {
  return source === undefined || weights?.from === "node-disk" ? undefined : bucketPath(source).bucket;
}

/** The model as its server finds it on Cloud Run: a mounted bucket has the model in its folder. */
export function asMounted(config: ModelValues): ModelValues {
  if (mountedBucket(config) === undefined) return config;
  return { ...config, weights: { from: "node-disk", path: `${WEIGHTS_PATH}/${bucketPath(config.source!).prefix}` } };
}

/** Requests that one instance works on at once: what autoscaling aims at on every surface. */
export function concurrencyOf(config: ModelValues): number {
  const asked = config.server === "vllm" ? config.llm.concurrency : (config.scaling.requestsInProgress ?? 20);
  return Math.min(asked, MOST_CONCURRENCY);
}

/** The containers of an instance: the server, and before it what logs its answers where it cannot do that itself. */
export function containersOf(
  given: ModelValues,
  surface: CloudRunSurface,
  variables: Variables,
): CloudRunV2ServiceTemplateContainers[] {
  const config = asMounted(given);
  const logged = needsLogger(config);
  const server = serverContainer(config, surface, variables, !logged);
  return logged ? [loggerContainer(config, variables), server] : [server];
}

function serverContainer(
  config: ModelValues,
  { gpu }: CloudRunSurface,
  variables: Variables,
  ingress: boolean,
): CloudRunV2ServiceTemplateContainers {
  const { command, args, env, ports, paths } = serverCommand(config);
  const port = ports.find(({ name }) => name === "http")!.containerPort;
  const { cpu, memoryGb } = instanceSize(config, gpu);
  // Cloud Run sets PORT itself, and refuses to be told.
  const { PORT: _port, ...own }: Record<string, string> = { HOME: "/tmp", ...env, ...variables, ...config.env };
  return {
    name: "server",
    image: config.image,
    ...(command ? { command: [...command] } : {}),
    ...(args.length > 0 ? { args: [...args] } : {}),
    env: pairs(own),
    ...(ingress ? { ports: { name: "http1", containerPort: port } } : {}),
    resources: {
      limits: { cpu: String(cpu), memory: `${memoryGb}Gi`, ...(config.gpus > 0 ? { "nvidia.com/gpu": "1" } : {}) },
      // GPUs come with instances that are always on (Cloud Run docs, "GPU support for services"); others hand over their log after an answer.
      cpuIdle: false,
      startupCpuBoost: true,
    },
    startupProbe: startupProbe(startupSeconds(config), paths.startup, port),
    livenessProbe: {
      httpGet: { path: paths.live, port },
      periodSeconds: PROBE_SECONDS,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    volumeMounts: [
      ...(config.source !== undefined &&
      config.weights?.from === "node-disk" &&
      config.weights.path.startsWith(`${WEIGHTS_PATH}/`)
        ? [{ name: "weights", mountPath: WEIGHTS_PATH }]
        : []),
      ...(config.secrets.length > 0 ? [{ name: "secrets", mountPath: SECRETS_PATH }] : []),
    ],
  };
}

function startupProbe(seconds: number, path: string, port: number) {
  const delay = Math.min(MOST_INITIAL_DELAY_SECONDS, Math.max(0, seconds - MOST_PROBED_SECONDS));
  return {
    httpGet: { path, port },
    ...(delay > 0 ? { initialDelaySeconds: delay } : {}),
    periodSeconds: PROBE_SECONDS,
    timeoutSeconds: 5,
    failureThreshold: Math.ceil(Math.min(seconds, MOST_PROBED_SECONDS) / PROBE_SECONDS),
  };
}

function loggerContainer(config: ModelValues, variables: Variables): CloudRunV2ServiceTemplateContainers {
  const { PORT: _port, ...env } = loggerVariables(config, variables);
  return {
    name: "prediction-logger",
    image: config.log.image!,
    env: pairs(env),
    ports: { name: "http1", containerPort: LOGGER_PORT },
    resources: { limits: { cpu: "1", memory: "512Mi" }, cpuIdle: false },
    startupProbe: startupProbe(60, loggedPaths.ready, LOGGER_PORT),
    dependsOn: ["server"],
  };
}

export function volumesOf(
  config: ModelValues,
  secretName: (secret: string) => string,
): CloudRunV2ServiceTemplateVolumes[] {
  const bucket = mountedBucket(config);
  return [
    ...(bucket === undefined ? [] : [{ name: "weights", gcs: { bucket, readOnly: true } }]),
    ...(config.secrets.length > 0
      ? [
          {
            name: "secrets",
            secret: {
              secret: secretName(config.secrets[0]!.secret),
              items: config.secrets.map(({ version, file }) => ({ version, path: file, mode: READABLE })),
            },
          },
        ]
      : []),
  ];
}

export function timeoutOf(config: ModelValues): string {
  return `${requestSeconds(config)}s`;
}

function pairs(env: Variables) {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
