import type { ClusterFeature, Failure } from "../../core";
import type { ModelValues } from "../config/model-config";
import { gib } from "../capacity/replica-resources";
import { GIB } from "../../cluster";
import { weightBytes, weightsOf } from "../pod/weights";

/** What of an edge cluster decides what a model may ask for. */
export interface EdgeOffer {
  readonly features: readonly ClusterFeature[];
  /** Ids of the add-ons that are installed in it. */
  readonly addOns: readonly string[];
}

/** What GKE has and an edge cluster has not, where a model asks for it; what it keeps on its nodes must have room there. */
export function edgeFailures(config: ModelValues, offer: EdgeOffer): Failure[] {
  return [
    ...ladderFailures(config),
    ...secretFailures(config),
    ...wayFailures(config),
    ...scalingFailures(config, offer),
    ...adapterFailures(config),
    ...cacheFailures(config),
  ];
}

function ladderFailures({ capacity }: ModelValues): Failure[] {
  if (capacity === undefined) return [];
  return [
    {
      code: "edge-capacity",
      path: "capacity",
      message:
        "is looked for by a ComputeClass, which only GKE has: the nodes of an edge cluster are those that stand there",
      got: capacity,
      fix: "leave capacity out; surface.nodes says what there is",
    },
  ];
}

function secretFailures({ secrets }: ModelValues): Failure[] {
  if (secrets.length === 0) return [];
  return [
    {
      code: "edge-secrets",
      path: "secrets",
      message: "become files by GKE's Secret Manager driver, which an edge cluster does not have",
      got: secrets.map(({ secret }) => secret),
      fix: "leave them out; let the server read them from Secret Manager itself, as the fleet's workload identity of its service account",
    },
  ];
}

function wayFailures({ route, rollout }: ModelValues): Failure[] {
  const found: Failure[] = [];
  if (route !== undefined) {
    found.push({
      code: "edge-route",
      path: "route",
      message: "leads through the environment's gateway, which does not reach the pods of an edge cluster",
      got: route,
      fix: "leave it out and name callerNamespaces: callers of an edge model stand beside it",
    });
  }
  if (rollout !== undefined) {
    found.push({
      code: "edge-rollout",
      path: "rollout",
      message: "shifts the weights of a route in steps, and a model on the edge has none",
      got: rollout.steps,
      fix: "leave it out: replicas are exchanged one by one, and one that does not become ready ends the exchange",
    });
  }
  return found;
}

function scalingFailures({ replicas, scaling }: ModelValues, { features, addOns }: EdgeOffer): Failure[] {
  const byKeda = scaling.by !== "hpa" && addOns.includes("keda") && features.includes("managed-prometheus");
  if (replicas.min > 0 && (replicas.min === replicas.max || byKeda)) return [];
  return [
    {
      code: "edge-scaling",
      path: "replicas",
      message:
        replicas.min === 0
          ? "may be none, and nothing on the edge sees requests that find no replica"
          : `has bounds (${replicas.min} to ${replicas.max}), and nothing in the edge cluster scales by load`,
      got: replicas,
      fix: `give replicas.min and replicas.max the same number, at least 1`,
    },
  ];
}

function adapterFailures(config: ModelValues): Failure[] {
  if (config.server !== "vllm" || config.adapters.length === 0) return [];
  return [
    {
      code: "edge-adapters",
      path: "adapters",
      message: "are read by Cloud Storage FUSE, which an edge cluster does not have",
      got: config.adapters.map(({ name }) => name),
      fix: "merge them into the weights, or serve them in the environment's cluster",
    },
  ];
}

/** Bytes that the weights of a model take on each node; none where they are part of the server's image. */
export function edgeWeightBytes(config: ModelValues): number {
  const from = weightsOf(config)?.from;
  return from === "image" || from === "edge-cache" ? weightBytes(config) * BESIDE_WEIGHTS : 0;
}

// A tenth more, as for every cache of ours: tokenizers, configurations, and chunks that are not full.
const BESIDE_WEIGHTS = 1.1;

function cacheFailures(config: ModelValues): Failure[] {
  const { surface } = config;
  const needed = edgeWeightBytes(config);
  if (surface.on !== "edge" || needed <= surface.cacheGb * GIB) return [];
  return [
    {
      code: "edge-cache",
      path: "surface.cacheGb",
      message: `is too little for the weights: ${gib(weightBytes(config))} and a tenth = ${gib(needed)}`,
      got: surface.cacheGb,
      allowed: `at least ${Math.ceil(needed / GIB)}`,
      fix: "give the nodes more room for weights, or take a smaller precision",
    },
  ];
}
