import type { NodePoolRef } from "../../cluster";
import type { KubernetesObject } from "../../delivery";
import type { TeamRef } from "../../tenants/team-ref";
import { autoscalingObjects, isFixed, type ScaleTarget } from "../scaling/autoscaling";
import { computeClassObject, makesNodes, type NodeSecurity } from "../capacity/compute-class";
import {
  deploymentObject,
  disruptionBudget,
  metadataOf,
  networkPolicy,
  podMonitoring,
  progressSeconds,
  serviceAccountObject,
  serviceObject,
} from "./model-objects";
import { variantLabels, variantSelector, variantsOf, type Variant } from "../config/model-variant";
import type { Placement } from "../capacity/placement";
import { podTemplate, type PodTemplate } from "../pod/pod-template";
import { secretProviderClass } from "../pod/pod-secrets";
import type { PodIdentity } from "../pod/pod-identity";
import type { VolumeSource } from "../pod/pod-weights";
import { argoRollout, canaryService, type ArgoRolloutPlan } from "../rollout/argo-rollout";
import type { EdgeTraffic } from "../scaling/scale-from-zero";
import type { ServedModel } from "../config/served-model";

/** Everything that decides the Kubernetes objects of a model, read and checked. */
export interface ComposedModel {
  readonly served: ServedModel;
  readonly team: TeamRef;
  readonly placement: Placement;
  readonly scaledBy: "keda" | "hpa";
  readonly projectId: string;
  readonly cluster: string;
  readonly edge?: EdgeTraffic;
  /** True where Argo Rollouts exchanges the pods. */
  readonly byArgo: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly readOnlyRoot: boolean;
  /** False where nothing collects metrics: an edge cluster without managed Prometheus. */
  readonly monitored: boolean;
  readonly cachedWeights?: VolumeSource;
  readonly identity?: PodIdentity;
  readonly poolName: (pool: NodePoolRef) => string;
  /** Asked for where a rung of the ladder has GKE make nodes. */
  readonly nodes?: NodeSecurity;
}

/** The objects of a model, but for its route: account first, then what the pods stand on, then the pods and what scales them. */
export function modelObjects(model: ComposedModel): KubernetesObject[] {
  const { served, placement } = model;
  const { config, labels, name, namespace } = served;
  const metadata = { name, namespace, labels };
  const variants = variantsOf(config);
  const shared: KubernetesObject[] = [
    serviceAccountObject(metadata),
    ...(placement.computeClass
      ? [
          computeClassObject(
            placement.computeClass,
            labels,
            model.poolName,
            makesNodes(placement.computeClass) ? model.nodes : undefined,
          ),
        ]
      : []),
    ...secretProviderClass(config, namespace, labels, model.projectId),
    ...servicesOf(model, variants),
    networkPolicy(metadata, config),
    ...(model.monitored ? [podMonitoring(metadata, config)] : []),
  ];
  return [...shared, ...variants.flatMap((variant) => objectsOf(model, variant))];
}

/** The stable version's Service, and one for the version under test, whether Argo Rollouts or a candidate makes its pods. */
function servicesOf({ served, byArgo }: ComposedModel, [stable, candidate]: readonly Variant[]): KubernetesObject[] {
  const { config, labels, namespace, service } = served;
  const made = [serviceObject({ name: service.name, namespace, labels }, variantSelector(stable!), config)];
  const tested = candidate ?? (byArgo ? stable : undefined);
  if (tested === undefined) return made;
  const metadata = { name: canaryService(served), namespace, labels: variantLabels(labels, tested) };
  return [...made, serviceObject(metadata, variantSelector(tested), tested.config)];
}

function objectsOf(model: ComposedModel, variant: Variant): KubernetesObject[] {
  const { served, placement, team, byArgo } = model;
  const { labels, namespace, stopped } = served;
  const metadata = metadataOf(variant, namespace, labels);
  const template = templateOf(model, variant);
  const argo = byArgo && variant.variant === "stable";
  const target: ScaleTarget = argo
    ? { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: variant.name }
    : { apiVersion: "apps/v1", kind: "Deployment", name: variant.name };
  return [
    disruptionBudget(metadata, variant),
    ...(argo
      ? argoRollout(served, template, argoPlan(model, variant))
      : [
          deploymentObject(
            { ...metadata, labels: { ...metadata.labels, ...queueLabels(team, placement) } },
            variant,
            placement,
            template,
            stopped,
          ),
        ]),
    ...autoscalingObjects({
      variant,
      labels,
      target,
      by: model.scaledBy,
      projectId: model.projectId,
      metrics: { cluster: model.cluster, namespace },
      edge: model.edge,
      stopped,
    }),
  ];
}

export function templateOf(model: ComposedModel, variant: Variant): PodTemplate {
  const { served, placement, team, byArgo } = model;
  return podTemplate({
    variant,
    // argo-rollouts, pkg/apis/rollouts/v1alpha1: DefaultRolloutUniqueLabelKey.
    revisionLabel: byArgo && variant.variant === "stable" ? "rollouts-pod-template-hash" : "pod-template-hash",
    labels: served.labels,
    placement,
    serviceAccount: served.name,
    priorityClass: served.priorityClass,
    queueLabels: queueLabels(team, placement),
    env: model.env,
    readOnlyRoot: model.readOnlyRoot,
    cachedWeights: model.cachedWeights,
    identity: model.identity,
  });
}

/** Kueue counts a server against its team's quota by these; pools that no queue shares out must not be asked of one. */
function queueLabels(team: TeamRef, { pools }: Placement): Record<string, string> {
  const { servingQueue, servingPriorityClass, queuedPools } = team;
  if (servingQueue === undefined || !pools.every(({ pool }) => queuedPools.includes(pool))) return {};
  return {
    "kueue.x-k8s.io/queue-name": servingQueue,
    ...(servingPriorityClass ? { "kueue.x-k8s.io/priority-class": servingPriorityClass } : {}),
  };
}

function argoPlan({ served, placement, cluster }: ComposedModel, variant: Variant): ArgoRolloutPlan {
  const { config, stopped } = served;
  const fixed = stopped ? 0 : isFixed(variant) ? config.replicas.min : undefined;
  const { pools, resources } = placement;
  const held = pools.reduce(
    (sum, { maxNodes, gpuShares }) =>
      sum + maxNodes * Math.floor((gpuShares?.perNode ?? 0) / Math.max(1, resources.gpus)),
    0,
  );
  return {
    rollout: config.rollout!,
    ...(fixed === undefined ? {} : { replicas: fixed }),
    selector: variantSelector(variant),
    startupSeconds: progressSeconds(config),
    spareCapacity: resources.gpus === 0 || held >= 2 * config.replicas.max,
    cluster,
  };
}
