import { PROMETHEUS_ADDRESS, type KubernetesObject } from "../../delivery";
import type { ServedModel } from "../config/served-model";
import { analysisQueries, type AnalysisCheck } from "./analysis-queries";
import { REVISION_ARGUMENTS, revisionVariants } from "./analysis-variants";
import {
  MAX_QUERY_ERRORS,
  METRICS_DELAY_MINUTES,
  measureMinutes,
  patienceMinutes,
  type RolloutValues,
} from "../config/rollout-config";

/** What an analysis of Argo Rollouts is told: the hashes of the two revisions. */
export const ANALYSIS_ARGUMENTS = [
  { name: REVISION_ARGUMENTS.stable, valueFrom: { podTemplateHashValue: "Stable" } },
  { name: REVISION_ARGUMENTS.candidate, valueFrom: { podTemplateHashValue: "Latest" } },
];

/** The analyses of one model. */
export interface AnalysisTemplates {
  /** Waits for enough requests; too few for too long fail it. */
  readonly requests: KubernetesObject;
  /** Measures all the way, without end. */
  readonly watch: KubernetesObject;
  /** Asks once more when a step has had its requests: a good measurement lets it pass. */
  readonly verdict: KubernetesObject;
}

const QUERY_TIMEOUT_SECONDS = 40;

/** No value means that too little is known: what makes a step count is the number of requests. */
const GOOD = "len(result) == 0 || isNaN(result[0]) || result[0] <= 1";

export function analysisTemplates(
  model: Pick<ServedModel, "name" | "namespace" | "labels" | "signals" | "config">,
  rollout: RolloutValues,
  cluster?: string,
): AnalysisTemplates {
  const { name, namespace, signals } = model;
  const variants = revisionVariants({ name, namespace, candidateVersion: model.config.version, cluster });
  const { requests, checks } = analysisQueries({ signals, variants, rollout });
  const interval = measureMinutes(rollout);
  const template = (suffix: string, metrics: readonly object[]): KubernetesObject => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name: `${name}-${suffix}`, namespace, labels: model.labels },
    spec: { args: ANALYSIS_ARGUMENTS.map((argument) => ({ name: argument.name })), metrics },
  });
  const asked = (query: string) => ({
    interval: `${interval}m`,
    consecutiveErrorLimit: MAX_QUERY_ERRORS,
    inconclusiveLimit: 0,
    provider: { prometheus: { address: PROMETHEUS_ADDRESS, timeout: QUERY_TIMEOUT_SECONDS, query } },
  });
  const judged = ({ id, query }: AnalysisCheck) => ({
    name: id,
    ...asked(query),
    successCondition: GOOD,
    failureLimit: rollout.failureLimit,
  });
  return {
    requests: template("requests", [
      {
        name: "requests",
        ...asked(requests),
        initialDelay: `${rollout.stepMinutes}m`,
        successCondition: `len(result) > 0 && result[0] >= ${rollout.minRequests}`,
        consecutiveSuccessLimit: 1,
        failureLimit: Math.floor((patienceMinutes(rollout) - rollout.stepMinutes) / interval),
      },
    ]),
    watch: template(
      "watch",
      checks.map((check) => ({ ...judged(check), initialDelay: `${METRICS_DELAY_MINUTES}m` })),
    ),
    verdict: template(
      "verdict",
      checks.map((check) => ({ ...judged(check), consecutiveSuccessLimit: 1 })),
    ),
  };
}
