import { AttachedCluster } from "../../../lib/cluster";
import { ConfigError } from "../../../lib/core";
import { Principals } from "../../../lib/iam";
import {
  ModelServer,
  edgeNodes,
  modelSchema,
  type EdgeNodesConfig,
  type ModelConfig,
  type SurfaceConfig,
} from "../../../lib/serving";
import { refusals } from "../../delivery/platform";
import { anyStack } from "../../stacks/platform";
import { ASSISTANT, CHURN, IMAGE, TEAM, VISION, refused, served, type Setting } from "../model-server/fixture";

const NODES: EdgeNodesConfig = {
  count: 3,
  cpu: 15,
  memoryGb: 60,
  diskGb: 200,
  gpu: { type: "nvidia-l4", memoryGb: 24, count: 1 },
};

const EDGE = {
  on: "edge",
  membership: "plant-7",
  version: "1.35",
  nodes: NODES,
  cacheGb: 40,
} as const satisfies SurfaceConfig;

const CLUSTER = AttachedCluster.fromMembership({
  name: "plant-7",
  project: "acme-test",
  projectNumber: "123456789012",
  version: "1.35",
});

const { pool: _vision, source: _source, ...withoutPool } = VISION;

/** Weights in an image, a fixed number of replicas: what runs anywhere. */
const INSPECTION: ModelConfig = {
  ...withoutPool,
  name: "inspection",
  weights: { from: "image", image: IMAGE },
  replicas: { min: 2, max: 2 },
  surface: EDGE,
};

const SETTING: Setting = { cluster: CLUSTER, addOns: [] };

/** Failures of a model on its own nodes. */
function edgeRefusals(change: object, cluster = CLUSTER) {
  const config = { ...INSPECTION, ...change };
  const values = modelSchema.parse(config);
  if (values.surface.on !== "edge") throw new Error("no edge model");
  const pools = [edgeNodes(values.surface, values)];
  return refusals(() => new ModelServer(anyStack(), "it", { ...config, cluster, teamRef: TEAM, pools }));
}

const codes = (change: object) => edgeRefusals(change).map(({ code, path }) => `${code} ${path}`);

describe("an attached cluster", () => {
  it("is reached and trusted by its fleet membership", () => {
    expect(CLUSTER.fleetMembership.value).toBe("projects/123456789012/locations/global/memberships/plant-7");
    expect(Principals.workload(CLUSTER, { namespace: "support", serviceAccount: "inspection" }).member.value).toBe(
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/" +
        "acme-test.svc.id.goog/subject/ns/support/sa/inspection",
    );
  });

  it("has no features but those that are asked for", () => {
    expect(CLUSTER.features).toEqual([]);
    const { name, location, project, version } = { ...CLUSTER };
    const watched = AttachedCluster.fromMembership({
      name: name.value,
      location,
      project,
      projectNumber: "1",
      version,
      features: ["managed-prometheus"],
    });
    expect(watched.features).toEqual(["managed-prometheus"]);
  });

  it("has no disks in Google Cloud that a key could encrypt", () => {
    expect(() => CLUSTER.nodeDiskKey).toThrow(ConfigError);
    expect(refusals(() => CLUSTER.nodeDiskKey)).toEqual([expect.objectContaining({ code: "no-node-disks" })]);
  });
});

describe("a model on the edge", () => {
  const model = served(INSPECTION, { ...SETTING, pools: [] });

  it("has objects of Kubernetes alone: nothing that only GKE or an operator brings", () => {
    const groups = model.objects.map(({ apiVersion }) => apiVersion);
    expect([...new Set(groups)].sort()).toEqual(["apps/v1", "networking.k8s.io/v1", "policy/v1", "v1"]);
    expect(model.kinds()).toContain("Deployment inspection");
  });

  it("mounts weights from an image that nodes keep, and asks for none of Google's drivers", () => {
    expect(model.pod().volumes).toContainEqual({
      name: "weights",
      image: { reference: IMAGE, pullPolicy: "IfNotPresent" },
    });
    expect(JSON.stringify(model.pod())).not.toMatch(/csi|gke/);
  });

  it("is known to Google Cloud by a token of its own, without a key and without a metadata server", () => {
    const sources = model.pod().volumes.find(({ name }: { name: string }) => name === "google-identity")
      .projected.sources;
    expect(sources).toEqual([
      { serviceAccountToken: { path: "token", audience: "acme-test.svc.id.goog", expirationSeconds: 43_200 } },
      {
        configMap: {
          name: "inspection-google-identity",
          items: [{ key: "credentials.json", path: "credentials.json" }],
        },
      },
    ]);
    const mount = { name: "google-identity", mountPath: "/var/run/secrets/google", readOnly: true };
    const variable = { name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/var/run/secrets/google/credentials.json" };
    expect(model.container().volumeMounts).toContainEqual(mount);
    expect(model.container().env).toContainEqual(variable);
    const file = JSON.parse(model.object("ConfigMap", "inspection-google-identity").data["credentials.json"]);
    expect(file).toEqual({
      type: "external_account",
      audience:
        "identitynamespace:acme-test.svc.id.goog:https://gkehub.googleapis.com/projects/acme-test/locations/global/memberships/plant-7",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      credential_source: { file: "/var/run/secrets/google/token" },
    });
    const [logger] = served({ ...INSPECTION, log: { image: IMAGE } }, SETTING).pod().initContainers;
    expect(logger.volumeMounts).toContainEqual(mount);
    expect(logger.env).toContainEqual(variable);
    expect(served(VISION).kinds()).not.toContain("ConfigMap vision-google-identity");
  });

  it("is watched where managed Prometheus is installed", () => {
    expect(model.kinds()).not.toContain("PodMonitoring inspection");
    const watched = AttachedCluster.fromMembership({
      name: "plant-7",
      project: "acme-test",
      projectNumber: "123456789012",
      version: "1.35",
      features: ["managed-prometheus"],
    });
    expect(served(INSPECTION, { ...SETTING, cluster: watched }).kinds()).toContain("PodMonitoring inspection");
  });

  it("has as many replicas as it says", () => {
    expect(model.object("Deployment").spec.replicas).toBe(2);
    expect(served(INSPECTION, { ...SETTING, stopped: true }).object("Deployment").spec.replicas).toBe(0);
  });
});

describe("nodes of an edge cluster", () => {
  it("hold what fits into one of them", () => {
    expect(codes({})).toEqual([]);
    expect(edgeRefusals({ memoryGb: 80 })).toEqual([
      expect.objectContaining({ code: "no-pool-fits", message: expect.stringContaining("58.5 GiB") }),
    ]);
    expect(edgeRefusals({ gpus: 2 })).toEqual([
      expect.objectContaining({ message: expect.stringContaining("1 × nvidia-l4 (24 GB)") }),
    ]);
    expect(edgeRefusals({ replicas: { min: 4, max: 4 } })).toEqual([
      expect.objectContaining({ message: expect.stringContaining("1 a node × 3 nodes = 3") }),
    ]);
  });

  it("let models without GPUs run beside those with", () => {
    const config = { ...CHURN, replicas: { min: 1, max: 1 }, surface: EDGE };
    const values = modelSchema.parse(config);
    expect(edgeNodes(EDGE_VALUES, values).gpuShares).toBeUndefined();
    expect(
      refusals(
        () =>
          new ModelServer(anyStack(), "it", {
            ...config,
            cluster: CLUSTER,
            teamRef: TEAM,
            pools: [edgeNodes(EDGE_VALUES, values)],
          }),
      ),
    ).toEqual([]);
  });

  it("are told apart by the label of their owner, and by NVIDIA's taint", () => {
    const values = modelSchema.parse(INSPECTION);
    const stack = served({ ...INSPECTION, surface: { ...EDGE, nodeGroup: "line-1" } }, SETTING);
    expect(stack.pod().nodeSelector).toEqual({ "ai-platform/edge-group": "line-1" });
    expect(edgeNodes(EDGE_VALUES, values).taints).toEqual([
      { key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" },
    ]);
  });
});

const EDGE_VALUES = { ...EDGE, location: "global", managedPrometheus: false };

describe("what an edge cluster does not have is refused", () => {
  test.each([
    ["weights by Cloud Storage FUSE", { weights: undefined, source: "gs://acme/it" }, "no-edge-cache source"],
    ["secrets as files", { secrets: [{ secret: "hub", version: "1", file: "hub" }] }, "edge-secrets secrets"],
    ["the environment's gateway", { route: { path: "/it" } }, "edge-route route"],
    ["steps of a rollout", { rollout: { steps: [5, 50] } }, "edge-rollout rollout"],
    ["load that scales", { replicas: { min: 1, max: 2 } }, "edge-scaling replicas"],
    ["a first request that starts a replica", { replicas: { min: 0, max: 1 } }, "edge-scaling replicas"],
    ["room for the weights", { surface: { ...EDGE, cacheGb: 1 } }, "edge-cache surface.cacheGb"],
  ])("%s", (_what, change, code) => {
    expect(codes(change)).toEqual([code]);
  });

  it("a ladder of capacity", () => {
    expect(codes({ capacity: [{ machine: "g2-standard-12", model: "on-demand" }] })).toContain(
      "edge-capacity capacity",
    );
  });

  it("adapters from Cloud Storage", () => {
    const { pool: _pool, source: _from, ...llm } = ASSISTANT;
    const adapters = [{ name: "polite", source: "gs://acme/polite", rank: 8 }];
    const config = {
      ...llm,
      weights: { from: "image", image: IMAGE },
      replicas: { min: 1, max: 1 },
      surface: EDGE,
    } as const;
    const path = (more: object) => refused({ ...config, ...more }, SETTING).map(({ code }) => code);
    expect(path({})).not.toContain("edge-adapters");
    expect(path({ adapters })).toContain("edge-adapters");
  });

  it("says what to do instead", () => {
    expect(edgeRefusals({ weights: undefined, source: "gs://acme/it" })[0]).toMatchObject({
      fix: expect.stringContaining("weights: { from: image }"),
    });
    const old = AttachedCluster.fromMembership({
      name: "plant-7",
      project: "acme-test",
      projectNumber: "1",
      version: "1.34.2",
    });
    expect(edgeRefusals({}, old)).toEqual([expect.objectContaining({ code: "too-old", path: "weights.from" })]);
  });
});
