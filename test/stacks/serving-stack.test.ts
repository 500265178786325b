import { ConfigError, type Failure } from "../../lib/core";
import { AiPlatform } from "../../stacks/ai-platform";
import { App } from "cdktf";
import { fitInto } from "../../lib/serving/capacity/fit";
import { example, synthesizeExample } from "./examples";

type Change = (config: any) => void;

function refusals(change: Change): readonly Failure[] {
  const config = structuredClone(example("prod"));
  change(config);
  try {
    void new AiPlatform(new App(), config);
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}

const model = (config: any, name: string) => config.models.find((one: any) => one.name === name);

describe("an environment that serves models is refused", () => {
  test.each<[string, Change, string, string, RegExp]>([
    [
      "for an unknown server",
      (c) => (model(c, "vision").server = "tritan"),
      "models[1].server",
      "not-allowed",
      /triton/,
    ],
    [
      "for an unknown surface",
      (c) => (model(c, "vision").surface = { on: "lambda" }),
      "models[1].surface.on",
      "not-allowed",
      /./,
    ],
    ["for a model that is none", (c) => (c.models[1] = "vision"), "models[1]", "wrong-type", /./],
    [
      "for a model that does not fit its GPUs, with the arithmetic",
      (c) => (model(c, "assistant").llm.concurrency = 200),
      "models[0]",
      "gpu-memory",
      /GB|GiB/,
    ],
    [
      "for a canary that skips the small step",
      (c) => (model(c, "vision").rollout.steps = [50]),
      "models[1].rollout.steps[0]",
      "first-step-too-large",
      /50 %/,
    ],
    [
      "for two models on one path",
      (c) => (model(c, "vision").route.path = "/assistant"),
      "models[1].route.path",
      "route-conflict",
      /assistant/,
    ],
    ["for a model without an owner", (c) => delete model(c, "vision").owner, "models[1].owner", "missing", /./],
    [
      "for an image without a digest",
      (c) => (model(c, "vision").image = "nvcr.io/nvidia/tritonserver:25.01"),
      "models[1].image",
      "wrong-format",
      /./,
    ],
    ["for a team that is none", (c) => (model(c, "vision").team = "operation"), "models[1].team", "unknown-team", /./],
    ["for a stop of no model", (c) => (c.serving.stopped = ["visoin"]), "serving.stopped[0]", "unknown-model", /./],
    [
      "for queues that never let in what models ask for at least",
      (c) => (c.queues.serving = { "serve-l4": 48, "serve-a100": 4 }),
      "queues.serving.serve-a100",
      "queue-too-small",
      /less GPUs than .* assistant 4 × 2 = 8.*raise queues.serving.serve-a100/,
    ],
    [
      "for a model on a pool that the queues give to jobs alone",
      (c) => (c.queues.serving = { "serve-a100": 16 }),
      "queues.serving.serve-l4",
      "queue-too-small",
      /vision 2 × 1 = 2/,
    ],
    ["for routes that nobody may stop", (c) => delete c.serving, "serving", "missing", /decide/],
  ])("%s", (_title, change, path, code, words) => {
    const found = refusals(change);
    const wanted = found.find((failure) => failure.path.startsWith(path) && failure.code === code);
    expect(wanted ?? found.map((f) => `${f.path} ${f.code}`)).toMatchObject({ code });
    expect(`${wanted!.message} ${wanted!.fix}`).toMatch(words);
    expect(wanted!.fix).not.toBe("");
  });

  test("for all of its models at once, where they stand, also where nothing could be read of one before them", () => {
    const found = refusals((config) => {
      config.models[0].server = "vlm";
      config.models[1].rollout.steps = [50];
      config.models[2].pool = "serve-l5";
      config.serving.stopped = ["assistant"];
    });
    expect(found.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
      "models[0].server not-allowed",
      "models[1].rollout.steps[0] first-step-too-large",
      "models[2].pool unknown-pool",
    ]);
  });

  test("for all of one model at once: malformed fields, and what is wrong between the others", () => {
    const found = refusals((config) =>
      Object.assign(model(config, "vision"), {
        gpuMemoryGb: "five",
        args: ["--http-port=9"],
        replicas: { min: 9, max: 8 },
        rollout: { steps: [25, 5] },
      }),
    );
    expect(found.map(({ path }) => path)).toEqual([
      "models[1].gpuMemoryGb",
      "models[1].replicas.min",
      "models[1].args[0]",
      "models[1].rollout.steps[0]",
      "models[1].rollout.steps[1]",
    ]);
    expect(found.map(({ fix }) => fix)).toEqual(
      expect.arrayContaining(["leave it out: it is 8000", "start with a small step: [5, 25]"]),
    );
  });

  test("once for a mistake of the gateway, not once more for each of its models", () => {
    const found = refusals((config) => (config.gateway.exposure = "everywhere"));
    expect(found.map(({ path }) => path)).toEqual(["gateway.exposure"]);
  });
});

describe("surfaces", () => {
  const out = synthesizeExample("staging");

  test("a model is where its surface says, and nowhere else", () => {
    const serving = out.stack("staging-serving");
    serving.only("google_cloud_run_v2_service");
    serving.only("google_vertex_ai_endpoint");
    const releases = (stack: string) =>
      out
        .stack(stack)
        .resources("helm_release")
        .map(({ config }) => config["name"]);
    expect(releases("staging-serving")).not.toContain("pump-condition");
    expect(releases("staging-edge-plant-1")).toContain("pump-condition");
  });

  test("keys and services are there for the surfaces that are used, and for no others", () => {
    const keys = (name: string) =>
      synthesizeExample(name)
        .stack(`${name}-foundation`)
        .resources("google_kms_crypto_key")
        .map(({ config }) => config["name"]);
    expect(keys("staging")).toEqual(expect.arrayContaining(["cloud-run", "vertex", "workflows", "predictions"]));
    expect(keys("prod")).not.toEqual(expect.arrayContaining(["cloud-run"]));
    expect(keys("dev")).not.toEqual(expect.arrayContaining(["predictions"]));
  });
});

describe("the production example", () => {
  test("has room on every node for as many replicas as the GPUs of the node are for", () => {
    const { serving } = new AiPlatform(new App(), example("prod"));
    const servers = [...serving!.models.values()].flatMap(({ server }) => server ?? []);
    const fits = servers.flatMap(({ ref: { name, config, placement } }) =>
      config.gpus === 0
        ? []
        : placement.pools.map((pool) => ({
            name,
            held: fitInto(config, pool).replicasPerNode,
            meant: pool.gpuShares!.perNode / config.gpus,
          })),
    );
    expect(fits.map(({ name }) => name)).toEqual(["assistant", "vision"]);
    for (const { held, meant } of fits) expect(held).toBe(meant);
  });

  test("reaches Google's APIs at the addresses of its perimeter, and at no others", () => {
    const out = synthesizeExample("prod");
    const [{ status }] = out
      .stack("prod-foundation")
      .resources("google_access_context_manager_service_perimeter")
      .map(({ config }) => config as any);
    expect(status.vpc_accessible_services.enable_restriction).toBe(true);
    for (const name of ["prod-network", "prod-addons", "prod-serving"]) {
      const text = JSON.stringify(out.stack(name).json);
      expect(text).toContain("199.36.153.4");
      expect(text).not.toContain("199.36.153.8");
    }
  });
});
