import { ConfigError, type Failure } from "../../../lib/core";
import { CloudRunModel, PredictionLog, type CloudRunModelProps } from "../../../lib/serving";
import { EncryptionKeys } from "../../../lib/security";
import { Ref } from "../../../lib/core";
import type { PlatformStack } from "../../../stacks";
import { anyStack, stackOf } from "../../stacks/platform";
import { DIGEST, IMAGE, LLM } from "../model-server/fixture";

const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const subnet = {
  id: Ref.existing("projects/acme-test/regions/europe-west4/subnetworks/nodes"),
  name: Ref.existing("nodes"),
};
const LOGGER = `europe-docker.pkg.dev/acme/images/prediction-logger@${DIGEST}`;

const CHURN: any = {
  server: "http",
  name: "churn",
  team: "ranking",
  owner: "ranking-lead",
  version: "3.1",
  image: IMAGE,
  surface: { on: "cloud-run" },
  callers: ["ml-users@acme.example", "caller@acme-test.iam.gserviceaccount.com"],
};
const ASSISTANT: any = {
  ...CHURN,
  server: "vllm",
  name: "assistant",
  gpus: 1,
  llm: { ...LLM, parametersBillions: 4, layers: 16, concurrency: 4 },
  weights: { from: "node-disk", path: "/weights" },
  surface: { on: "cloud-run", gpu: "nvidia-l4" },
};

function make(stack: PlatformStack, config: any, props: Partial<CloudRunModelProps> = {}): CloudRunModel {
  return new CloudRunModel(stack, "model", { subnet, key, ...config, ...props });
}

function service(config: any, props: Partial<CloudRunModelProps> = {}): any {
  return stackOf((stack) => make(stack, config, props)).only("google_cloud_run_v2_service");
}

function refused(config: any): readonly Failure[] {
  try {
    make(anyStack(), config);
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}

describe("a model on Cloud Run", () => {
  it("is reached from inside of the network alone, with the platform's key, and stays", () => {
    expect(service(CHURN)).toMatchObject({
      name: "test-churn",
      location: "europe-west4",
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      invoker_iam_disabled: false,
      deletion_protection: true,
      binary_authorization: { use_default: true },
      scaling: { scaling_mode: "AUTOMATIC" },
      template: {
        encryption_key: "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k",
        vpc_access: {
          egress: "ALL_TRAFFIC",
          network_interfaces: [{ subnetwork: "projects/acme-test/regions/europe-west4/subnetworks/nodes" }],
        },
      },
    });
    expect(service({ ...CHURN, surface: { on: "cloud-run", ingress: "load-balancer" } }).ingress).toBe(
      "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    );
  });

  it("asks for what its server is asked for in the cluster, and never sets PORT", () => {
    const { template } = service({ ...CHURN, env: { PORT: "9", VERBOSE: "1" }, replicas: { min: 0, max: 7 } });
    const [container] = template.containers;
    expect(container).toMatchObject({
      image: IMAGE,
      ports: { name: "http1", container_port: 8080 },
      startup_probe: { http_get: { path: "/healthz", port: 8080 } },
      liveness_probe: { http_get: { path: "/healthz", port: 8080 } },
      resources: { limits: { cpu: "1", memory: "2Gi" } },
    });
    expect(template.scaling).toEqual({ min_instance_count: 0, max_instance_count: 7 });
    const names = container.env.map(({ name }: { name: string }) => name);
    expect(names).toContain("VERBOSE");
    expect(names).not.toContain("PORT");
  });

  it("gives an LLM a GPU, in one zone unless asked", () => {
    const { template } = service(ASSISTANT);
    expect(template.node_selector).toEqual({ accelerator: "nvidia-l4" });
    expect(template.gpu_zonal_redundancy_disabled).toBe(true);
    expect(template.max_instance_request_concurrency).toBe(4);
    expect(template.containers[0].resources.limits).toEqual({ cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" });
    expect(template.containers[0].args[0]).toBe("/weights");
  });

  it("waits for a slow start as long as Cloud Run lets it", () => {
    const probe = service(ASSISTANT).template.containers[0].startup_probe;
    expect(probe.initial_delay_seconds).toBeGreaterThan(0);
    expect(probe.period_seconds * probe.failure_threshold).toBeLessThanOrEqual(240);
  });

  it("lets exactly its callers in", () => {
    const bindings = stackOf((stack) => make(stack, CHURN)).resources("google_cloud_run_v2_service_iam_member");
    expect(bindings.map(({ config }) => [config["role"], config["member"]])).toEqual([
      ["roles/run.invoker", "group:ml-users@acme.example"],
      ["roles/run.invoker", "serviceAccount:caller@acme-test.iam.gserviceaccount.com"],
    ]);
  });

  it("stopped, has no instances, and nobody may call it", () => {
    const stack = stackOf((s) => make(s, CHURN, { stopped: true }));
    stack.absent("google_cloud_run_v2_service_iam_member");
    expect((stack.only("google_cloud_run_v2_service") as any).scaling).toEqual({
      scaling_mode: "MANUAL",
      manual_instance_count: 0,
    });
  });

  it("runs as itself, and reads its bucket and its secret alone", () => {
    const stack = stackOf((s) =>
      make(s, {
        ...CHURN,
        source: "gs://acme-churn/models/3",
        surface: { on: "cloud-run", wholeBucket: true },
        secrets: [{ secret: "hub", version: "2", file: "token" }],
      }),
    );
    const { template } = stack.only("google_cloud_run_v2_service") as any;
    expect(template.service_account).toMatch(/^\$\{google_service_account\..*\.email\}$/);
    expect(template.volumes).toEqual([
      { name: "weights", gcs: { bucket: "acme-churn", read_only: true } },
      {
        name: "secrets",
        secret: { secret: "projects/acme-test/secrets/hub", items: [{ version: "2", path: "token", mode: 0o444 }] },
      },
    ]);
    expect(template.containers[0].volume_mounts).toEqual([
      { name: "weights", mount_path: "/models" },
      { name: "secrets", mount_path: "/var/run/secrets/model" },
    ]);
    expect(template.containers[0].env).toContainEqual({ name: "MODEL_PATH", value: "/models/models/3" });
    expect(stack.only("google_storage_bucket_iam_member")).toMatchObject({
      bucket: "acme-churn",
      role: "roles/storage.objectViewer",
    });
    expect(stack.only("google_secret_manager_secret_iam_member")).toMatchObject({
      role: "roles/secretmanager.secretAccessor",
    });
  });

  it("says whose it is, in characters that Google takes", () => {
    expect(service({ ...CHURN, owner: "Ranking.Lead" }).labels).toMatchObject({
      owner: "ranking-lead",
      model: "churn",
      "model-version": "3-1",
    });
  });
});

describe("versions", () => {
  const candidate = { version: "4", image: IMAGE.replace(DIGEST, `sha256:${"b".repeat(64)}`) };

  it("one: all requests to the revision that holds what is configured", () => {
    const { traffic, template } = service(CHURN);
    expect(traffic).toEqual([
      {
        type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        revision: template.revision,
        percent: 100,
        tag: "stable",
      },
    ]);
    expect(template.revision).toMatch(/^test-churn-[0-9a-f]{8}$/);
    expect(service({ ...CHURN, env: { A: "1" } }).template.revision).not.toBe(template.revision);
  });

  it("two: the candidate starts with nothing, and what a rollout shifts is left alone", () => {
    const alone = service(CHURN);
    const both = service({ ...CHURN, candidate });
    expect(both.traffic.map(({ revision, percent, tag }: any) => [revision, percent, tag])).toEqual([
      [alone.template.revision, 100, "stable"],
      [both.template.revision, 0, "candidate"],
    ]);
    expect(both.template.containers[0].image).toBe(candidate.image);
    expect(both.lifecycle.ignore_changes).toEqual(["traffic[0].percent", "traffic[1].percent"]);
    expect(alone.lifecycle).toBeUndefined();
  });

  it("a candidate that takes over keeps its revision", () => {
    const tested = service({ ...CHURN, candidate }).template.revision;
    expect(service({ ...CHURN, ...candidate }).template.revision).toBe(tested);
  });
});

describe("answers are logged", () => {
  const withLog = (config: any) =>
    stackOf((stack) => make(stack, config, { predictions: new PredictionLog(stack, "log", { key }) }));

  it("by an HTTP server itself", () => {
    const stack = withLog(CHURN);
    const [server] = (stack.only("google_cloud_run_v2_service") as any).template.containers;
    expect(server.env.map(({ name }: any) => name)).toContain("PREDICTION_LOG_TOPIC");
    expect(stack.only("google_pubsub_topic_iam_member")).toMatchObject({ role: "roles/pubsub.publisher" });
  });

  it("by a logger before vLLM", () => {
    const stack = withLog({ ...ASSISTANT, log: { image: LOGGER } });
    const [logger, server] = (stack.only("google_cloud_run_v2_service") as any).template.containers;
    expect(logger).toMatchObject({
      image: LOGGER,
      ports: { container_port: 8081 },
      depends_on: ["server"],
    });
    expect(logger.env).toContainEqual({ name: "UPSTREAM_URL", value: "http://127.0.0.1:8000" });
    expect(server.ports).toBeUndefined();
  });
});

describe("refused on Cloud Run", () => {
  test.each<[string, any, string, string]>([
    ["a pool", { ...CHURN, pool: "system" }, "not-on-cloud-run", "pool"],
    ["a route of the cluster's gateway", { ...CHURN, route: { path: "/it" } }, "not-on-cloud-run", "route"],
    ["namespaces", { ...CHURN, callerNamespaces: ["a"] }, "not-on-cloud-run", "callerNamespaces"],
    ["two GPUs", { ...ASSISTANT, gpus: 2 }, "too-many-gpus", "gpus"],
    ["a GPU that is not named", { ...ASSISTANT, surface: { on: "cloud-run" } }, "missing", "surface.gpu"],
    [
      "a GPU for nothing",
      { ...CHURN, surface: { on: "cloud-run", gpu: "nvidia-l4" }, cpu: 4, memoryGb: 16 },
      "accelerator-wasted",
      "surface.gpu",
    ],
    ["a folder of a bucket", { ...CHURN, source: "gs://acme-models/churn/3" }, "whole-bucket", "source"],
    [
      "an image as a volume",
      { ...CHURN, weights: { from: "image", image: IMAGE } },
      "not-on-cloud-run",
      "weights.from",
    ],
    ["vCPUs that there are not", { ...CHURN, cpu: 3 }, "instance-cpu", "cpu"],
    ["more memory than its vCPUs have", { ...CHURN, cpu: 2, memoryGb: 12 }, "instance-memory", "memoryGb"],
    ["less memory than its GPU asks for", { ...ASSISTANT, cpu: 4, memoryGb: 8 }, "instance-memory", "memoryGb"],
    ["a start of many minutes", { ...CHURN, weightsGb: 600 }, "start-too-slow", "surface"],
    ["another surface", { ...CHURN, surface: { on: "gke" } }, "other-surface", "surface.on"],
    [
      "several secrets",
      {
        ...CHURN,
        secrets: [
          { secret: "a", version: "1", file: "a" },
          { secret: "b", version: "1", file: "b" },
        ],
      },
      "one-secret",
      "secrets",
    ],
    [
      "a candidate with replicas of its own, which would be another revision than the model's",
      { ...CHURN, candidate: { version: "4", replicas: { max: 1 } } },
      "not-its-own",
      "candidate.replicas",
    ],
    ["a secret in clear", { ...CHURN, env: { API_TOKEN: "abc" } }, "secret-in-env", "env.API_TOKEN"],
  ])("%s", (_title, config, code, path) => {
    expect(refused(config).map((failure) => [failure.code, failure.path])).toEqual([[code, path]]);
  });

  it("a model that does not fit into the GPU, with the arithmetic", () => {
    const [failure] = refused({ ...ASSISTANT, llm: { ...LLM, parametersBillions: 14 } });
    expect(failure!.code).toBe("gpu-memory");
    expect(failure!.message).toContain("weights 14 billion × 2 bytes (bf16) = 28 GB");
    expect(failure!.message).toContain("nvidia-l4 has 24 GB × 0.9 = 21.6 GB");
  });
});
