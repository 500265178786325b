import type { HttpModelValues, ModelValues, TritonModelValues, VllmModelValues } from "../config/model-config";
import { parallelismOf } from "../capacity/llm-memory";
import { LOGGER_PORT, LOGGER_PORT_NAME, needsLogger } from "../prediction-log/prediction-log-sidecar";
import { requestSeconds } from "../config/route-timeout";
import { adapterPath, weightsDirectory } from "./weights";

/** A port of the server's container. */
export interface ServerPort {
  readonly name: "http" | "grpc" | "metrics";
  readonly containerPort: number;
}

/** How a server is started and asked how it is. */
export interface ServerCommand {
  /** Absent: the image's own. */
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly ServerPort[];
  /** Name of the port that has its metrics. */
  readonly metricsPort: ServerPort["name"];
  readonly paths: { readonly startup: string; readonly ready: string; readonly live: string };
}

export function serverCommand(config: ModelValues): ServerCommand {
  switch (config.server) {
    case "vllm":
      return vllm(config);
    case "triton":
      return triton(config);
    case "http":
      return http(config);
  }
}

/** Name of the port on which callers reach a server: the logger's, where one stands before it. */
export function servingPortName(config: ModelValues): string {
  return needsLogger(config) ? LOGGER_PORT_NAME : "http";
}

/** Its number. */
export function servingPort(config: ModelValues): number {
  if (needsLogger(config)) return LOGGER_PORT;
  return serverCommand(config).ports.find(({ name }) => name === "http")!.containerPort;
}

const VLLM_PORT = 8000;

/** What vLLM takes from the model; formats that the weights bring themselves are left to it. */
const DTYPES: Partial<Record<string, string>> = { bf16: "bfloat16", fp16: "float16", fp32: "float32" };

function vllm(config: VllmModelValues): ServerCommand {
  const { llm, adapters } = config;
  const { tensor, copies } = parallelismOf(config);
  const dtype = DTYPES[llm.precision];
  const flags = [
    `--served-model-name=${config.name}`,
    "--host=0.0.0.0",
    `--port=${VLLM_PORT}`,
    `--max-model-len=${llm.contextLength}`,
    `--max-num-seqs=${Math.ceil(llm.concurrency / copies)}`,
    `--tensor-parallel-size=${tensor}`,
    ...(copies > 1 ? [`--data-parallel-size=${copies}`] : []),
    `--gpu-memory-utilization=${config.gpuMemoryUtilisation}`,
    ...(dtype ? [`--dtype=${dtype}`] : []),
    ...(llm.kvCachePrecision === "fp8" ? ["--kv-cache-dtype=fp8"] : []),
    `--shutdown-timeout=${requestSeconds(config)}`,
    "--disable-access-log-for-endpoints=/health,/metrics",
    ...(adapters.length > 0
      ? [
          "--enable-lora",
          `--max-loras=${adapters.length}`,
          `--max-lora-rank=${loraRank(Math.max(...adapters.map(({ rank }) => rank)))}`,
          "--lora-modules",
          ...adapters.map(({ name }) => `${name}=${adapterPath(name)}`),
        ]
      : []),
    ...(config.allowRemoteCode ? ["--trust-remote-code"] : []),
  ];
  return {
    command: ["vllm", "serve"],
    args: [weightsDirectory(config)!, ...flags, ...config.args],
    env: {
      // Weights are mounted: what is not there is an error, not a download.
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      VLLM_CACHE_ROOT: "/cache/vllm",
      TRITON_CACHE_DIR: "/cache/triton",
      TORCHINDUCTOR_CACHE_DIR: "/cache/torchinductor",
    },
    ports: [{ name: "http", containerPort: VLLM_PORT }],
    metricsPort: "http",
    paths: { startup: "/health", ready: "/health", live: "/health" },
  };
}

// vllm/config/lora.py: the ranks that its kernels know.
const LORA_RANKS = [8, 16, 32, 64, 128, 256, 320, 512];

function loraRank(rank: number): number {
  return LORA_RANKS.find((known) => known >= rank) ?? rank;
}

const RESTRICTING = ["--http-restricted-api", "--grpc-restricted-protocol"] as const;

/**
 * Shuts what changes a Triton that runs: its repository, shared memory, log and trace files. Routes leave these out but for the trace of one
 * model, whose path lies below the model's; callers within the cluster have no route before them. Triton 23.11 or later takes the flag for HTTP.
 * It wants a header with a value; a line feed is in none, so that there is no secret to keep.
 */
function closed(flag: (typeof RESTRICTING)[number]): string {
  return `${flag}=model-repository,shared-memory,logging,trace:nobody=\n`;
}

function triton(config: TritonModelValues): ServerCommand {
  const names = config.modelNames;
  return {
    command: ["tritonserver"],
    args: [
      `--model-repository=${weightsDirectory(config)!}`,
      "--http-port=8000",
      "--grpc-port=8001",
      "--metrics-port=8002",
      "--strict-readiness=true",
      `--exit-timeout-secs=${requestSeconds(config)}`,
      ...(names ? ["--model-control-mode=explicit", ...names.map((name) => `--load-model=${name}`)] : []),
      // An interface that two of these name keeps Triton from starting: the owner's own stand alone.
      ...RESTRICTING.filter((flag) => !config.args.some((arg) => arg.startsWith(flag))).map(closed),
      ...config.args,
    ],
    env: {},
    ports: [
      { name: "http", containerPort: 8000 },
      { name: "grpc", containerPort: 8001 },
      { name: "metrics", containerPort: 8002 },
    ],
    metricsPort: "metrics",
    paths: { startup: "/v2/health/ready", ready: "/v2/health/ready", live: "/v2/health/live" },
  };
}

// Four are what examples/fastapi-server asks for at least.
const HAND_OVER_SECONDS = 5;

function http(config: HttpModelValues): ServerCommand {
  const directory = weightsDirectory(config);
  return {
    args: config.args,
    env: {
      PORT: String(config.port),
      MODEL_NAME: config.name,
      MODEL_VERSION: config.version,
      REQUEST_TIMEOUT_SECONDS: String(requestSeconds(config)),
      // Load balancers were told before the server is: it need not listen on, but end what it has begun and hand over its log.
      DRAIN_LISTEN_SECONDS: "0",
      DRAIN_SECONDS: String(requestSeconds(config) + HAND_OVER_SECONDS),
      ...(directory === undefined ? {} : { MODEL_PATH: directory }),
    },
    ports: [{ name: "http", containerPort: config.port }],
    metricsPort: "http",
    paths: { startup: "/healthz", ready: "/readyz", live: "/healthz" },
  };
}
