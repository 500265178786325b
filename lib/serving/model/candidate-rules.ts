import type { Failure } from "../../core";
import type { ModelValues } from "../config/model-config";
import type { SurfaceConfig } from "../config/surface-config";

/** What speaks against the number of replicas of a version under test. The model's own bounds must be in order. */
export function candidateFailures({ replicas, candidate, surface }: ModelValues): Failure[] {
  const own = candidate?.replicas;
  if (own === undefined) return [];
  const why = NOT_ITS_OWN[surface.on];
  if (why !== undefined) {
    return [
      {
        code: "not-its-own",
        path: "candidate.replicas",
        message: `cannot differ from the model's: ${why}`,
        got: own,
        fix: "leave it out",
      },
    ];
  }
  const outside = (field: "min" | "max", message: string, allowed: string, fix: string): Failure => {
    return { code: "out-of-range", path: `candidate.replicas.${field}`, message, got: own[field], allowed, fix };
  };
  const bounds = `${Math.max(1, replicas.min)} to ${replicas.max}`;
  if (own.max > replicas.max) {
    return [
      outside(
        "max",
        `is more than the model may have itself (replicas.max ${replicas.max}), whose replicas take over from it`,
        bounds,
        "lower it, or raise replicas.max too",
      ),
    ];
  }
  if (own.max < replicas.min) {
    return [
      outside(
        "max",
        `is less than the model always has (replicas.min ${replicas.min}), and its rollout ends with all requests on it`,
        bounds,
        "raise it: candidate.replicas.min says how many wait for the first request",
      ),
    ];
  }
  if (own.min <= own.max) return [];
  return [
    outside(
      "min",
      `is more than candidate.replicas.max (${own.max})`,
      `1 to ${own.max}`,
      "raise candidate.replicas.max or lower candidate.replicas.min",
    ),
  ];
}

const NOT_ITS_OWN: Partial<Readonly<Record<SurfaceConfig["on"], string>>> = {
  "cloud-run": "its bounds are part of its revision, and the tested one becomes the model's own",
  kserve: "KServe gives a version under test one replica",
  edge: "nothing on the edge scales it when it has more requests",
};
