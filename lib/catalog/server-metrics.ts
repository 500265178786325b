/**
 * What model servers say of themselves, by exact name: alerts, autoscaling, canary analysis and dashboards read these series and no others.
 *
 * Sources:
 * - vLLM: docs/design/metrics.md and vllm/v1/metrics/loggers.py, read 2026-11; names from 0.11 on. Removed since: `gpu_cache_usage_perc` (now
 *   `kv_cache_usage_perc`, 0.9), `time_per_output_token_seconds` (now `inter_token_latency_seconds`, 0.11).
 * - Triton: docs/user_guide/metrics.md, read 2026-11.
 * - HTTP: the contract of this library; names and status classes are those of prometheus-fastapi-instrumentator.
 * - Managed Prometheus adds `project_id`, `location`, `cluster`, `namespace`, `job`, `instance`, and what a PodMonitoring asks for.
 */

/** A model server that this library knows how to run. */
export type ServerKind = "vllm" | "triton" | "http";

/** Series of one metric, as PromQL selects them. */
export interface Series {
  /** Name of the metric, e.g. `vllm:num_requests_waiting`. */
  readonly name: string;
  /** Label matchers that belong to it, e.g. `status="5xx"`; joined with those of the caller. */
  readonly matchers?: string;
}

/** A histogram in seconds: `<name>_bucket`, `<name>_sum`, `<name>_count`. */
export interface HistogramSeries extends Series {
  /** Upper bounds in seconds, ascending: a threshold between two of them cannot be measured. */
  readonly bucketsSeconds: readonly number[];
}

/** Two counters whose quotient of rates is a mean, for servers without histograms. */
export interface MeanSeries {
  readonly sum: Series;
  readonly count: Series;
  /** Units of `sum` in one second: 1000000 for microseconds. */
  readonly perSecond: number;
}

/** What a server may say of its own answers: series of `MODEL_SIGNALS`. */
export type AnswerSignal = "confidence" | "drift";

/** What a server tells of requests, of its load, and of what it answers. */
export interface ServerSignals {
  readonly server: ServerKind;
  /** Path of its metrics. */
  readonly metricsPath: string;
  /** Label that names the model within the server, where one server may hold several. */
  readonly modelLabel?: string;
  /** Counters that together count every request that was answered, failed ones too; probes are not among them. */
  readonly requests: readonly Series[];
  /** Counters that together count failed requests: the server's own failures, not a caller's mistakes. */
  readonly failures: readonly Series[];
  /** Time of a whole request. */
  readonly latency: HistogramSeries | MeanSeries;
  /** Time to the first token; LLM servers only. */
  readonly firstToken?: HistogramSeries;
  /** Time between tokens; LLM servers only. */
  readonly betweenTokens?: HistogramSeries;
  readonly load: {
    /** Gauge: requests that wait. */
    readonly waiting?: Series;
    /** Gauge: requests that are worked on. */
    readonly running?: Series;
    /** Gauge: share of the KV cache in use, 0 to 1. */
    readonly kvCacheUse?: Series;
  };
  /** What it says of its answers. A check of a series that nobody can report would only ever pass. */
  readonly ofAnswers: readonly AnswerSignal[];
}

const VLLM_CALLS = 'handler=~"/v1/.+"';

const VLLM: ServerSignals = {
  server: "vllm",
  metricsPath: "/metrics",
  modelLabel: "model_name",
  requests: [{ name: "http_requests_total", matchers: VLLM_CALLS }],
  failures: [{ name: "http_requests_total", matchers: `${VLLM_CALLS},status="5xx"` }],
  latency: {
    name: "vllm:e2e_request_latency_seconds",
    bucketsSeconds: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
  },
  firstToken: {
    name: "vllm:time_to_first_token_seconds",
    bucketsSeconds: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
    ],
  },
  betweenTokens: {
    name: "vllm:inter_token_latency_seconds",
    bucketsSeconds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
  },
  load: {
    waiting: { name: "vllm:num_requests_waiting" },
    running: { name: "vllm:num_requests_running" },
    kvCacheUse: { name: "vllm:kv_cache_usage_perc" },
  },
  ofAnswers: [],
};

const TRITON: ServerSignals = {
  server: "triton",
  metricsPath: "/metrics",
  modelLabel: "model",
  requests: [{ name: "nv_inference_request_success" }, { name: "nv_inference_request_failure" }],
  // REJECTED is a request that timed out in Triton's own queue, so it counts; CANCELED is the caller's doing.
  failures: [{ name: "nv_inference_request_failure", matchers: 'reason!="CANCELED"' }],
  latency: {
    sum: { name: "nv_inference_request_duration_us" },
    count: { name: "nv_inference_request_success" },
    perSecond: 1_000_000,
  },
  load: { waiting: { name: "nv_inference_pending_request_count" } },
  // Confidence comes of the logger before it, where that is told which tensor holds it.
  ofAnswers: [],
};

const HTTP_CALLS = 'handler!~"/healthz|/readyz|/metrics|none"';

const HTTP: ServerSignals = {
  server: "http",
  metricsPath: "/metrics",
  requests: [{ name: "http_requests_total", matchers: HTTP_CALLS }],
  failures: [{ name: "http_requests_total", matchers: `${HTTP_CALLS},status="5xx"` }],
  latency: {
    name: "http_request_duration_seconds",
    matchers: HTTP_CALLS,
    bucketsSeconds: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
  load: { running: { name: "http_requests_inprogress" } },
  ofAnswers: ["confidence", "drift"],
};

export const SERVER_SIGNALS: Readonly<Record<ServerKind, ServerSignals>> = { vllm: VLLM, triton: TRITON, http: HTTP };

/**
 * What is said of a model's answers, whatever server it is in: a contract of this library, which nobody upstream has. HTTP servers export
 * all but judgements themselves; the logger before others exports lost records and, of Triton, confidence; judges and drift jobs export the rest.
 */
export const MODEL_SIGNALS = {
  /** Histogram 0 to 1: confidence of an answer. */
  confidence: {
    name: "mlops_prediction_confidence",
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
  },
  /** Counter by `reason`: answers that have none that can be read. */
  unknownConfidence: { name: "mlops_prediction_confidence_unknown_total" },
  /** Counter by `class`: answers of a classifier. */
  classes: { name: "mlops_prediction_class_total" },
  /** Histogram by `feature`: values of the input. */
  featureValues: { name: "mlops_feature_value" },
  /** Gauge by `feature` and `method`: distance from the data that the model was trained on. */
  drift: { name: "mlops_drift_score" },
  /** Counter by `verdict`: answers of an LLM as a judge saw them. */
  judgements: { name: "mlops_llm_judgements_total" },
  /** Counter by `reason`: records that did not reach the prediction log. */
  lostRecords: { name: "mlops_prediction_log_dropped_total" },
  /** Gauge, always 1, by `model`, `version`, `registry_uri`. */
  info: { name: "mlops_model_info" },
} as const;

/**
 * Labels that our PodMonitoring puts on every series of a model server, so that a query can tell models, versions and variants apart. Their
 * names are of our own: a server's `model` or `version` label would push them aside.
 */
export const SERVING_LABELS = {
  /** Name of the model, as in the environment. */
  model: "serving_model",
  /** Version of the model. */
  version: "serving_version",
  /** `stable` or `candidate`: the Deployment that a pod belongs to. */
  variant: "serving_variant",
  /** Hash of the pod template that Argo Rollouts gives to the pods of one revision; empty without it. */
  revision: "serving_revision",
} as const;

/** Labels of pods that the series' labels are taken from. */
export const SERVING_POD_LABELS: Readonly<Record<keyof typeof SERVING_LABELS, string>> = {
  model: "app.kubernetes.io/name",
  version: "app.kubernetes.io/version",
  variant: "ai-platform/variant",
  revision: "rollouts-pod-template-hash",
};
