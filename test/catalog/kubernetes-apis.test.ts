import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import {
  CUSTOM_APIS,
  RENAMED_APIS,
  customApisOf,
  customKind,
  renamedApi,
  type CustomApi,
  type CustomKind,
} from "../../lib/catalog";

interface Definition {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly scope: "Namespaced" | "Cluster";
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly deprecated?: boolean;
    }[];
  };
}

const folder = process.env["CRD_DIR"] ?? resolve(__dirname, "../../../shared/data/crds");
if (!existsSync(folder)) console.warn(`custom APIs are not compared with definitions: there is no ${folder} (CRD_DIR)`);
const withDefinitions = existsSync(folder) ? test : test.skip;

function readDefinitions(): Definition[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8"), { logLevel: "silent" }))
    .map((document) => (document as { toJS(): unknown }).toJS() as Definition | null)
    .filter((definition) => definition?.kind === "CustomResourceDefinition") as Definition[];
}

/** `Cluster v1beta1 deprecated, v1beta2 stored`: what the API server says of a kind, whatever the order. */
function said(scope: string, versions: readonly { name: string; stored: boolean; deprecated: boolean }[]): string {
  const words = versions.map((v) => [v.name, v.stored && "stored", v.deprecated && "deprecated"].filter(Boolean));
  return `${scope} ${words
    .map((word) => word.join(" "))
    .sort()
    .join(", ")}`;
}

const definitionSays = ({ spec }: Definition) =>
  said(
    spec.scope,
    spec.versions
      .filter((v) => v.served)
      .map((v) => ({ name: v.name, stored: v.storage, deprecated: v.deprecated ?? false })),
  );

const tableSays = (kind: CustomKind) =>
  said(
    kind.namespaced ? "Namespaced" : "Cluster",
    kind.versions.map((v) => ({ name: v.version, stored: v.stored ?? false, deprecated: v.deprecated ?? false })),
  );

const allKinds = () =>
  CUSTOM_APIS.flatMap((api) => Object.entries(api.kinds).map(([name, kind]) => ({ api, name, kind })));
const owner = (api: CustomApi) =>
  api.owner.by === "add-on"
    ? `add-on ${api.owner.id}`
    : api.owner.by === "cluster-feature"
      ? api.owner.feature
      : "GKE itself";

describe("custom APIs", () => {
  withDefinitions("are those of the definitions: every kind, its scope, its versions and which is deprecated", () => {
    const definitions = readDefinitions();
    expect(definitions.length).toBeGreaterThan(60);
    const differences = definitions.flatMap((definition) => {
      const { group, names } = definition.spec;
      const ours = customKind(group, names.kind);
      const says = ours === undefined ? "nothing" : tableSays(ours.kind);
      return says === definitionSays(definition)
        ? []
        : [`${group} ${names.kind}: table ${says}, definition ${definitionSays(definition)}`];
    });
    expect(differences).toEqual([]);
  });

  withDefinitions("that have no definition to compare with are known by name", () => {
    const defined = new Set(readDefinitions().map(({ spec }) => `${spec.group} ${spec.names.kind}`));
    const undefinedOnes = allKinds()
      .map(({ api, name }) => `${api.group} ${name}`)
      .filter((name) => !defined.has(name));
    expect(undefinedOnes.sort()).toEqual([
      "acme.cert-manager.io Challenge",
      "acme.cert-manager.io Order",
      "autoscaling.gke.io AutoscalingMetric",
      "autoscaling.x-k8s.io ProvisioningRequest",
      "cert-manager.io Certificate",
      "cert-manager.io CertificateRequest",
      "cert-manager.io ClusterIssuer",
      "cert-manager.io Issuer",
      "cloud.google.com BackendConfig",
      "cloud.google.com ComputeClass",
      "networking.gke.io FrontendConfig",
      "networking.gke.io GKENetworkParamSet",
      "networking.gke.io ManagedCertificate",
      "networking.gke.io Network",
      "serving.kserve.io ClusterStorageContainer",
      "serving.kserve.io LLMInferenceService",
      "serving.kserve.io LLMInferenceServiceConfig",
      "snapshot.storage.k8s.io VolumeSnapshot",
      "snapshot.storage.k8s.io VolumeSnapshotClass",
      "snapshot.storage.k8s.io VolumeSnapshotContent",
    ]);
  });

  test("name each kind of a group once, with one stored version and nothing deprecated first", () => {
    const names = allKinds().map(({ api, name }) => `${api.group} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { kind } of allKinds()) {
      expect(kind.versions.filter((version) => version.stored)).toHaveLength(1);
      expect(kind.versions[0]?.deprecated).toBeUndefined();
    }
  });

  test.each([
    ["kueue.x-k8s.io", "ClusterQueue", "add-on kueue", "v1beta2"],
    ["argoproj.io", "Rollout", "add-on argo-rollouts", "v1alpha1"],
    ["argoproj.io", "Application", "add-on argo-cd", "v1alpha1"],
    ["serving.kserve.io", "InferenceService", "add-on kserve", "v1beta1"],
    ["serving.kserve.io", "LLMInferenceService", "add-on kserve-llmisvc", "v1alpha2"],
    ["monitoring.googleapis.com", "PodMonitoring", "managed-prometheus", "v1"],
    ["gateway.networking.k8s.io", "HTTPRoute", "gateway-api", "v1"],
    ["gateway.networking.k8s.io", "ReferenceGrant", "gateway-api", "v1beta1"],
    ["inference.networking.k8s.io", "InferencePool", "gateway-api", "v1"],
    ["networking.gke.io", "GCPBackendPolicy", "gateway-api", "v1"],
    ["networking.gke.io", "Network", "multi-networking", "v1"],
    ["secrets-store.csi.x-k8s.io", "SecretProviderClass", "secret-manager", "v1"],
    ["autoscaling.gke.io", "AutoscalingMetric", "hpa-performance", "v1beta1"],
    ["cloud.google.com", "ComputeClass", "GKE itself", "v1"],
  ])("%s %s comes from %s, to be written as %s", (group, name, from, version) => {
    const found = customKind(group, name);
    expect(found && owner(found.api)).toBe(from);
    expect(found?.kind.versions[0]?.version).toBe(version);
  });

  test("that GKE brings late say from which version", () => {
    const late = allKinds().filter(({ kind }) => kind.minGkeVersion !== undefined);
    expect(Object.fromEntries(late.map(({ name, kind }) => [name, kind.minGkeVersion]))).toEqual({
      InferencePool: "1.34.0-gke.1626000",
      AutoscalingMetric: "1.35.1-gke.1396000",
      ComputeClass: "1.30.3-gke.1451000",
    });
  });

  test("are found by group, however many bring it; names of Object's own are no kinds", () => {
    expect(customApisOf("networking.gke.io").map(owner)).toEqual(["gateway-api", "multi-networking", "GKE itself"]);
    expect(customApisOf("example.com")).toEqual([]);
    expect(customKind("keda.sh", "constructor")).toBeUndefined();
  });
});

describe("renamed APIs", () => {
  test.each([
    ["inference.networking.x-k8s.io/v1alpha2", "InferenceModel", "llm-d.ai/v1alpha2 InferenceObjective"],
    ["inference.networking.x-k8s.io/v1alpha2", "InferenceObjective", "llm-d.ai/v1alpha2 InferenceObjective"],
    ["inference.networking.x-k8s.io/v1alpha2", "InferencePool", "inference.networking.k8s.io/v1 InferencePool"],
    ["kueue.x-k8s.io/v1beta1", "ClusterQueue", "kueue.x-k8s.io/v1beta2"],
    ["gateway.networking.k8s.io/v1alpha2", "HTTPRoute", "gateway.networking.k8s.io/v1"],
    ["gateway.networking.k8s.io/v1alpha2", "ReferenceGrant", "gateway.networking.k8s.io/v1beta1 ReferenceGrant"],
    ["monitoring.coreos.com/v1", "ServiceMonitor", "monitoring.googleapis.com/v1 PodMonitoring"],
    ["monitoring.coreos.com/v1", "PrometheusRule", "monitoring.googleapis.com/v1 Rules"],
    ["serving.kubeflow.org/v1beta1", "InferenceService", "serving.kserve.io/v1beta1"],
    ["argoproj.io/v1", "Rollout", "argoproj.io/v1alpha1"],
  ])("%s %s is %s now", (apiVersion, kind, now) => {
    const renamed = renamedApi(apiVersion, kind);
    expect([renamed?.now.apiVersion, renamed?.now.kind].filter(Boolean).join(" ")).toBe(now);
    expect(renamed?.fix).toMatch(/^write /);
  });

  test("point to a version that the table would write", () => {
    for (const { now, fix } of RENAMED_APIS) {
      const [group = "", version] = now.apiVersion.split("/");
      const kinds = customApisOf(group).flatMap((api) =>
        Object.entries(api.kinds).filter(([name]) => name === (now.kind ?? name)),
      );
      expect(kinds.map(([, kind]) => kind.versions[0]?.version)).toContain(version);
      expect(fix).toContain(now.apiVersion);
    }
  });

  test("leave alone what the table would write", () => {
    for (const { api, name, kind } of allKinds()) {
      expect(renamedApi(`${api.group}/${kind.versions[0]?.version}`, name)).toBeUndefined();
    }
  });

  test("cover every deprecated version", () => {
    for (const { api, name, kind } of allKinds()) {
      for (const { version } of kind.versions.filter((v) => v.deprecated)) {
        expect(renamedApi(`${api.group}/${version}`, name)?.now.apiVersion).toBe(
          `${api.group}/${kind.versions[0]?.version}`,
        );
      }
    }
  });
});
