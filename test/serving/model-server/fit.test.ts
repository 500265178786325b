import type { ModelConfig } from "../../../lib/serving";
import { poolDemandFailures } from "../../../lib/serving";
import { ASSISTANT, CHURN, LLM, VISION, poolsOf, refused, served } from "./fixture";

const withoutPool = ({ pool: _, ...config }: ModelConfig) => config as ModelConfig;

describe("a pool is found", () => {
  test.each<[string, ModelConfig, string]>([
    [
      "the smallest GPUs that hold the model",
      withoutPool({ ...ASSISTANT, gpus: 1, llm: { ...LLM, concurrency: 1 } }),
      "serve-l4",
    ],
    ["larger ones where the cache asks for them", withoutPool({ ...ASSISTANT, gpus: 1 }), "serve-a100"],
    ["several in one node", withoutPool(ASSISTANT), "serve-a100"],
    ["a share of a GPU, where that is enough", withoutPool({ ...VISION, gpuMemoryGb: 4 }), "serve-l4"],
    ["no GPU for who asks for none", CHURN, "system"],
  ])("%s", (_title, config, pool) => {
    const model = served(config);
    expect(model.ref.placement.pools.map((one) => one.pool)).toEqual([pool]);
    expect(model.pod().nodeSelector).toMatchObject({ "ai-platform/pool": pool });
  });

  it("selects its GPU and tolerates its taints", () => {
    const pod = served(ASSISTANT).pod();
    expect(pod.nodeSelector).toEqual({
      "ai-platform/pool": "serve-a100",
      "cloud.google.com/gke-accelerator": "nvidia-a100-80gb",
    });
    expect(pod.tolerations).toEqual([
      { key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" },
    ]);
    expect(served(CHURN).pod().tolerations).toEqual([]);
  });

  it("gives a replica with GPUs its share of the node, within what GKE leaves", () => {
    const { ref } = served(ASSISTANT);
    const [pool] = ref.placement.pools;
    const { pod, gpus } = ref.placement.resources;
    expect(gpus).toBe(2);
    expect(2 * pod.memoryBytes).toBeLessThan(pool!.allocatable.memoryBytes);
    expect(2 * pod.memoryBytes).toBeGreaterThan(0.9 * pool!.allocatable.memoryBytes);
    expect(2 * pod.cpuMillis).toBeLessThan(pool!.allocatable.cpuMillis);
  });

  it("takes what the model says in place of that", () => {
    expect(served({ ...ASSISTANT, cpu: 6, memoryGb: 48 }).container().resources.limits).toMatchObject({
      cpu: "6",
      memory: "48Gi",
      "nvidia.com/gpu": "2",
    });
  });
});

describe("a model that does not fit is refused with the arithmetic", () => {
  const only = (config: ModelConfig, code: string) => {
    const failures = refused(config);
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    return failures[0]!;
  };

  it("weights and cache against the memory of the GPUs", () => {
    const failure = only(
      { ...ASSISTANT, llm: { ...LLM, parametersBillions: 70, layers: 80, concurrency: 32 } },
      "gpu-memory",
    );
    expect(failure.path).toBe("pool");
    expect(failure.message).toContain("weights 70 billion × 2 bytes (bf16) = 140 GB");
    expect(failure.message).toContain(
      "KV cache 2 × 80 layers × 8 heads × 128 × 2 bytes (bf16) × 8192 tokens × 32 requests = 85.9 GB",
    );
    expect(failure.message).toContain("on each GPU 140 GB / 2 + 85.9 GB / 2 + 2 GB overhead = 114.9 GB");
    expect(failure.message).toContain("nvidia-a100-80gb has 80 GB × 0.9 = 72 GB");
    expect(failure.fix).toContain("42.9 GB too much on each GPU");
  });

  it("half the precision is half the weights, and GPUs beyond the heads do not split the cache", () => {
    const big = { ...LLM, parametersBillions: 70, layers: 80, concurrency: 8 } as const;
    expect(refused({ ...ASSISTANT, gpus: 4, llm: { ...big, precision: "fp8" } })).toEqual([]);
    const few = only({ ...ASSISTANT, gpus: 4, llm: { ...big, heads: 32, kvHeads: 1, concurrency: 512 } }, "gpu-memory");
    expect(few.message).toContain("on each GPU 140 GB / 4 + 171.8 GB / 1 + 2 GB overhead");
  });

  it("copies hold the weights once each", () => {
    const failure = only(
      { ...ASSISTANT, tensorParallel: 1, llm: { ...LLM, parametersBillions: 40, concurrency: 2 } },
      "gpu-memory",
    );
    expect(failure.message).toContain("80 GB / 1 + 2.1 GB / 2");
  });

  it("declared memory of Triton and HTTP servers", () => {
    const failure = only({ ...VISION, gpuMemoryGb: 30 }, "gpu-memory");
    expect(failure.message).toBe(
      "declares 30 GiB = 32.2 GB of GPU memory; 1 × nvidia-l4 of pool serve-l4 have 1 × 24 GB = 24 GB",
    );
    expect(only({ ...VISION, pool: "shared-l4", gpuMemoryGb: 10 }, "gpu-memory").message).toContain("1 × 6 GB = 6 GB");
  });

  it("more GPUs than a node has, or than a share", () => {
    expect(only({ ...ASSISTANT, gpus: 8 }, "too-few-gpus").message).toBe(
      "asks for 8 GPUs in one node; nodes of pool serve-a100 (a2-ultragpu-4g) have 4 × nvidia-a100-80gb (80 GB)",
    );
    expect(only({ ...VISION, pool: "shared-l4", gpus: 2 }, "shared-gpu").fix).toContain("ask for gpus: 1");
  });

  it("GPUs of a pool that has none, and a pool of GPUs for who wants none", () => {
    expect(only({ ...VISION, pool: "system" }, "no-gpu").message).toContain(
      "nodes of pool system (n2-standard-8) have none",
    );
    expect(only({ ...CHURN, pool: "serve-l4" }, "accelerator-wasted").message).toContain("1 × nvidia-l4 (24 GB)");
  });

  it("CPU and memory against what GKE leaves of the machine", () => {
    // n2-standard-8, GKE docs: 8 − (0.06 + 0.01 + 2 × 0.005 + 4 × 0.0025) = 7.91 vCPUs; 32 − (1 + 0.8 + 0.8 + 0.96) − 0.1 = 28.34 GiB.
    expect(only({ ...CHURN, pool: "system", cpu: 8 }, "cpu").message).toBe(
      "asks for 8 vCPUs a replica; GKE leaves 7.9 vCPUs of a n2-standard-8 (pool system), less what its own pods take: 7.2 vCPUs",
    );
    expect(only({ ...CHURN, pool: "system", memoryGb: 30 }, "memory").message).toContain(
      "asks for 30 GiB of memory a replica; GKE leaves 28.3 GiB of a n2-standard-8",
    );
  });

  it("cached weights against the disk of the node", () => {
    const failure = only({ ...VISION, pool: "shared-l4", weightsGb: 60 }, "ephemeral-storage");
    expect(failure.message).toContain("cached weights, compiled kernels, logs");
    expect(failure.fix).toContain("localSsds");
    // In memory it is the memory that must do.
    const inMemory = refused({ ...VISION, weightsGb: 60, weights: { from: "gcs-fuse", cache: "memory" } });
    expect(inMemory.map(({ code }) => code)).toContain("memory");
  });

  it("replicas against the nodes that the pool may have", () => {
    expect(only({ ...ASSISTANT, replicas: { max: 9 } }, "too-many-replicas").message).toBe(
      "may have 9 replicas: 9; pool serve-a100 holds 2 a node × 4 nodes = 8",
    );
    expect(refused({ ...ASSISTANT, replicas: { max: 8 } })).toEqual([]);
    const candidate = only({ ...ASSISTANT, replicas: { max: 5 }, candidate: { version: "4" } }, "too-many-replicas");
    expect(candidate.message).toContain("5 replicas and as many of the candidate: 10");
    expect(candidate.fix).toBe("lower replicas.max to 4, or raise maxNodes of the pool to 5");
  });

  it("names the nearest pool where none holds it", () => {
    const failure = only(
      withoutPool({ ...ASSISTANT, gpus: 4, llm: { ...LLM, parametersBillions: 180 } }),
      "no-pool-fits",
    );
    expect(failure.message).toMatch(
      /^fits into no pool; nearest is serve-a100, but the model does not fit into the GPUs/,
    );
    expect(failure.allowed).toContain("serve-a100: a2-ultragpu-4g, 4 × nvidia-a100-80gb (80 GB), 4 nodes");
    expect(failure.allowed).toContain("system: n2-standard-8, no GPU, 9 nodes");
  });

  it("a pool that is none, with the nearest name", () => {
    expect(only({ ...VISION, pool: "serve-14" }, "unknown-pool")).toMatchObject({
      allowed: "system, serve-l4, shared-l4, serve-a100",
      fix: 'did you mean "serve-l4"?',
    });
  });

  it("a pool whose nodes a queue hands out", () => {
    const queued = {
      name: "train",
      machine: "g2-standard-12",
      provisioning: { model: "queued", maxNodes: 4 },
    } as const;
    expect(refused({ ...VISION, pool: "train" }, { pools: [queued] })[0]!.code).toBe("queued-pool");
  });
});

describe("GPUs of one copy", () => {
  test.each([
    [
      { gpus: 4, tensorParallel: 3, llm: { ...LLM, kvHeads: 3, heads: 24 } },
      "does not divide the 4 GPUs of a replica: 4 / 3",
    ],
    [{ gpus: 3, llm: LLM }, "does not divide the model's 32 attention heads: 32 / 3 = 10.67"],
    [
      { gpus: 4, llm: { ...LLM, kvHeads: 6, heads: 24 } },
      "neither divides the model's 6 key and value heads nor is a multiple",
    ],
  ])("%j", (changes, message) => {
    expect(refused({ ...ASSISTANT, ...changes })).toContainEqual(
      expect.objectContaining({
        code: "tensor-parallel",
        path: "tensorParallel",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("may be a multiple of the key and value heads", () => {
    expect(refused({ ...ASSISTANT, gpus: 4, llm: { ...LLM, kvHeads: 2 } })).toEqual([]);
  });
});

describe("all models of an environment", () => {
  const pools = poolsOf();
  const placed = (name: string, min: number) => served({ ...ASSISTANT, name, replicas: { min, max: 8 } }).ref;

  it("are refused where their fewest replicas ask for more than a pool can have", () => {
    const failures = poolDemandFailures([placed("a", 5), placed("b", 4)], pools);
    expect(failures.find(({ code }) => code === "pool-gpus")).toMatchObject({
      path: "models",
      message:
        "ask pool serve-a100 for more GPUs than it can have, even with the fewest replicas: a 5 × 2 + b 4 × 2 = 18",
      allowed: "4 nodes × 4 = 16",
      fix: "raise maxNodes of pool serve-a100 to 5, or place some of the models elsewhere",
    });
  });

  it("may together have what is there", () => {
    expect(poolDemandFailures([placed("a", 4), placed("b", 4)], pools)).toEqual([]);
  });
});
