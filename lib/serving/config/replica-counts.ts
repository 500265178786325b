import type { ModelValues } from "./model-config";

type Counted = Pick<ModelValues, "replicas" | "candidate">;

/** Replicas of the version under test, as many as the model's own unless it says otherwise; undefined where there is none. */
export function candidateReplicas({ replicas, candidate }: Counted): Counted["replicas"] | undefined {
  return candidate && (candidate.replicas ?? replicas);
}

/** Fewest replicas of both versions together. */
export function fewestReplicas(model: Counted): number {
  return model.replicas.min + (candidateReplicas(model)?.min ?? 0);
}

/** Most replicas of both versions together. */
export function mostReplicas(model: Counted): number {
  return model.replicas.max + (candidateReplicas(model)?.max ?? 0);
}
