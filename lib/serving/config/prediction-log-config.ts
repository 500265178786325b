import { z } from "zod";
import { assertSchema, explained, known, type DataClass, type RiskTier } from "../../core";

/** What is kept of a model's answers, for traceability, drift and quality. */
export interface PredictionLogConfig {
  /** Share of requests that is logged, 0 to 1. @default - by risk tier: high 1, limited 0.1, minimal 0.01 */
  readonly sample?: number;
  /**
   * What of the input is kept: its values, a hash that finds equal inputs, or nothing.
   * @default - by data class: values of public and internal data, hashes of confidential, nothing of restricted
   */
  readonly features?: "values" | "hash" | "none";
  /**
   * Image of the logger that stands before a server which cannot log its answers itself (vLLM, Triton), by digest: built of
   * `examples/prediction-logger`. HTTP servers log themselves.
   * @default - none; refused for systems of high risk
   */
  readonly image?: string;
  /**
   * Output tensor of a Triton model that says how sure it is, 0 to 1, e.g. `probability`. The logger reads it in answers as JSON: for
   * records, and for a rollout, which compares the confidence of two versions.
   * @default - none: a rollout of the model compares failed requests and latency alone
   */
  readonly confidenceOutput?: string;
}

export const predictionLogSchema = z.strictObject({
  sample: known(
    z.number().min(0).max(1).describe("Share of requests that is logged"),
    "rules on records judge it",
  ).optional(),
  features: known(
    z.enum(["values", "hash", "none"]).describe("What of the input is kept"),
    "rules on data classes judge it",
  ).optional(),
  image: known(
    explained(
      z
        .string()
        .regex(/^[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$/)
        .describe("Image of the logger before vLLM or Triton, by digest"),
      "REGISTRY/IMAGE@sha256:… with 64 hexadecimal digits",
    ),
    "whether pods have a logger follows from it",
  ).optional(),
  confidenceOutput: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,127}$/)
        .describe("Output tensor of a Triton model that says how sure it is, 0 to 1"),
      "the name of one output in the model's config.pbtxt, e.g. probability",
    ),
    "what a rollout compares follows from it",
  ).optional(),
});

assertSchema<PredictionLogConfig, typeof predictionLogSchema>(true);

/** Share of requests that is logged where a model does not say. A high-risk system keeps all (EU AI Act, Art. 12). */
export const SAMPLE_BY_TIER: Readonly<Record<RiskTier, number>> = { minimal: 0.01, limited: 0.1, high: 1 };

/** What of the input is kept where a model does not say. */
export const FEATURES_BY_CLASS: Readonly<Record<DataClass, NonNullable<PredictionLogConfig["features"]>>> = {
  public: "values",
  internal: "values",
  confidential: "hash",
  restricted: "none",
};
