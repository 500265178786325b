import type { ModelValues } from "../config/model-config";
import { candidateReplicas } from "../config/replica-counts";
import { shiftsByArgo } from "../rollout/rollout-choice";
import { predictorName } from "../surfaces/kserve-objects";

/** A model as a stop by hand names it. */
export type StoppableModel = Pick<
  ModelValues,
  "name" | "team" | "route" | "server" | "rollout" | "candidate" | "replicas"
> &
  Partial<Pick<ModelValues, "surface">>;

/** What holds replicas of a model. */
export interface StoppedWorkload {
  readonly kind: "deployment" | "rollout.argoproj.io";
  readonly name: string;
  readonly namespace: string;
  /** Replicas that it gets back after a stop: its minimum, or one where it rests at zero. */
  readonly least: number;
  /** The ScaledObject that is paused; absent for a fixed number of replicas, which nothing scales. */
  readonly scaler?: string;
}

/** What is there of a model, and nothing that is not: whoever makes a thing of a name that was given away hands it over. */
export function workloadsOf(model: StoppableModel): StoppedWorkload[] {
  const { name, team: namespace, candidate, replicas, surface } = model;
  // Of the candidate KServe makes a Deployment with one replica: the edge turns its callers away, and the file takes it down.
  if (surface?.on === "kserve") {
    return [{ kind: "deployment", name: predictorName({ name }), namespace, ...scaledBy(name, replicas) }];
  }
  const kind = shiftsByArgo(model) ? "rollout.argoproj.io" : "deployment";
  const workload = (of: string, its: typeof replicas) => ({ kind, name: of, namespace, ...scaledBy(of, its) }) as const;
  const tested = candidateReplicas({ replicas, candidate });
  return [workload(name, replicas), ...(tested ? [workload(`${name}-candidate`, tested)] : [])];
}

function scaledBy(name: string, { min, max }: StoppableModel["replicas"]) {
  return { least: Math.max(1, min), ...(min === max ? {} : { scaler: name }) };
}
