import { isBelow, type NodePoolRef } from "../../cluster";
import type { ClusterRef, Failure } from "../../core";
import type { TeamRef } from "../../tenants/team-ref";
import { makesNodes, AUTO_CREATION_MIN_VERSION } from "../capacity/compute-class";
import type { GatewayRef } from "../gateway/gateway-ref";
import { isFixed } from "../scaling/autoscaling";
import type { ModelValues } from "../config/model-config";
import { modelFailures } from "./model-rules";
import { variantsOf } from "../config/model-variant";
import { place, type Placement } from "../capacity/placement";
import { rolloutChoiceFailures } from "../rollout/rollout-choice";
import { noPicker, usesInferencePool } from "../route/route";
import { scaleToZeroFailures } from "../scaling/scale-from-zero";
import { edgeFailures } from "../surfaces/edge-rules";
import { weightsOf } from "../pod/weights";

/** Where a model is to run. */
export interface ModelSurroundings {
  readonly cluster: ClusterRef;
  readonly team: TeamRef;
  readonly pools: readonly NodePoolRef[];
  readonly gateway?: GatewayRef;
  /** Ids of the add-ons of the cluster. */
  readonly addOns: readonly string[];
  /** True where an edge cluster keeps weights on its nodes. */
  readonly cachesWeights: boolean;
}

/** Everything that speaks against a model where it is to run, and its place where nothing does. */
export function lookAround(
  config: ModelValues,
  { cluster, team, pools, gateway, addOns, cachesWeights }: ModelSurroundings,
): { readonly placement?: Placement; readonly failures: readonly Failure[] } {
  const { placement, failures } = place(config, pools);
  const offer = { keda: addOns.includes("keda"), gateway: gateway !== undefined };
  const all = [
    ...modelFailures(config, { clusterVersion: cluster.version, features: cluster.features, pools }),
    ...surfaceFailures(config, cachesWeights),
    ...teamFailures(config, team),
    ...(config.surface.on === "edge"
      ? edgeFailures(config, { features: cluster.features, addOns })
      : [
          ...routeFailures(config, gateway),
          ...scaleToZeroFailures(config, team.namespace, offer),
          ...scalerFailures(config, addOns, cluster),
          ...rolloutChoiceFailures(config, addOns),
        ]),
    ...(placement ? nodeFailures(placement, pools, cluster) : []),
    ...failures,
  ];
  return { placement, failures: all };
}

function surfaceFailures(config: ModelValues, cachesWeights: boolean): Failure[] {
  const { surface, source } = config;
  if (surface.on !== "gke" && surface.on !== "kserve" && surface.on !== "edge") {
    return [
      {
        code: "other-surface",
        path: "surface.on",
        message: "is no cluster with a server of ours: another construct makes it",
        got: surface.on,
        allowed: "gke, edge",
        fix: "use the construct of that surface, e.g. CloudRunModel",
      },
    ];
  }
  if (weightsOf(config)?.from !== "edge-cache" || cachesWeights) return [];
  return [
    {
      code: "no-edge-cache",
      path: "source",
      message:
        "lies in Cloud Storage, which an edge cluster does not mount, and nothing keeps the weights on its nodes",
      got: source,
      fix: "take weights from an image (weights: { from: image }), or name the claim of a volume that the site fills (surface.claim; cachedWeights of a ModelServer)",
    },
  ];
}

function teamFailures(config: ModelValues, team: TeamRef): Failure[] {
  if (config.team === team.name) return [];
  return [
    {
      code: "other-team",
      path: "team",
      message: "is not the team whose namespace was given",
      got: config.team,
      allowed: team.name,
      fix: "pass the ref of the team that the model names",
    },
  ];
}

function routeFailures(config: ModelValues, gateway: GatewayRef | undefined): Failure[] {
  if (config.route === undefined) return [];
  if (gateway === undefined) {
    return [
      {
        code: "no-gateway",
        path: "route",
        message: "leads nowhere: there is no gateway",
        got: config.route,
        fix: "add a gateway, or leave the route out and name callerNamespaces",
      },
    ];
  }
  return usesInferencePool(config) && gateway.endpointPicker === undefined ? [noPicker(config)] : [];
}

/** Who scales a model: KEDA where it is there, for it knows all the metrics there are. */
export function scalerOf({ scaling }: ModelValues, addOns: readonly string[]): "keda" | "hpa" {
  return scaling.by ?? (addOns.includes("keda") ? "keda" : "hpa");
}

function scalerFailures(config: ModelValues, addOns: readonly string[], { features }: ClusterRef): Failure[] {
  const scaled = variantsOf(config).find((variant) => !isFixed(variant));
  if (scaled === undefined) return [];
  const path = scaled.variant === "stable" ? "replicas" : "candidate.replicas";
  const { replicas } = scaled.config;
  const by = scalerOf(config, addOns);
  if (by === "keda" ? addOns.includes("keda") : features.includes("hpa-performance")) return [];
  // The feature is missed by name where it was asked for by name.
  if (config.scaling.by === "hpa") return [];
  return [
    {
      code: "nobody-scales",
      path,
      message: `has bounds (${replicas.min} to ${replicas.max}), and nothing in the cluster scales by load: neither the add-on keda nor the feature hpa-performance is there`,
      got: replicas,
      fix: `install the add-on keda, switch hpa-performance on, or give ${path}.min and ${path}.max the same number`,
    },
  ];
}

function nodeFailures({ computeClass }: Placement, pools: readonly NodePoolRef[], cluster: ClusterRef): Failure[] {
  if (computeClass === undefined || !makesNodes(computeClass)) return [];
  const found: Failure[] = [];
  if (isBelow(cluster.version, AUTO_CREATION_MIN_VERSION)) {
    found.push({
      code: "too-old",
      path: "capacity",
      message: "has GKE make nodes for one class, which it can from a later version on",
      got: cluster.version,
      allowed: `${AUTO_CREATION_MIN_VERSION} or later`,
      fix: "raise the cluster's version, or name pools in place of machines",
    });
  }
  if (!pools.some(({ serviceAccount }) => serviceAccount !== undefined)) {
    found.push({
      code: "no-node-account",
      path: "capacity",
      message: "has GKE make nodes, and no pool says which service account they run as",
      fix: "pass pools with their serviceAccount (NodePool.ref has it)",
    });
  }
  return found;
}
