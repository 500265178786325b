import { MODEL_SIGNALS } from "../../catalog/server-metrics";
import { GIB } from "../../cluster/allocatable";
import type { Failure, RiskTier } from "../../core";
import type { PredictionLogConfig } from "../config/prediction-log-config";
import type { ModelConfig, ModelValues } from "../config/model-config";
import { requestSeconds } from "../config/route-timeout";

/** Port of the logger, in front of the server's own. */
export const LOGGER_PORT = 8081;

/** Name of that port. */
export const LOGGER_PORT_NAME = "logged";

/** Name of its container. */
export const LOGGER_NAME = "prediction-logger";

/** Where the logger tells how it is: paths of its own, so that the server's stay reachable behind it. */
export const loggedPaths = { live: "/logger/healthz", ready: "/logger/readyz", metrics: "/logger/metrics" } as const;

/**
 * Series that are collected of the logger: what it says of answers and of its records. Any other of its names may be one of the server's, whose
 * requests would then count twice.
 */
export const LOGGER_SERIES = "mlops_.+";

/**
 * What the logger takes beside the server. It holds the requests in flight and a bounded queue of records: figures of ours, counted with a
 * hundred streams at once (unconfirmed for longer prompts).
 */
export const LOGGER_RESOURCES = { cpuMillis: 500, memoryBytes: GIB / 2, ephemeralBytes: GIB / 4 } as const;

type Logged = Pick<ModelConfig, "server"> & { readonly log: PredictionLogConfig };

/** True where a model has a logger before its server: vLLM and Triton have no hook of their own. */
export function needsLogger({ server, log }: Logged): boolean {
  return server !== "http" && log.image !== undefined;
}

/** True where the logger says how sure a model is: it is told which tensor of the answer holds that. */
export function reportsConfidence(model: Logged): boolean {
  return model.server === "triton" && needsLogger(model) && model.log.confidenceOutput !== undefined;
}

/** What the logger is told, besides what `predictionLogVariables` tells every server. */
export function loggerVariables(
  config: ModelValues,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const server = config.server as Exclude<ModelValues["server"], "http">;
  return {
    ...variables,
    MODEL_NAME: config.name,
    MODEL_VERSION: config.version,
    PORT: String(LOGGER_PORT),
    UPSTREAM_URL: `http://127.0.0.1:${UPSTREAM_PORTS[server]}`,
    REQUEST_TIMEOUT_SECONDS: String(requestSeconds(config)),
    ...(reportsConfidence(config) ? { PREDICTION_LOG_CONFIDENCE_OUTPUT: config.log.confidenceOutput! } : {}),
  };
}

const UPSTREAM_PORTS = { vllm: 8000, triton: 8000 } as const;

/** A model whose answers have to be logged, by a server that cannot log them. */
export function loggingFailures(model: Logged, tier: RiskTier, sample: number): Failure[] {
  if (model.server === "http") {
    if (model.log.image === undefined) return [];
    return [
      {
        code: "logs-itself",
        path: "log.image",
        message: "puts a logger before a server that logs its answers itself: each would be logged twice",
        got: model.log.image,
        fix: "leave it out; examples/fastapi-server shows what an HTTP server does",
      },
    ];
  }
  if (tier !== "high" || sample === 0 || model.log.image !== undefined) return [];
  return [
    {
      code: "missing",
      path: "log.image",
      message: `is required: the answers of a high-risk system are logged, and ${model.server} cannot do that itself`,
      fix: "build examples/prediction-logger and name its image by digest; or say log.sample: 0, and where the answers are logged instead",
    },
  ];
}

/** Who says how sure a model is where no tensor of Triton does. */
const CONFIDENCE_ELSEWHERE = {
  http: {
    message: "is read by the logger before Triton; an HTTP server reports its confidence itself",
    fix: `leave it out; export the histogram ${MODEL_SIGNALS.confidence.name}, as examples/fastapi-server does`,
  },
  vllm: {
    message: "names a tensor, and a language model answers with text: it says nowhere how sure it is",
    fix: `leave it out; a judge that exports ${MODEL_SIGNALS.judgements.name} says how good its answers are`,
  },
} as const;

/** A confidence that nobody would read. */
export function confidenceFailures({ server, log }: Logged): Failure[] {
  const got = log.confidenceOutput;
  if (got === undefined) return [];
  const path = "log.confidenceOutput";
  if (server !== "triton") {
    return [{ code: "not-for-server", path, ...CONFIDENCE_ELSEWHERE[server], got, allowed: "models on triton" }];
  }
  if (log.image !== undefined) return [];
  return [
    {
      code: "no-logger",
      path,
      message: "is read by the logger, and none stands before the server",
      got,
      fix: "build examples/prediction-logger and name its image by digest in log.image, or leave it out",
    },
  ];
}
