import { ConfigError, Ref, type Failure } from "../../../lib/core";
import { EncryptionKeys } from "../../../lib/security";
import { VertexModel, type VertexModelProps } from "../../../lib/serving";
import type { PlatformStack } from "../../../stacks";
import { anyStack, stackOf } from "../../stacks/platform";
import { IMAGE, LLM } from "../model-server/fixture";

const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const workflowsKey = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/w");
const dataset = { project: "acme-test", dataset: Ref.existing("predictions") };

const CHURN: any = {
  server: "http",
  name: "churn-risk",
  team: "ranking",
  owner: "ranking-lead",
  version: "3",
  image: IMAGE,
  surface: { on: "vertex", machine: "n2-standard-4" },
};

const ON_L4: any = {
  ...CHURN,
  server: "triton",
  name: "vision",
  source: "gs://acme-models/vision",
  modelNames: ["resnet"],
  surface: { on: "vertex", machine: "g2-standard-12" },
};

function make(stack: PlatformStack, config: any, props: Partial<VertexModelProps> = {}): VertexModel {
  return new VertexModel(stack, "model", { key, workflowsKey, dataset, ...config, ...props });
}

function endpoint(config: any, props: Partial<VertexModelProps> = {}): any {
  return stackOf((stack) => make(stack, config, props)).only("google_vertex_ai_endpoint");
}

function refused(config: any, props: object = {}): readonly Failure[] {
  try {
    make(anyStack(), config, props);
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}

describe("a model on Vertex AI", () => {
  it("has a private endpoint with the platform's key, under a name that stays", () => {
    const found = endpoint(CHURN);
    expect(found.name).toMatch(/^[1-9]\d{9}$/);
    expect(found).toEqual(expect.objectContaining({ name: endpoint(CHURN).name }));
    expect(found).toMatchObject({
      location: "europe-west4",
      private_service_connect_config: { enable_private_service_connect: true, project_allowlist: ["acme-test"] },
      encryption_spec: { kms_key_name: "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k" },
      labels: { owner: "ranking-lead", model: "churn-risk" },
    });
  });

  it("logs its requests to BigQuery, as many as its tier asks for", () => {
    const logged = (config: any) => endpoint(config).predict_request_response_logging_config;
    expect(logged({ ...CHURN, riskTier: "high" })).toEqual({
      enabled: true,
      sampling_rate: 1,
      bigquery_destination: { output_uri: "bq://acme-test.predictions.churn_risk_requests" },
    });
    expect(logged({ ...CHURN, log: { sample: 0.5 } }).sampling_rate).toBe(0.5);
    expect(logged({ ...CHURN, log: { sample: 0 } })).toBeUndefined();
  });

  it("leaves the shares of its versions alone, unless it is stopped", () => {
    const running = endpoint(CHURN);
    expect(running.traffic_split).toBeUndefined();
    expect(running.lifecycle).toEqual({ prevent_destroy: true, ignore_changes: ["traffic_split"] });
    const stopped = endpoint(CHURN, { stopped: true });
    expect(stopped.traffic_split).toBe("{}");
    expect(stopped.lifecycle).toEqual({ prevent_destroy: true });
  });

  it("says under which names its versions are deployed", () => {
    let names;
    stackOf((stack) => (names = make(stack, { ...CHURN, candidate: { version: "4" } }).ref.deployed));
    expect(names).toEqual({ stable: "churn-risk-3", candidate: "churn-risk-4" });
  });

  test.each<[string, any, object, string, string]>([
    ["a pool", { ...CHURN, pool: "system" }, {}, "not-on-vertex", "pool"],
    ["a route", { ...CHURN, route: { path: "/it" } }, {}, "not-on-vertex", "route"],
    ["callers", { ...CHURN, callers: ["ml@acme.example"] }, {}, "callers-not-checked", "callers"],
    ["a log without a place", CHURN, { dataset: undefined }, "missing", "dataset"],
    ["another surface", { ...CHURN, surface: { on: "gke" } }, {}, "other-surface", "surface.on"],
    [
      "weights as a volume",
      { ...CHURN, weights: { from: "image", image: IMAGE } },
      {},
      "not-on-vertex",
      "weights.from",
    ],
    ["no replicas", { ...CHURN, replicas: { min: 0, max: 1 } }, {}, "no-scale-to-zero", "replicas.min"],
    ["an expression of Workflows", { ...CHURN, args: ["${sys.now()}"] }, {}, "expression", "args[0]"],
    [
      "a variable of Vertex AI",
      { ...CHURN, env: { AIP_HTTP_PORT: "1" } },
      {},
      "reserved-variable",
      "env.AIP_HTTP_PORT",
    ],
    ["a server with nothing to serve", { ...ON_L4, source: undefined }, {}, "missing", "source"],
    ["several models behind one path", { ...ON_L4, modelNames: ["a", "b"] }, {}, "one-model", "modelNames"],
  ])("refuses %s", (_title, config, props, code, path) => {
    expect(refused(config, props).map((failure) => [failure.code, failure.path])).toEqual([[code, path]]);
  });
});

describe("the machine of a replica", () => {
  const on = (machine: string, acceleratorType?: string) => ({ on: "vertex", machine, acceleratorType });
  const only = (config: any): Failure => {
    const found = refused(config);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  test.each<[string, any]>([
    ["its own GPUs", { surface: on("g2-standard-12") }],
    ["its own GPUs, named", { surface: on("g2-standard-12", "NVIDIA_L4") }],
    ["attached GPUs", { surface: on("n1-standard-8", "NVIDIA_TESLA_T4"), gpus: 2 }],
    ["no GPU, and is no machine of a node pool", { surface: on("n1-highmem-8"), gpus: 0 }],
  ])("is accepted with %s", (_what, change) => {
    expect(refused({ ...ON_L4, ...change })).toEqual([]);
  });

  test.each<[string, any, string, string, RegExp]>([
    ["that nobody knows", { surface: on("g2-standard-13") }, "unknown-machine", "surface.machine", /is not a machine/],
    ["without a GPU", { surface: on("n2-standard-8") }, "no-gpu", "surface.machine", /a replica asks for 1/],
    ["with a GPU for nothing", { gpus: 0 }, "accelerator-wasted", "surface.machine", /1 × NVIDIA_L4/],
    [
      "with another count",
      { gpus: 4 },
      "gpu-count",
      "gpus",
      /asks for 4 GPUs; .*g2-standard-12, which has 1 × NVIDIA_L4/,
    ],
    [
      "with another GPU",
      { surface: on("g2-standard-12", "NVIDIA_B200") },
      "other-accelerator",
      "surface.acceleratorType",
      /NVIDIA_L4/,
    ],
    [
      "that takes no such GPU",
      { surface: on("n2-standard-8", "NVIDIA_TESLA_T4") },
      "other-accelerator",
      "surface.acceleratorType",
      /n2-standard-8/,
    ],
    [
      "with too little GPU memory",
      { gpuMemoryGb: 40 },
      "gpu-memory",
      "surface.machine",
      /1 × 24 GB = 24 GB.*40 GiB = 42.9 GB/,
    ],
    ["with too few vCPUs", { cpu: 16 }, "cpu", "cpu", /16 vCPUs; .*which has 12/],
    ["with too little memory", { memoryGb: 64 }, "memory", "memoryGb", /64 GiB; .*which has 48/],
    ["of TPUs", { surface: on("ct5lp-hightpu-1t") }, "no-gpu", "surface.machine", /TPUs/],
  ])("is refused %s", (_what, change, code, path, message) => {
    const failure = only({ ...ON_L4, ...change });
    expect([failure.code, failure.path]).toEqual([code, path]);
    expect(failure.message).toMatch(message);
  });

  it("suggests the machine that was meant", () => {
    expect(only({ ...ON_L4, surface: on("g2-standrad-12") }).fix).toBe('did you mean "g2-standard-12"?');
  });

  it("holds a language model, or says by how much it does not", () => {
    const { modelNames: _, ...rest } = ON_L4;
    const assistant = {
      ...rest,
      server: "vllm",
      llm: LLM,
      gpus: 2,
      surface: on("g2-standard-24"),
    };
    expect(refused(assistant)).toEqual([]);
    const failure = only({ ...assistant, gpus: 1, surface: on("g2-standard-12") });
    expect(failure.code).toBe("gpu-memory");
    expect(failure.message).toMatch(
      /weights 8 billion × 2 bytes \(bf16\) = 16 GB; .*NVIDIA_L4 has 24 GB × 0.9 = 21.6 GB/,
    );
    expect(failure.fix).toMatch(/GB too much on each GPU/);
  });
});
