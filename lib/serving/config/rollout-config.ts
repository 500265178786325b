import { z } from "zod";
import { assertSchema, explained, known, type Failure } from "../../core";
import { rolloutChecksSchema, type RolloutChecks } from "./rollout-checks";

/**
 * How a new version of a model takes over: a few per cent of the requests first, more after each step in which it was no worse than the stable
 * version, all of them at the end; back to none as soon as it is worse. Nobody has to watch: rollback is automated and cannot be switched off.
 */
export interface RolloutConfig {
  /** Per cent of requests that the new version gets, step by step, the last step to 100 not counted. The first is at most 10. @default [5,10,50] */
  readonly steps?: readonly number[];
  /** Minutes of each step, and the stretch of time that its checks look at. @default 10 */
  readonly stepMinutes?: number;
  /** Requests that the new version must have answered within `stepMinutes` before a step counts: fewer say nothing. @default 100 */
  readonly minRequests?: number;
  /** Minutes that a step waits for `minRequests`; the rollout goes back after them. @default - six times `stepMinutes` */
  readonly maxStepMinutes?: number;
  /** Failed measurements of one check that are forgiven over the whole rollout; @default 1 */
  readonly failureLimit?: number;
  /** What is compared. @default {} */
  readonly checks?: RolloutChecks;
  /**
   * Per cent of requests that are copied to the new version before its first step; its answers are measured and thrown away. Only where a
   * candidate stands beside the stable version behind a route of the Gateway, and only for requests without side effects.
   * @default - none
   */
  readonly shadow?: number;
  /** Back to the stable version by itself. There is no other way. @default true */
  readonly rollback?: true;
}

/** Most per cent that the first step may have: what a bad version can reach before anything was measured. */
export const MAX_FIRST_STEP_PERCENT = 10;

// Cloud Workflows ends an execution at 100,000 steps, and an AnalysisRun keeps every measurement: a step is measured 60 times at most.
const MAX_MEASUREMENTS = 60;

const QUERIES = "queries and waiting times are made of it";

export const rolloutSchema = z.strictObject({
  steps: known(
    z
      .array(
        known(
          explained(
            z.int().min(1).max(99).describe("Per cent of requests"),
            "whole numbers from 1 to 99",
            "leave 0 and 100 out: every rollout starts from none and ends with all",
          ),
          "the steps are written out",
        ),
      )
      .min(1)
      .max(20)
      .describe("Per cent of requests that the new version gets, step by step"),
    "the steps are written out",
  ).default([5, 10, 50]),
  // A rate wants several scrapes (30 s) in its window, and metrics are a minute or two late.
  stepMinutes: known(z.int().min(5).max(1440).describe("Minutes of each step"), QUERIES).default(10),
  minRequests: known(
    z.int().min(1).describe("Requests that the new version must have answered before a step counts"),
    QUERIES,
  ).default(100),
  maxStepMinutes: known(
    z.int().min(5).max(10_080).describe("Minutes that a step waits for requests"),
    QUERIES,
  ).optional(),
  failureLimit: known(
    z.int().min(0).max(5).describe("Failed measurements of one check that are forgiven"),
    QUERIES,
  ).default(1),
  checks: rolloutChecksSchema.describe("What is compared").prefault({}),
  shadow: known(
    z.int().min(1).max(100).describe("Per cent of requests that are copied to the new version first"),
    QUERIES,
  ).optional(),
  rollback: known(
    explained(
      z.literal(true).describe("Back to the stable version by itself"),
      "true",
      "leave it out: rollback is automated and cannot be switched off",
    ),
    "it is no switch",
  ).default(true),
});

assertSchema<RolloutConfig, typeof rolloutSchema>(true);

/** A rollout as it was read. */
export type RolloutValues = z.output<typeof rolloutSchema>;

function rising(steps: readonly number[]): number[] {
  return [...new Set(steps)].sort((a, b) => a - b);
}

/** What single fields cannot say: `rolloutSchema` must have accepted the values. `path` is where the rollout stands. */
export function rolloutFailures(rollout: RolloutValues, path = "rollout"): Failure[] {
  const { steps, stepMinutes, maxStepMinutes } = rollout;
  const found: Failure[] = [];
  const first = steps[0]!;
  if (first > MAX_FIRST_STEP_PERCENT) {
    found.push({
      code: "first-step-too-large",
      path: `${path}.steps[0]`,
      message: `sends ${first} % of the requests to a version that nothing is known of yet`,
      got: steps,
      allowed: `at most ${MAX_FIRST_STEP_PERCENT}`,
      fix: `start with a small step: [${rising([5, ...steps]).join(", ")}]`,
    });
  }
  steps.forEach((percent, index) => {
    const before = steps[index - 1];
    if (before === undefined || percent > before) return;
    found.push({
      code: "steps-not-rising",
      path: `${path}.steps[${index}]`,
      message: percent === before ? "repeats the step before it" : `goes back from ${before} %`,
      got: steps,
      allowed: `more than ${before}`,
      fix:
        percent === before
          ? "leave it out; stepMinutes makes steps longer"
          : "put the steps in rising order; a bad version goes back to 0 by itself",
    });
  });
  if (maxStepMinutes !== undefined && maxStepMinutes < stepMinutes) {
    found.push({
      code: "out-of-range",
      path: `${path}.maxStepMinutes`,
      message: "ends the wait for requests before the step itself ends",
      got: maxStepMinutes,
      allowed: `at least stepMinutes (${stepMinutes})`,
      fix: "raise maxStepMinutes or shorten stepMinutes",
    });
  }
  if (maxStepMinutes !== undefined && maxStepMinutes > MAX_MEASUREMENTS * stepMinutes) {
    found.push({
      code: "out-of-range",
      path: `${path}.maxStepMinutes`,
      message: "makes measurements rarer than the minutes that each looks at",
      got: maxStepMinutes,
      allowed: `at most ${MAX_MEASUREMENTS * stepMinutes}: ${MAX_MEASUREMENTS} times stepMinutes (${stepMinutes})`,
      fix: "raise stepMinutes: requests are counted over it",
    });
  }
  return found;
}

/** Minutes that a step waits for enough requests. */
export function patienceMinutes({ stepMinutes, maxStepMinutes }: RolloutValues): number {
  return maxStepMinutes ?? 6 * stepMinutes;
}

/**
 * What shifts the requests: Argo Rollouts (a Service behind a Gateway route), weights on a Gateway route between two backends (an InferencePool
 * and its candidate), revisions of Cloud Run, or models deployed to a Vertex AI endpoint.
 */
export type RolloutSurface = "argo-rollouts" | "route-weights" | "cloud-run" | "vertex";

const NO_SHADOW: Readonly<Record<Exclude<RolloutSurface, "route-weights">, string>> = {
  // rollouts-plugin-trafficrouter-gatewayapi 0.15.0 has no SetMirrorRoute (issue 32; pull request 229 was open in 2026-08); at rest the canary
  // Service selects the stable pods, so that a fixed mirror would send them every request twice.
  "argo-rollouts": "the Gateway plugin of Argo Rollouts cannot mirror requests",
  "cloud-run": "Cloud Run splits requests between revisions and copies none",
  vertex: "a Vertex AI endpoint splits requests between models and copies none",
};

/** What is wrong with the rollout on this surface. */
export function surfaceFailures({ shadow }: RolloutValues, surface: RolloutSurface, path = "rollout"): Failure[] {
  if (shadow === undefined || surface === "route-weights") return [];
  return [
    {
      code: "no-shadow",
      path: `${path}.shadow`,
      message: `is not possible here: ${NO_SHADOW[surface]}`,
      got: shadow,
      allowed: "on models with a candidate behind a route of the Gateway",
      fix: "leave it out; the first step of the rollout is the smallest exposure",
    },
  ];
}

/** Minutes between two measurements of a step. */
export function measureMinutes(rollout: RolloutValues): number {
  return Math.ceil(patienceMinutes(rollout) / MAX_MEASUREMENTS);
}

/** What is forgiven of the queries themselves: failed ones in a row, after which nobody can see whether the version is good. */
export const MAX_QUERY_ERRORS = 4;

/** Minutes that metrics are late: the scrape interval, and what Cloud Monitoring takes to show a point. */
export const METRICS_DELAY_MINUTES = 2;
