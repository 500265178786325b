import type { ClusterFeature } from "../../lib/core";
import { ClusterApis, type ClusterOffer, type KubernetesObject } from "../../lib/delivery";
import { anyStack } from "../stacks/platform";

const NOTHING: ClusterOffer = { features: [], addOns: [] };

function failures(offer: ClusterOffer, ...objects: KubernetesObject[]) {
  const stack = anyStack();
  ClusterApis.on(stack, offer);
  return ClusterApis.failuresFor(stack, "objects", objects);
}

function object(apiVersion: string, kind: string, namespace: string | undefined = "search"): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "it", ...(namespace ? { namespace } : {}) } };
}

const clusterWide = (apiVersion: string, kind: string) => object(apiVersion, kind, "");

describe("a custom resource is refused", () => {
  test("without the add-on that brings it, which is named", () => {
    const queue = object("kueue.x-k8s.io/v1beta2", "LocalQueue");
    expect(failures(NOTHING, queue)).toMatchObject([
      { code: "api-not-installed", path: "objects[0]", fix: "install add-on kueue" },
    ]);
    expect(failures({ ...NOTHING, addOns: ["kueue"] }, queue)).toEqual([]);
  });

  test.each([
    ["monitoring.googleapis.com/v1", "PodMonitoring", "managed-prometheus"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute", "gateway-api"],
    ["networking.gke.io/v1", "HealthCheckPolicy", "gateway-api"],
    ["secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "secret-manager"],
    ["autoscaling.gke.io/v1beta1", "AutoscalingMetric", "hpa-performance"],
  ] as [string, string, ClusterFeature][])("%s %s where the cluster has %s off", (apiVersion, kind, feature) => {
    expect(failures(NOTHING, object(apiVersion, kind))).toMatchObject([
      { fix: `switch on cluster feature ${feature}` },
    ]);
    expect(failures({ ...NOTHING, features: [feature] }, object(apiVersion, kind))).toEqual([]);
  });

  test("of two kinds of one group, each by its own owner", () => {
    const offer: ClusterOffer = { features: ["gateway-api"], addOns: [] };
    expect(failures(offer, clusterWide("networking.gke.io/v1", "Network"))).toMatchObject([
      { fix: "switch on cluster feature multi-networking" },
    ]);
  });

  test("in a dead version, with what stands in its place", () => {
    const offer: ClusterOffer = { features: ["gateway-api"], addOns: ["kueue", "llm-d-router"] };
    expect(failures(offer, clusterWide("kueue.x-k8s.io/v1beta1", "ClusterQueue"))).toMatchObject([
      { code: "dead-api", allowed: "kueue.x-k8s.io/v1beta2", fix: expect.stringContaining("cohortName") },
    ]);
    expect(failures(offer, object("inference.networking.x-k8s.io/v1alpha2", "InferenceModel"))).toMatchObject([
      { code: "dead-api", allowed: "llm-d.ai/v1alpha2 InferenceObjective" },
    ]);
  });

  test("in a version that never was", () => {
    expect(
      failures({ features: ["gateway-api"], addOns: [] }, object("gateway.networking.k8s.io/v2", "HTTPRoute")),
    ).toMatchObject([{ code: "api-version-not-served", fix: "write gateway.networking.k8s.io/v1" }]);
  });

  test("on a GKE version that does not bring it yet", () => {
    const pool = object("inference.networking.k8s.io/v1", "InferencePool");
    const on = (gkeVersion: string) => failures({ features: ["gateway-api"], addOns: [], gkeVersion }, pool);
    expect(on("1.33")).toMatchObject([{ code: "gke-too-old", got: "1.33" }]);
    expect(on("1.34.0-gke.1000000")).toMatchObject([{ allowed: "1.34.0-gke.1626000 or later" }]);
    expect(on("1.34")).toEqual([]);
    expect(on("1.35.2-gke.1485000")).toEqual([]);
  });

  test("in a namespace where its kind has none, and without one where it needs one", () => {
    const offer: ClusterOffer = { features: [], addOns: ["kueue"] };
    expect(failures(offer, object("kueue.x-k8s.io/v1beta2", "ClusterQueue"))).toMatchObject([{ code: "wrong-scope" }]);
    expect(failures(offer, clusterWide("kueue.x-k8s.io/v1beta2", "LocalQueue"))).toMatchObject([
      { code: "wrong-scope", path: "objects[0].metadata.namespace", fix: "name the namespace" },
    ]);
  });

  test("of a kind that nothing is known to bring, with the nearest of its group", () => {
    expect(
      failures({ features: [], addOns: ["kueue"] }, object("kueue.x-k8s.io/v1beta2", "LocalQueues")),
    ).toMatchObject([{ code: "unknown-api", fix: expect.stringContaining("LocalQueue") }]);
    expect(failures(NOTHING, object("acme.example/v1", "Model"))).toMatchObject([{ code: "unknown-api" }]);
  });
});

describe("nothing is said of", () => {
  test("kinds of Kubernetes itself", () => {
    const objects = [
      object("v1", "Service"),
      object("apps/v1", "Deployment"),
      object("policy/v1", "PodDisruptionBudget"),
    ];
    expect(failures(NOTHING, ...objects, clusterWide("rbac.authorization.k8s.io/v1", "ClusterRole"))).toEqual([]);
  });

  test("groups that an add-on of others names, or that come with the objects", () => {
    const model = object("acme.example/v1", "Model");
    expect(failures({ ...NOTHING, groups: ["acme.example"] }, model)).toEqual([]);
    const definition = {
      ...clusterWide("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
      spec: { group: "acme.example" },
    };
    expect(failures(NOTHING, definition, model)).toEqual([]);
  });

  test("a cluster of which nothing was said", () => {
    expect(ClusterApis.failuresFor(anyStack(), "objects", [object("acme.example/v1", "Model")])).toEqual([]);
  });
});
