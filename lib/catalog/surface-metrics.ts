import type { AnswerSignal, Series } from "./server-metrics";

/** A distribution that Google measures itself; its bucket boundaries are not documented, so that no threshold can be counted exactly. */
export interface DistributionSeries extends Series {
  /** Units in one second: 1000 for milliseconds. */
  readonly perSecond: number;
}

/** What Google measures of a model that runs on a surface without a metrics path of its own. */
export interface SurfaceSignals {
  readonly requests: readonly Series[];
  readonly failures: readonly Series[];
  readonly latency: DistributionSeries;
  /** Label that tells the versions of the model apart. */
  readonly variantLabel: string;
  /** What is known of answers: nothing, for nobody collects there what servers report. */
  readonly ofAnswers: readonly AnswerSignal[];
}

/**
 * Names as PromQL of Cloud Monitoring spells them (`run.googleapis.com/request_count` is `run_googleapis_com:request_count`). Source: Google
 * Cloud metrics lists "run" and "aiplatform", and "Mapping Cloud Monitoring metrics to PromQL", read 2026-11; labels of the Vertex series
 * are unconfirmed by a real scrape.
 */
export const SURFACE_SIGNALS = {
  "cloud-run": {
    requests: [{ name: "run_googleapis_com:request_count", matchers: 'monitored_resource="cloud_run_revision"' }],
    failures: [
      {
        name: "run_googleapis_com:request_count",
        matchers: 'monitored_resource="cloud_run_revision",response_code_class="5xx"',
      },
    ],
    latency: {
      name: "run_googleapis_com:request_latencies",
      matchers: 'monitored_resource="cloud_run_revision"',
      perSecond: 1000,
    },
    variantLabel: "revision_name",
    ofAnswers: [],
  },
  vertex: {
    requests: [{ name: "aiplatform_googleapis_com:prediction_online_prediction_count" }],
    failures: [{ name: "aiplatform_googleapis_com:prediction_online_error_count" }],
    latency: {
      name: "aiplatform_googleapis_com:prediction_online_prediction_latencies",
      matchers: 'latency_type="total"',
      perSecond: 1000,
    },
    variantLabel: "deployed_model_id",
    ofAnswers: [],
  },
} as const satisfies Readonly<Record<string, SurfaceSignals>>;
