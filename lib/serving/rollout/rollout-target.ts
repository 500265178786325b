import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { SURFACE_SIGNALS } from "../../catalog/surface-metrics";
import { isLate, type CloudRunServiceRef, type ClusterRef, type ServiceAccountRef } from "../../core";
import { connectGatewayUrl } from "../../delivery";
import { poolName } from "../route/inference-pool";
import { usesInferencePool } from "../route/route";
import type { ServedModel } from "../config/served-model";
import { predictorName } from "../surfaces/kserve-objects";
import type { ComparedSignals } from "./analysis-goals";
import { deploymentVariants, surfaceVariants, type Variants } from "./analysis-variants";
import { canaryService } from "./argo-rollout";
import { matcher } from "./promql";
import type { RolloutValues } from "../config/rollout-config";
import type { TrafficSurface } from "./traffic";
import { cloudRunTraffic } from "./traffic-cloud-run";
import { routeTraffic } from "./traffic-route";
import { vertexTraffic } from "./traffic-vertex";

/** Where the two versions stand, and what splits the requests between them. */
export type RolloutTarget =
  | {
      /** Two backends of the model's route on the Gateway: for a language model two pools, else two Services. */
      readonly on: "route-weights";
      readonly model: ServedModel;
      readonly cluster: ClusterRef;
      /** What must exist before rights can be given in the model's namespace. @default [] */
      readonly after?: readonly ITerraformDependable[];
    }
  | {
      /** Two revisions of a service, which its traffic names with the tags `stable` and `candidate`. */
      readonly on: "cloud-run";
      readonly service: CloudRunServiceRef;
      /** Account that the revisions run as: who changes a service must be allowed to use it. */
      readonly runsAs: ServiceAccountRef;
    }
  | {
      /** Two models deployed to an endpoint. */
      readonly on: "vertex";
      readonly project: string;
      readonly location: string;
      /** Id of the endpoint, the last part of its name. */
      readonly endpoint: string;
      /** Display names of the two deployed models. */
      readonly stable: string;
      readonly candidate: string;
    };

/** What the target's own series are called. */
export function targetSignals(target: RolloutTarget): ComparedSignals {
  return target.on === "route-weights" ? target.model.signals : SURFACE_SIGNALS[target.on];
}

/** How the series of the two versions are told apart. */
export function targetVariants(target: RolloutTarget, name: string, candidateVersion: string): Variants {
  switch (target.on) {
    case "route-weights": {
      const cluster = target.cluster.name.value;
      const { namespace } = target.model;
      return deploymentVariants({ name, namespace, candidateVersion, ...(isLate(cluster) ? {} : { cluster }) });
    }
    case "cloud-run": {
      const { service } = target;
      return surfaceVariants(
        { name, candidateVersion },
        SURFACE_SIGNALS["cloud-run"].variantLabel,
        `${matcher("service_name", "=", service.name.value)},${matcher("location", "=", service.location)}`,
      );
    }
    case "vertex":
      return surfaceVariants(
        { name, candidateVersion },
        SURFACE_SIGNALS.vertex.variantLabel,
        matcher("endpoint_id", "=", target.endpoint),
      );
  }
}

/** How requests are split there. */
export function targetTraffic(target: RolloutTarget, { shadow }: RolloutValues): TrafficSurface {
  switch (target.on) {
    case "route-weights": {
      const { model } = target;
      const pools = usesInferencePool(model.config);
      return routeTraffic({
        stable: pools ? poolName(model.name, "stable") : model.service.name,
        candidate: pools ? poolName(model.name, "candidate") : canaryService(model),
        ...(shadow === undefined
          ? {}
          : { mirror: { service: canaryService(model), port: model.service.port, percent: shadow } }),
      });
    }
    case "cloud-run":
      return cloudRunTraffic();
    case "vertex":
      return vertexTraffic(target);
  }
}

/** What must exist before the target's names are of use at `scope`. */
export function targetDependencies(target: RolloutTarget, scope: Construct): ITerraformDependable[] {
  switch (target.on) {
    case "route-weights":
      return target.cluster.fleetMembership.dependencies(scope);
    case "cloud-run":
      return target.service.name.dependencies(scope);
    case "vertex":
      return [];
  }
}

/** Name of the Deployment of a model's own replicas. */
export function ownReplicas({ name, config }: Pick<ServedModel, "name" | "config">): string {
  return config.surface.on === "kserve" ? predictorName({ name }) : name;
}

/** Address of that Deployment, as a resource at `scope` writes it. */
export function replicasUrl(
  { cluster, model }: Extract<RolloutTarget, { on: "route-weights" }>,
  scope: Construct,
): string {
  return `${connectGatewayUrl(cluster, scope)}/apis/apps/v1/namespaces/${model.namespace}/deployments/${ownReplicas(model)}`;
}

/** Address of what splits the requests, as a resource at `scope` writes it. */
export function targetUrl(target: RolloutTarget, scope: Construct): string {
  switch (target.on) {
    case "route-weights": {
      const { namespace, name } = target.model;
      return `${connectGatewayUrl(target.cluster, scope)}/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${name}`;
    }
    case "cloud-run": {
      const { project, location, name } = target.service;
      return `https://run.googleapis.com/v2/projects/${project}/locations/${location}/services/${name.from(scope)}`;
    }
    case "vertex": {
      const { project, location, endpoint } = target;
      return `https://${location}-aiplatform.googleapis.com/v1/projects/${project}/locations/${location}/endpoints/${endpoint}`;
    }
  }
}
