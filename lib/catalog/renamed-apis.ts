/** An API that has moved: what people still write, from old pages and old charts, and what stands in its place. */
export interface RenamedApi {
  readonly group: string;
  /** Dead versions. Absent: the whole group. */
  readonly versions?: readonly string[];
  /** Absent: every kind of it. */
  readonly kind?: string;
  /** What to write instead. */
  readonly now: { readonly apiVersion: string; readonly kind?: string };
  /** What changes in the object, as an instruction. */
  readonly fix: string;
}

const POOL_FIX =
  "write an inference.networking.k8s.io/v1 InferencePool: selector becomes selector.matchLabels, targetPortNumber becomes targetPorts, extensionRef becomes endpointPickerRef with port.number";
const OBJECTIVE_FIX =
  "write an llm-d.ai/v1alpha2 InferenceObjective with poolRef and priority: names and weights of models are an InferenceModelRewrite now, criticality is the priority";
const OPERATOR_FIX =
  "managed Prometheus does not read objects of the Prometheus operator, and GKE does not have their API";

/**
 * Sources: gateway-api-inference-extension v1.6.0 and llm-d-router v0.10.0 (what left the one for the other), migration guides of Kueue
 * v1beta2, Gateway API 1.5, cert-manager 1.6, KServe 0.7, KEDA 2.0; Google, "Managed collection" (what stands for ServiceMonitor).
 */
export const RENAMED_APIS: readonly RenamedApi[] = [
  {
    group: "inference.networking.x-k8s.io",
    kind: "InferenceModel",
    now: { apiVersion: "llm-d.ai/v1alpha2", kind: "InferenceObjective" },
    fix: OBJECTIVE_FIX,
  },
  {
    group: "inference.networking.x-k8s.io",
    kind: "InferenceObjective",
    now: { apiVersion: "llm-d.ai/v1alpha2", kind: "InferenceObjective" },
    fix: "write apiVersion llm-d.ai/v1alpha2: the kind left the inference extension with its version 1.6",
  },
  {
    group: "inference.networking.x-k8s.io",
    kind: "InferenceModelRewrite",
    now: { apiVersion: "llm-d.ai/v1alpha2", kind: "InferenceModelRewrite" },
    fix: "write apiVersion llm-d.ai/v1alpha2: the kind left the inference extension with its version 1.6",
  },
  {
    group: "inference.networking.x-k8s.io",
    kind: "InferencePool",
    now: { apiVersion: "inference.networking.k8s.io/v1", kind: "InferencePool" },
    fix: POOL_FIX,
  },
  ...["InferenceModel", "InferenceObjective"].map((kind) => ({
    group: "inference.networking.k8s.io",
    kind,
    now: { apiVersion: "llm-d.ai/v1alpha2", kind: "InferenceObjective" },
    fix: OBJECTIVE_FIX,
  })),
  {
    group: "llm-d.ai",
    versions: ["v1", "v1alpha1"],
    now: { apiVersion: "llm-d.ai/v1alpha2" },
    fix: "write apiVersion llm-d.ai/v1alpha2: only the endpoint picker's configuration file has another version",
  },
  {
    group: "kueue.x-k8s.io",
    versions: ["v1alpha1", "v1beta1"],
    now: { apiVersion: "kueue.x-k8s.io/v1beta2" },
    fix: "write apiVersion kueue.x-k8s.io/v1beta2: cohort becomes cohortName, admissionChecks becomes admissionChecksStrategy.admissionChecks, Borrow and Preempt of flavorFungibility become MayStopSearch",
  },
  {
    group: "jobset.x-k8s.io",
    versions: ["v1", "v1alpha1"],
    now: { apiVersion: "jobset.x-k8s.io/v1alpha2" },
    fix: "write apiVersion jobset.x-k8s.io/v1alpha2",
  },
  {
    group: "leaderworkerset.x-k8s.io",
    versions: ["v1alpha1"],
    now: { apiVersion: "leaderworkerset.x-k8s.io/v1" },
    fix: "write apiVersion leaderworkerset.x-k8s.io/v1",
  },
  {
    group: "argoproj.io",
    versions: ["v1", "v1beta1"],
    now: { apiVersion: "argoproj.io/v1alpha1" },
    fix: "write apiVersion argoproj.io/v1alpha1: Argo has no later version",
  },
  {
    group: "keda.k8s.io",
    now: { apiVersion: "keda.sh/v1alpha1" },
    fix: "write apiVersion keda.sh/v1alpha1: scaleTargetRef.deploymentName becomes scaleTargetRef.name",
  },
  {
    group: "serving.kubeflow.org",
    now: { apiVersion: "serving.kserve.io/v1beta1" },
    fix: "write apiVersion serving.kserve.io/v1beta1: KFServing is KServe",
  },
  {
    group: "serving.kserve.io",
    versions: ["v1", "v1alpha1", "v1alpha2"],
    kind: "InferenceService",
    now: { apiVersion: "serving.kserve.io/v1beta1", kind: "InferenceService" },
    fix: "write apiVersion serving.kserve.io/v1beta1: default.predictor becomes predictor",
  },
  {
    group: "networking.x-k8s.io",
    now: { apiVersion: "gateway.networking.k8s.io/v1" },
    fix: "write apiVersion gateway.networking.k8s.io/v1: forwardTo becomes backendRefs",
  },
  {
    group: "gateway.networking.k8s.io",
    versions: ["v1alpha2", "v1alpha3"],
    kind: "ReferenceGrant",
    now: { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "ReferenceGrant" },
    fix: "write apiVersion gateway.networking.k8s.io/v1beta1",
  },
  {
    group: "gateway.networking.k8s.io",
    versions: ["v1alpha1", "v1alpha2", "v1alpha3"],
    now: { apiVersion: "gateway.networking.k8s.io/v1" },
    fix: "write apiVersion gateway.networking.k8s.io/v1",
  },
  {
    group: "certmanager.k8s.io",
    now: { apiVersion: "cert-manager.io/v1" },
    fix: "write apiVersion cert-manager.io/v1",
  },
  {
    group: "cert-manager.io",
    versions: ["v1alpha2", "v1alpha3", "v1beta1"],
    now: { apiVersion: "cert-manager.io/v1" },
    fix: "write apiVersion cert-manager.io/v1",
  },
  {
    group: "monitoring.coreos.com",
    kind: "PrometheusRule",
    now: { apiVersion: "monitoring.googleapis.com/v1", kind: "Rules" },
    fix: `write a monitoring.googleapis.com/v1 Rules: ${OPERATOR_FIX}`,
  },
  ...["ServiceMonitor", "PodMonitor"].map((kind) => ({
    group: "monitoring.coreos.com",
    kind,
    now: { apiVersion: "monitoring.googleapis.com/v1", kind: "PodMonitoring" },
    fix: `write a monitoring.googleapis.com/v1 PodMonitoring, which selects pods: ${OPERATOR_FIX}`,
  })),
  {
    group: "monitoring.googleapis.com",
    versions: ["v1alpha1"],
    now: { apiVersion: "monitoring.googleapis.com/v1" },
    fix: "write apiVersion monitoring.googleapis.com/v1",
  },
  {
    group: "secrets-store.csi.x-k8s.io",
    versions: ["v1alpha1"],
    now: { apiVersion: "secrets-store.csi.x-k8s.io/v1" },
    fix: "write apiVersion secrets-store.csi.x-k8s.io/v1, with provider gke",
  },
  {
    group: "autoscaling.x-k8s.io",
    versions: ["v1beta1"],
    now: { apiVersion: "autoscaling.x-k8s.io/v1" },
    fix: "write apiVersion autoscaling.x-k8s.io/v1",
  },
  {
    group: "feast.dev",
    versions: ["v1alpha1"],
    now: { apiVersion: "feast.dev/v1" },
    fix: "write apiVersion feast.dev/v1",
  },
];

/** What has become of an API; undefined where it is as good as any. `apiVersion` is `group/version`. */
export function renamedApi(apiVersion: string, kind: string): RenamedApi | undefined {
  const [group = "", version = ""] = apiVersion.split("/");
  return RENAMED_APIS.find(
    (renamed) =>
      renamed.group === group &&
      (renamed.kind ?? kind) === kind &&
      (renamed.versions === undefined || renamed.versions.includes(version)),
  );
}
