import { z } from "zod";
import { assertSchema, known } from "../../core";

/** How much worse than the stable version a new one may be, and what it must hold in any case. */
export interface RolloutChecks {
  /** Failed requests. @default {} */
  readonly errors?: {
    /** Times the stable version's share of failed requests that is accepted. @default 1.5 */
    readonly timesStable?: number;
    /** Share of failed requests, 0 to 1, that is accepted even where the stable version has none. @default 0.01 */
    readonly acceptedRatio?: number;
  };
  /** The 95th percentile of the time to the first token and between tokens (LLM servers), or of the time of a request (others). @default {} */
  readonly latency?: {
    /** Times the stable version's latency that is accepted. @default 1.3 */
    readonly timesStable?: number;
    /** Seconds until the first token that it must hold besides: a bucket boundary of the server. @default - only compared */
    readonly firstTokenSeconds?: number;
    /** Seconds between tokens that it must hold besides: a bucket boundary of the server. @default - only compared */
    readonly betweenTokensSeconds?: number;
    /** Seconds of a request that it must hold besides: a bucket boundary of the server. @default - only compared */
    readonly requestSeconds?: number;
  };
  /**
   * What the model reports of its answers and what judges say of them. Confidence is compared of HTTP servers, and of Triton with
   * `log.confidenceOutput`; hallucinations of language models, once a judge reports them; drift once a job does, or the HTTP server.
   * @default {}
   */
  readonly quality?: {
    /** Share of the stable version's confidence (10th percentile) that must be kept, 0 to 1. @default 0.9 */
    readonly keptConfidence?: number;
    /** Times the stable version's share of hallucinations that is accepted. @default 1.5 */
    readonly hallucinationTimesStable?: number;
    /** Share of hallucinations, 0 to 1, that is accepted whatever the stable version's. @default 0.05 */
    readonly acceptedHallucinationRatio?: number;
    /** Drift score that is accepted; a higher one only where the stable version sees the same. @default 0.25 */
    readonly acceptedDriftScore?: number;
  };
}

const QUERIES = "queries are made of it";

const times = (what: string) => known(z.number().min(1).max(10).describe(what), QUERIES);
const share = (what: string) => known(z.number().gt(0).lt(1).describe(what), QUERIES);
const seconds = (what: string) => known(z.number().positive().describe(what), QUERIES).optional();

// Figures: reference workloads §3 (errors 1.5 times) and §6 (hallucinations 5 %, drift 0.25); latency and confidence are ours.
export const rolloutChecksSchema = z.strictObject({
  errors: z
    .strictObject({
      timesStable: times("Times the stable version's share of failed requests that is accepted").default(1.5),
      acceptedRatio: share("Share of failed requests that is accepted in any case").default(0.01),
    })
    .describe("Failed requests")
    .prefault({}),
  latency: z
    .strictObject({
      timesStable: times("Times the stable version's latency that is accepted").default(1.3),
      firstTokenSeconds: seconds("Seconds until the first token that it must hold besides"),
      betweenTokensSeconds: seconds("Seconds between tokens that it must hold besides"),
      requestSeconds: seconds("Seconds of a request that it must hold besides"),
    })
    .describe("The 95th percentile of latency")
    .prefault({}),
  quality: z
    .strictObject({
      keptConfidence: known(
        z.number().gt(0).max(1).describe("Share of the stable version's confidence that must be kept"),
        QUERIES,
      ).default(0.9),
      hallucinationTimesStable: times("Times the stable version's share of hallucinations that is accepted").default(
        1.5,
      ),
      acceptedHallucinationRatio: share("Share of hallucinations that is accepted in any case").default(0.05),
      acceptedDriftScore: known(z.number().positive().describe("Drift score that is accepted"), QUERIES).default(0.25),
    })
    .describe("What the model reports of its answers and what judges say of them")
    .prefault({}),
});

assertSchema<RolloutChecks, typeof rolloutChecksSchema>(true);

/** The checks as they were read. */
export type RolloutCheckValues = z.output<typeof rolloutChecksSchema>;
