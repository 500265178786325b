import type { Failure } from "../../core";
import type { ModelValues } from "../config/model-config";
import { usesInferencePool } from "../route/route";
import { surfaceFailures } from "../config/rollout-config";

/**
 * True where Argo Rollouts exchanges the pods of a model in the cluster. Language models stand behind an InferencePool, which its plugin does
 * not know (reference workloads §1.8): there a workflow shifts the weights of the route between two Deployments.
 */
export function shiftsByArgo(
  config: Pick<ModelValues, "rollout" | "server"> & Partial<Pick<ModelValues, "surface">>,
): boolean {
  // KServe makes the Deployment of its pods itself: its candidate stands beside the stable version, as that of a language model does.
  return config.rollout !== undefined && config.surface?.on !== "kserve" && !usesInferencePool(config);
}

/** What a rollout in the cluster needs besides what it says. */
export function rolloutChoiceFailures(config: ModelValues, addOns: readonly string[]): Failure[] {
  const { rollout, route, candidate, server } = config;
  if (rollout === undefined) return [];
  const byArgo = shiftsByArgo(config);
  const found: Failure[] = [...surfaceFailures(rollout, byArgo ? "argo-rollouts" : "route-weights")];
  if (route === undefined) {
    found.push({
      code: "rollout-without-route",
      path: "rollout",
      message: "shifts requests in steps, and the model has no route whose weights could be shifted",
      got: rollout.steps,
      fix: "give it a route, or leave rollout out: replicas are then exchanged one by one",
    });
  }
  if (byArgo && !addOns.includes("argo-rollouts")) {
    found.push({
      code: "missing-add-on",
      path: "rollout",
      message: `is carried out by Argo Rollouts for a model on ${server}, which the cluster does not have`,
      got: rollout.steps,
      allowed: addOns.join(", ") || "no add-on is installed",
      fix: "install the add-on argo-rollouts, or leave rollout out",
    });
  }
  if (byArgo && candidate !== undefined) {
    found.push({
      code: "two-candidates",
      path: "candidate",
      message: `is not needed for a model on ${server}: Argo Rollouts makes the version under test of the model as it is changed`,
      got: candidate.version,
      fix: "leave candidate out and change the model itself; its rollout starts with the next apply",
    });
  }
  return found;
}
