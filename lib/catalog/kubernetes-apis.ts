import type { ClusterFeature } from "../core";

/**
 * Custom APIs of Kubernetes that the platform writes objects of, and what makes each of them exist in a cluster.
 *
 * Sources:
 * - The CustomResourceDefinitions of the versions in charts.ts, and of Argo CD, Feast and managed Prometheus, read 2026-11-21;
 *   test/catalog/kubernetes-apis.test.ts compares them.
 * - KServe v0.20.0, charts kserve-crd and kserve-llmisvc-crd; cert-manager v1.21.1, deploy/crds.
 * - GKE, "About custom ComputeClasses", "Expose custom metrics for autoscaling", "Set up multi-network support for Pods", read 2026-11-21;
 *   llm-d, docs of the GKE provider, 2026-09 (which GKE version brings InferencePool).
 * - kubernetes/autoscaler, CRD of ProvisioningRequest, 2026.
 * - From memory, unconfirmed: BackendConfig, FrontendConfig, ManagedCertificate and VolumeSnapshot as part of every GKE cluster.
 *
 * Version and scope are what the API server knows; `apiVersion`s inside configuration files (`config.kueue.x-k8s.io`,
 * `EndpointPickerConfig` of `llm-d.ai/v1alpha1`) are no resources and have no place here.
 */

/** What makes an API exist: an add-on of the platform, a switch of the cluster, or GKE itself. */
export type ApiOwner =
  | { readonly by: "add-on"; readonly id: string }
  | { readonly by: "cluster-feature"; readonly feature: ClusterFeature }
  | { readonly by: "gke" };

/** One served version of a kind. */
export interface ApiVersion {
  readonly version: string;
  /** Objects are stored in this version. */
  readonly stored?: true;
  /** Still accepted, on its way out. */
  readonly deprecated?: true;
}

/** A kind of custom resource. */
export interface CustomKind {
  /** Whether its objects live in a namespace; false: they belong to the whole cluster. */
  readonly namespaced: boolean;
  /** Served versions; the first is the one to write. */
  readonly versions: readonly ApiVersion[];
  /** Lowest GKE version that brings it, where its owner is older than it. */
  readonly minGkeVersion?: string;
}

/** The kinds of one group that come from one place. */
export interface CustomApi {
  /** `kueue.x-k8s.io`. A group can come from several places: `networking.gke.io` does. */
  readonly group: string;
  readonly owner: ApiOwner;
  readonly kinds: Readonly<Record<string, CustomKind>>;
}

const addOn = (id: string): ApiOwner => ({ by: "add-on", id });
const feature = (name: ClusterFeature): ApiOwner => ({ by: "cluster-feature", feature: name });
const GKE: ApiOwner = { by: "gke" };

const stored = (version: string): ApiVersion => ({ version, stored: true });
const served = (version: string): ApiVersion => ({ version });
const deprecated = (version: string): ApiVersion => ({ version, deprecated: true });
const namespaced = (...versions: ApiVersion[]): CustomKind => ({ namespaced: true, versions });
const clusterWide = (...versions: ApiVersion[]): CustomKind => ({ namespaced: false, versions });
const since = (minGkeVersion: string, kind: CustomKind): CustomKind => ({ ...kind, minGkeVersion });

/** All kinds alike. */
function each(kind: CustomKind, ...names: string[]): Record<string, CustomKind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

const V1 = stored("v1");
const V1_ALPHA1 = stored("v1alpha1");
const KUEUE_VERSIONS = [stored("v1beta2"), deprecated("v1beta1")] as const;
const V1_AND_DEPRECATED_ALPHA = [V1, deprecated("v1alpha1")] as const;

export const CUSTOM_APIS: readonly CustomApi[] = [
  {
    group: "kueue.x-k8s.io",
    owner: addOn("kueue"),
    kinds: {
      ...each(namespaced(...KUEUE_VERSIONS), "LocalQueue", "Workload"),
      ...each(clusterWide(...KUEUE_VERSIONS), "AdmissionCheck", "ClusterQueue", "Cohort", "MultiKueueCluster"),
      ...each(clusterWide(...KUEUE_VERSIONS), "ProvisioningRequestConfig", "ResourceFlavor", "Topology"),
      ...each(clusterWide(...KUEUE_VERSIONS), "WorkloadPriorityClass"),
      // Kueue 0.19.2 forgot to mark the old version of this one.
      MultiKueueConfig: clusterWide(stored("v1beta2"), served("v1beta1")),
    },
  },
  { group: "jobset.x-k8s.io", owner: addOn("jobset"), kinds: { JobSet: namespaced(stored("v1alpha2")) } },
  { group: "leaderworkerset.x-k8s.io", owner: addOn("lws"), kinds: { LeaderWorkerSet: namespaced(V1) } },
  {
    group: "argoproj.io",
    owner: addOn("argo-rollouts"),
    kinds: {
      ...each(namespaced(V1_ALPHA1), "AnalysisRun", "AnalysisTemplate", "Experiment", "Rollout"),
      ClusterAnalysisTemplate: clusterWide(V1_ALPHA1),
    },
  },
  {
    group: "argoproj.io",
    owner: addOn("argo-cd"),
    kinds: each(namespaced(V1_ALPHA1), "Application", "ApplicationSet", "AppProject"),
  },
  {
    group: "keda.sh",
    owner: addOn("keda"),
    kinds: {
      ...each(namespaced(V1_ALPHA1), "ScaledJob", "ScaledObject", "TriggerAuthentication"),
      ClusterTriggerAuthentication: clusterWide(V1_ALPHA1),
    },
  },
  {
    group: "eventing.keda.sh",
    owner: addOn("keda"),
    kinds: { CloudEventSource: namespaced(V1_ALPHA1), ClusterCloudEventSource: clusterWide(V1_ALPHA1) },
  },
  {
    group: "serving.kserve.io",
    owner: addOn("kserve"),
    kinds: {
      InferenceService: namespaced(stored("v1beta1")),
      ...each(namespaced(V1_ALPHA1), "InferenceGraph", "ServingRuntime", "TrainedModel"),
      ...each(clusterWide(V1_ALPHA1), "ClusterServingRuntime", "ClusterStorageContainer"),
    },
  },
  {
    group: "serving.kserve.io",
    owner: addOn("kserve-llmisvc"),
    kinds: each(namespaced(stored("v1alpha2"), served("v1alpha1")), "LLMInferenceService", "LLMInferenceServiceConfig"),
  },
  {
    group: "serving.kserve.io",
    owner: addOn("kserve-localmodel"),
    kinds: {
      LocalModelNamespaceCache: namespaced(V1_ALPHA1),
      ...each(clusterWide(V1_ALPHA1), "LocalModelCache", "LocalModelNode", "LocalModelNodeGroup"),
    },
  },
  {
    group: "cert-manager.io",
    owner: addOn("cert-manager"),
    kinds: { ...each(namespaced(V1), "Certificate", "CertificateRequest", "Issuer"), ClusterIssuer: clusterWide(V1) },
  },
  { group: "acme.cert-manager.io", owner: addOn("cert-manager"), kinds: each(namespaced(V1), "Challenge", "Order") },
  {
    group: "llm-d.ai",
    owner: addOn("llm-d-router"),
    kinds: each(namespaced(stored("v1alpha2")), "InferenceModelRewrite", "InferenceObjective"),
  },
  { group: "feast.dev", owner: addOn("feast"), kinds: { FeatureStore: namespaced(...V1_AND_DEPRECATED_ALPHA) } },
  {
    group: "monitoring.googleapis.com",
    owner: feature("managed-prometheus"),
    kinds: {
      ...each(namespaced(...V1_AND_DEPRECATED_ALPHA), "OperatorConfig", "PodMonitoring", "Rules"),
      ...each(clusterWide(...V1_AND_DEPRECATED_ALPHA), "ClusterPodMonitoring", "ClusterRules", "GlobalRules"),
      ClusterNodeMonitoring: clusterWide(V1),
    },
  },
  {
    group: "gateway.networking.k8s.io",
    owner: feature("gateway-api"),
    kinds: {
      ...each(namespaced(V1, served("v1beta1")), "Gateway", "HTTPRoute"),
      GatewayClass: clusterWide(V1, served("v1beta1")),
      ...each(namespaced(V1), "BackendTLSPolicy", "GRPCRoute"),
      // v1 is new in Gateway API 1.5; clusters whose GKE brings an older set know only v1beta1.
      ReferenceGrant: namespaced(stored("v1beta1"), served("v1")),
    },
  },
  {
    group: "inference.networking.k8s.io",
    owner: feature("gateway-api"),
    kinds: { InferencePool: since("1.34.0-gke.1626000", namespaced(V1)) },
  },
  {
    // Not among what GKE installs: only the set of the inference extension itself has it.
    group: "inference.networking.x-k8s.io",
    owner: addOn("inference-extension"),
    kinds: { InferencePoolImport: namespaced(V1_ALPHA1) },
  },
  {
    group: "networking.gke.io",
    owner: feature("gateway-api"),
    kinds: {
      ...each(namespaced(V1), "GCPAuthzPolicy", "GCPBackendPolicy", "GCPClientTLSPolicy", "GCPGatewayPolicy"),
      ...each(namespaced(V1), "GCPRoutingExtension", "GCPServerTLSPolicy", "GCPSessionAffinityFilter"),
      ...each(namespaced(V1), "GCPSessionAffinityPolicy", "GCPTrafficDistributionPolicy", "GCPTrafficExtension"),
      HealthCheckPolicy: namespaced(V1),
    },
  },
  {
    group: "networking.gke.io",
    owner: feature("multi-networking"),
    kinds: each(clusterWide(V1), "GKENetworkParamSet", "Network"),
  },
  {
    group: "networking.gke.io",
    owner: GKE,
    kinds: { ManagedCertificate: namespaced(V1), FrontendConfig: namespaced(stored("v1beta1")) },
  },
  {
    // The managed add-on keeps the group of the open-source driver; `spec.provider` is `gke` there, `gcp` here would find no provider.
    group: "secrets-store.csi.x-k8s.io",
    owner: feature("secret-manager"),
    kinds: each(namespaced(...V1_AND_DEPRECATED_ALPHA), "SecretProviderClass", "SecretProviderClassPodStatus"),
  },
  {
    group: "autoscaling.gke.io",
    owner: feature("hpa-performance"),
    kinds: { AutoscalingMetric: since("1.35.1-gke.1396000", namespaced(stored("v1beta1"))) },
  },
  {
    group: "cloud.google.com",
    owner: GKE,
    kinds: { ComputeClass: since("1.30.3-gke.1451000", clusterWide(V1)), BackendConfig: namespaced(V1) },
  },
  {
    group: "autoscaling.x-k8s.io",
    owner: GKE,
    kinds: { ProvisioningRequest: namespaced(V1, deprecated("v1beta1")) },
  },
  {
    group: "snapshot.storage.k8s.io",
    owner: GKE,
    kinds: { VolumeSnapshot: namespaced(V1), ...each(clusterWide(V1), "VolumeSnapshotClass", "VolumeSnapshotContent") },
  },
];

/** The kind and where it comes from; undefined where the catalogue does not know it. */
export function customKind(
  group: string,
  kind: string,
): { readonly api: CustomApi; readonly kind: CustomKind } | undefined {
  for (const api of CUSTOM_APIS) {
    const found = api.group === group && Object.hasOwn(api.kinds, kind) ? api.kinds[kind] : undefined;
    if (found !== undefined) return { api, kind: found };
  }
  return undefined;
}

/** Every place that a group comes from; empty where the catalogue does not know it. */
export function customApisOf(group: string): readonly CustomApi[] {
  return CUSTOM_APIS.filter((api) => api.group === group);
}
