import { MODEL_SIGNALS, type Series } from "../../catalog/server-metrics";
import { ConfigError } from "../../core";
import { goalFailures, type ComparedSignals, type LatencySeries } from "./analysis-goals";
import type { Variants } from "./analysis-variants";
import { matcher, quantile, select, share, shareAbove, total, type Matchers } from "./promql";
import type { RolloutValues } from "../config/rollout-config";

/** One question about the new version. */
export interface AnalysisCheck {
  /** Short name, unique in the analysis: letters, digits and dashes. */
  readonly id: string;
  /** What is measured, for people. */
  readonly measures: string;
  /**
   * PromQL with one value at most: how much of what is accepted the new version uses. Up to 1 is good, above is worse than accepted, and no
   * value means that too little is known. `FAR_BEYOND` stands for what the stable version reports and the new one does not.
   */
  readonly query: string;
}

/** The comparison of two versions, the same for whoever runs it. */
export interface AnalysisQueries {
  /** PromQL, always one value: requests that the new version answered within the step's minutes. */
  readonly requests: string;
  /** Likewise for the stable version: how many requests the new one should have had follows from it. */
  readonly stableRequests: string;
  readonly checks: readonly AnalysisCheck[];
}

/** What a check gives at most, so that no reader meets an infinity. */
export const FAR_BEYOND = 1000;

// The tail that latency is judged by; its absolute goal is the share beyond it.
const LATENCY_QUANTILE = 0.95;
const CONFIDENCE_QUANTILE = 0.1;
// Reference workloads §6: judges see few answers, so they are asked over an hour, and fewer than 50 say nothing.
const JUDGED_MINUTES = 60;
const MIN_JUDGEMENTS = 50;
// Failures that are enough evidence by themselves, as a share of the requests that otherwise are: a version that only fails must not wait.
const EVIDENT_FAILURES = 0.1;

export interface AnalysisInput {
  readonly signals: ComparedSignals;
  readonly variants: Variants;
  readonly rollout: RolloutValues;
}

/**
 * The queries of a rollout's analysis. The new version is always compared with the stable one over the same minutes; an absolute goal comes
 * besides.
 * @throws ConfigError for a latency goal that the server cannot measure
 */
export function analysisQueries(input: AnalysisInput): AnalysisQueries {
  const failures = goalFailures(input.rollout, input.signals);
  ConfigError.throwIfAny("the analysis of a rollout", failures);
  const { signals, variants, rollout } = input;
  const requests = total("increase", signals.requests, variants.candidate.served, rollout.stepMinutes);
  const enough = `${requests} >= ${rollout.minRequests}`;
  return {
    requests,
    stableRequests: total("increase", signals.requests, variants.stable.served, rollout.stepMinutes),
    checks: [
      errorCheck(input, requests, enough),
      ...latencyChecks(input).map((check) => ({ ...check, query: `(${check.query}) and (${enough})` })),
      ...confidenceCheck(input).map((check) => ({ ...check, query: `(${check.query}) and (${enough})` })),
      ...hallucinationCheck(input),
      driftCheck(input),
    ],
  };
}

function errorCheck({ signals, variants, rollout }: AnalysisInput, requests: string, enough: string): AnalysisCheck {
  const { stepMinutes, minRequests, checks } = rollout;
  const ratio = (matchers: Matchers) =>
    share(
      total("rate", signals.failures, matchers, stepMinutes),
      total("rate", signals.requests, matchers, stepMinutes),
    );
  const failed = total("increase", signals.failures, variants.candidate.served, stepMinutes);
  const evident = Math.max(1, Math.ceil(minRequests * EVIDENT_FAILURES));
  const used = comparedWithStable(
    ratio(variants.candidate.served),
    ratio(variants.stable.served),
    checks.errors.timesStable,
    checks.errors.acceptedRatio,
  );
  return {
    id: "errors",
    measures: "share of failed requests",
    query: `(${bounded(used)}) and ((${enough}) or (${failed} >= ${evident} and ${requests} > 0))`,
  };
}

interface Latency {
  readonly id: string;
  readonly measures: string;
  readonly series: LatencySeries;
  readonly goalSeconds: number | undefined;
}

function latencyChecks({ signals, variants, rollout }: AnalysisInput): AnalysisCheck[] {
  const { timesStable, firstTokenSeconds, betweenTokensSeconds, requestSeconds } = rollout.checks.latency;
  const { firstToken, betweenTokens, latency } = signals;
  const ofTokens: Latency[] = [
    ...(firstToken
      ? [{ id: "first-token", measures: "time to the first token", series: firstToken, goalSeconds: firstTokenSeconds }]
      : []),
    ...(betweenTokens
      ? [
          {
            id: "between-tokens",
            measures: "time between tokens",
            series: betweenTokens,
            goalSeconds: betweenTokensSeconds,
          },
        ]
      : []),
  ];
  // The time of an LLM's whole request is as long as its answer: it is compared only where a goal asks for it.
  const ofRequests: Latency = {
    id: "latency",
    measures: "time of a request",
    series: latency,
    goalSeconds: requestSeconds,
  };
  const compared = ofTokens.length > 0 ? ofTokens : [ofRequests];
  const withGoal = [...ofTokens, ofRequests].filter(({ goalSeconds }) => goalSeconds !== undefined);
  const { stepMinutes } = rollout;
  return [
    ...compared.map(({ id, measures, series }) => {
      const of = (matchers: Matchers) => seconds(series, matchers, stepMinutes);
      const [candidate, stable] = [of(variants.candidate.served), of(variants.stable.served)];
      const limit = `clamp_min(${timesStable} * (${stable} >= 0), ${smallestMeasured(series)})`;
      return { id, measures, query: orMissing(`${candidate} / ${limit}`, stable) };
    }),
    ...withGoal.map(({ id, measures, series, goalSeconds }) => ({
      id: `${id}-goal`,
      measures: `${measures} against the goal of ${goalSeconds} s`,
      query: bounded(shareOfGoal(series, variants.candidate.served, stepMinutes, goalSeconds!)),
    })),
  ];
}

function seconds(series: LatencySeries, matchers: Matchers, minutes: number): string {
  if (!("sum" in series)) {
    const value = quantile(LATENCY_QUANTILE, series, matchers, minutes);
    return "perSecond" in series ? `(${value} / ${series.perSecond})` : value;
  }
  const rate = (counter: Series) => `sum(rate(${select(counter, matchers)}[${minutes}m]))`;
  return `(${rate(series.sum)} / (${rate(series.count)} > 0) / ${series.perSecond})`;
}

/** Seconds below which values cannot be told apart: the first bucket of a histogram, a millisecond of others. */
function smallestMeasured(series: LatencySeries): number {
  return "bucketsSeconds" in series ? series.bucketsSeconds[0]! : 0.001;
}

function shareOfGoal(series: LatencySeries, matchers: Matchers, minutes: number, goalSeconds: number): string {
  if (!("bucketsSeconds" in series)) return `${seconds(series, matchers, minutes)} / ${goalSeconds}`;
  const allowed = Number((1 - LATENCY_QUANTILE).toFixed(4));
  return `${shareAbove(goalSeconds, series, matchers, minutes)} / ${allowed}`;
}

function confidenceCheck({ signals, variants, rollout }: AnalysisInput): AnalysisCheck[] {
  // Where neither version can report it, the check would pass whatever they answer.
  if (!signals.ofAnswers.includes("confidence")) return [];
  const of = (matchers: Matchers) =>
    quantile(CONFIDENCE_QUANTILE, MODEL_SIGNALS.confidence, matchers, rollout.stepMinutes);
  const [candidate, stable] = [of(variants.candidate.served), of(variants.stable.served)];
  const used = `${rollout.checks.quality.keptConfidence} * (${stable} >= 0) / ${candidate}`;
  // Not every answer has a confidence that can be read: those count that do, and some few decide nothing.
  const count = { name: `${MODEL_SIGNALS.confidence.name}_count` };
  const measured = total("increase", [count], variants.candidate.served, rollout.stepMinutes);
  const judged = `(${bounded(used)}) and (${measured} >= ${rollout.minRequests})`;
  const silent = `((${stable} >= 0) * 0 + ${FAR_BEYOND}) unless (${measured} > 0)`;
  return [{ id: "confidence", measures: "confidence, 10th percentile", query: `(${judged}) or (${silent})` }];
}

function hallucinationCheck({ signals, variants, rollout }: AnalysisInput): AnalysisCheck[] {
  if (!signals.firstToken) return [];
  const minutes = Math.max(JUDGED_MINUTES, rollout.stepMinutes);
  const { judgements } = MODEL_SIGNALS;
  const hallucinations = { ...judgements, matchers: matcher("verdict", "=", "hallucination") };
  const ratio = (matchers: Matchers) =>
    share(total("rate", [hallucinations], matchers, minutes), total("rate", [judgements], matchers, minutes));
  const { hallucinationTimesStable, acceptedHallucinationRatio } = rollout.checks.quality;
  const used = comparedWithStable(
    ratio(variants.candidate.judged),
    ratio(variants.stable.judged),
    hallucinationTimesStable,
    acceptedHallucinationRatio,
  );
  const judged = total("increase", [judgements], variants.candidate.judged, minutes);
  return [
    {
      id: "hallucinations",
      measures: "share of answers that a judge calls hallucinations",
      query: `(${bounded(used)}) and (${judged} >= ${MIN_JUDGEMENTS})`,
    },
  ];
}

/** Passes as long as nobody reports drift: jobs of other teams may start to, without a change here. */
function driftCheck({ signals, variants, rollout }: AnalysisInput): AnalysisCheck {
  const minutes = Math.max(JUDGED_MINUTES, rollout.stepMinutes);
  const worst = (matchers: Matchers) => `max(last_over_time(${select(MODEL_SIGNALS.drift, matchers)}[${minutes}m]))`;
  const reported = signals.ofAnswers.includes("drift");
  // HTTP servers report it of themselves, jobs of any model by its name and version.
  const of = ({ served, judged }: Variants["stable"]) =>
    reported ? `(${worst(served)} or ${worst(judged)})` : worst(judged);
  const accepted = rollout.checks.quality.acceptedDriftScore;
  const used = comparedWithStable(of(variants.candidate), of(variants.stable), 1, accepted);
  return { id: "drift", measures: "highest drift score of a feature", query: bounded(used) };
}

/** Share of what is accepted: so many times the stable version's value, and a fixed value where that is less or unknown. */
function comparedWithStable(candidate: string, stable: string, times: number, accepted: number): string {
  return `${candidate} / (clamp_min(${times} * (${stable} >= 0), ${accepted}) or vector(${accepted}))`;
}

/** Without NaN, which every comparison drops, and without infinities. */
function bounded(used: string): string {
  return `clamp_max(${used}, ${FAR_BEYOND}) >= 0`;
}

/** `FAR_BEYOND` where the stable version reports a value and the new one none: a renamed series must not look like a good one. */
function orMissing(used: string, stable: string): string {
  return `(${bounded(used)}) or ((${stable} >= 0) * 0 + ${FAR_BEYOND})`;
}
