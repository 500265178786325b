import { poolDemandFailures, type ModelConfig } from "../../../lib/serving";
import { queueDemandFailures } from "../../../lib/serving/capacity/queue-demand";
import { workloadsOf } from "../../../lib/serving/stop/stopped-workloads";
import { ASSISTANT, GATEWAY, VISION, poolsOf, refused, served } from "./fixture";

type Bounds = { readonly min?: number; readonly max: number };

function tested(own?: Bounds, replicas: Bounds = { min: 2, max: 4 }): ModelConfig {
  const candidate = { version: "4", ...(own ? { replicas: own } : {}) };
  return { ...ASSISTANT, route: { path: "/assistant" }, rollout: { steps: [5, 50] }, replicas, candidate };
}

const make = (config: ModelConfig) => served(config, { gateway: GATEWAY });

describe("the number of a candidate's replicas", () => {
  const boundsIn = (config: ModelConfig, name: string) => {
    const { minReplicaCount, maxReplicaCount } = make(config).object("ScaledObject", name).spec;
    return [minReplicaCount, maxReplicaCount];
  };

  it("is the model's where it says nothing", () => {
    expect(boundsIn(tested(), "assistant-candidate")).toEqual([2, 4]);
  });

  it("is its own where it does, and the model keeps its", () => {
    expect(boundsIn(tested({ max: 3 }), "assistant-candidate")).toEqual([1, 3]);
    expect(boundsIn(tested({ max: 3 }), "assistant")).toEqual([2, 4]);
  });

  it("may be fixed where the model's is not, and the other way round", () => {
    const fixed = make(tested({ min: 3, max: 3 }));
    expect(fixed.object("Deployment", "assistant-candidate").spec.replicas).toBe(3);
    expect(fixed.object("Deployment", "assistant").spec).not.toHaveProperty("replicas");
    expect(fixed.kinds()).not.toContain("ScaledObject assistant-candidate");
    const scaled = make(tested({ min: 1, max: 2 }, { min: 2, max: 2 }));
    expect(scaled.object("Deployment", "assistant").spec.replicas).toBe(2);
    expect(scaled.object("Deployment", "assistant-candidate").spec).not.toHaveProperty("replicas");
    expect(scaled.kinds()).toContain("ScaledObject assistant-candidate");
  });

  it("that is to be scaled asks for somebody who does", () => {
    const failures = refused(tested({ min: 1, max: 2 }, { min: 2, max: 2 }), { gateway: GATEWAY, addOns: [] });
    expect(failures).toEqual([
      expect.objectContaining({
        code: "nobody-scales",
        path: "candidate.replicas",
        message: expect.stringContaining("has bounds (1 to 2)"),
      }),
    ]);
  });
});

describe("room for a candidate", () => {
  // Two GPUs each: eight replicas are all that serve-a100 holds.
  it("is asked for as much as it may need at most, beside the model", () => {
    expect(refused(tested({ max: 3 }, { min: 2, max: 5 }), { gateway: GATEWAY })).toEqual([]);
    const [failure, ...others] = refused(tested({ max: 4 }, { min: 2, max: 5 }), { gateway: GATEWAY });
    expect(others).toEqual([]);
    expect(failure).toMatchObject({
      code: "too-many-replicas",
      message: "may have 5 replicas and 4 of the candidate: 9; pool serve-a100 holds 2 a node × 4 nodes = 8",
      fix: "lower replicas.max and candidate.replicas.max to 8 together, or raise maxNodes of the pool to 5",
    });
  });

  it("beyond that lets an update of either start replicas before it ends others", () => {
    // Sixteen nodes of one GPU.
    const small = { pool: "serve-l4", gpus: 1, llm: { ...ASSISTANT.llm, concurrency: 1 } } as const;
    const surges = (own: Bounds) => {
      const model = make({ ...tested(own, { min: 1, max: 8 }), ...small });
      const surgeOf = (name: string) => model.object("Deployment", name).spec.strategy.rollingUpdate.maxSurge;
      return [surgeOf("assistant"), surgeOf("assistant-candidate")];
    };
    expect(surges({ max: 8 })).toEqual([0, 0]);
    expect(surges({ max: 5 })).toEqual([3, 3]);
    expect(surges({ max: 2 })).toEqual([6, 2]);
  });

  it("counts with its own fewest where models share a pool or a queue", () => {
    const pools = poolsOf();
    const other = served({ ...ASSISTANT, name: "other", replicas: { min: 5, max: 8 } }).ref;
    const asked = (config: ModelConfig) => poolDemandFailures([make(config).ref, other], pools);
    expect(asked(tested({ min: 1, max: 4 }))).toEqual([]);
    expect(asked(tested()).find(({ code }) => code === "pool-gpus")).toMatchObject({
      message: expect.stringContaining("assistant 4 × 2 + other 5 × 2 = 18"),
    });
    const plan = (gpus: number) => [
      {
        pool: pools.find(({ pool }) => pool === "serve-a100")!,
        serving: { "nvidia.com/gpu": gpus, cpu: 1e6, memory: 1e9, "ephemeral-storage": 1e9 },
      },
    ];
    const queued = (config: ModelConfig) => queueDemandFailures([make(config).ref], plan(6) as never);
    expect(queued(tested({ min: 1, max: 4 }))).toEqual([]);
    expect(queued(tested()).map(({ code }) => code)).toEqual(["queue-too-small"]);
  });
});

test("a stop by hand gives a candidate its own fewest back, and pauses what scales it alone", () => {
  const workloads = workloadsOf(make(tested({ min: 1, max: 4 })).ref.config);
  expect(workloads).toMatchObject([
    { name: "assistant", least: 2, scaler: "assistant" },
    { name: "assistant-candidate", least: 1, scaler: "assistant-candidate" },
  ]);
  const [, fixed] = workloadsOf(make(tested({ min: 3, max: 3 })).ref.config);
  expect(fixed).toMatchObject({ least: 3 });
  expect(fixed).not.toHaveProperty("scaler");
});

describe("is refused", () => {
  test.each<[string, Bounds, string, string]>([
    ["more than the model may have", { max: 5 }, "candidate.replicas.max", "2 to 4"],
    ["less than the model always has", { max: 1 }, "candidate.replicas.max", "2 to 4"],
    ["a minimum above its maximum", { min: 4, max: 3 }, "candidate.replicas.min", "1 to 3"],
  ])("%s", (_what, own, path, allowed) => {
    expect(refused(tested(own), { gateway: GATEWAY })).toContainEqual(
      expect.objectContaining({ code: "out-of-range", path, allowed }),
    );
  });

  test("none, from which nothing would wake it", () => {
    expect(refused(tested({ min: 0, max: 2 }), { gateway: GATEWAY })).toEqual([
      expect.objectContaining({ path: "candidate.replicas.min" }),
    ]);
  });

  test("where KServe says it", () => {
    const config: ModelConfig = {
      ...VISION,
      surface: { on: "kserve" },
      candidate: { version: "4", replicas: { max: 2 } },
    };
    expect(refused(config, { addOns: ["keda", "kserve"] })).toEqual([
      expect.objectContaining({ code: "not-its-own", path: "candidate.replicas" }),
    ]);
  });
});
