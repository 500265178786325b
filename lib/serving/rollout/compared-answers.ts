import { Annotations } from "cdktf";
import type { Construct } from "constructs";
import type { ComparedSignals } from "./analysis-goals";

/**
 * True where a rollout compares what the two versions answer: their confidence, or what a judge says of them. Drift is no such comparison: it is
 * of what was asked.
 */
export function comparesAnswers({ ofAnswers, firstToken }: Pick<ComparedSignals, "ofAnswers" | "firstToken">): boolean {
  return ofAnswers.includes("confidence") || firstToken !== undefined;
}

/** Says at synth that a rollout would let a version pass that answers as fast as the other, and wrong. */
export function warnOfUncomparedAnswers(
  at: Construct,
  model: string,
  signals: ComparedSignals,
  where: "cluster" | "elsewhere",
): void {
  if (comparesAnswers(signals)) return;
  Annotations.of(at).addWarning(
    `a rollout of ${model} compares failed requests and latency, and no answers: it lets a version pass that is fast and wrong; ${REMEDIES[where]}`,
  );
}

const REMEDIES = {
  cluster: "name the output tensor that says how sure the model is (log.confidenceOutput, with log.image)",
  elsewhere: "nobody collects there what servers report of their answers: compare them before the rollout is started",
} as const;
