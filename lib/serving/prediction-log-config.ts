import { z } from "zod";
import { assertSchema, known, type DataClass, type RiskTier } from "../core";

/** What is kept of a model's answers, for traceability, drift and quality. */
export interface PredictionLogConfig {
  /** Share of requests that is logged, 0 to 1. @default - by risk tier: high 1, limited 0.1, minimal 0.01 */
  readonly sample?: number;
  /**
   * What of the input is kept: its values, a hash that finds equal inputs, or nothing.
   * @default - by data class: values of public and internal data, hashes of confidential, nothing of restricted
   */
  readonly features?: "values" | "hash" | "none";
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
