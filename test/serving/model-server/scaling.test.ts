import { poolDemandFailures, type ModelConfig } from "../../../lib/serving";
import { clusterWith } from "../../delivery/platform";
import { ASSISTANT, CHURN, FEATURES, GATEWAY, VISION, refused, served } from "./fixture";

const PERFORMANCE = clusterWith(...FEATURES, "hpa-performance");

describe("KEDA", () => {
  const triggers = (config: ModelConfig) =>
    served(config)
      .object("ScaledObject")
      .spec.triggers.map(({ name, metadata }: any) => [name, metadata.query, metadata.threshold]);

  const matchers = (name: string) =>
    `cluster="prod-gpu",namespace="support",serving_model="${name}",serving_variant="stable"`;

  test.each<[string, ModelConfig, [string, string, string][]]>([
    [
      "vLLM by its queue and its cache",
      ASSISTANT,
      [
        ["queue-depth", `sum(vllm:num_requests_waiting{${matchers("assistant")}})`, "5"],
        ["kv-cache-use", `sum(vllm:kv_cache_usage_perc{${matchers("assistant")}})`, "0.8"],
      ],
    ],
    [
      "Triton by its queue",
      { ...VISION, scaling: { queueDepth: 12 } },
      [["queue-depth", `sum(nv_inference_pending_request_count{${matchers("vision")}})`, "12"]],
    ],
    [
      "an HTTP server by the requests that it works on",
      { ...CHURN, scaling: { requestsInProgress: 7 } },
      [["requests-in-progress", `sum(http_requests_inprogress{${matchers("churn")}})`, "7"]],
    ],
  ])("scales %s", (_title, config, expected) => {
    expect(triggers(config)).toEqual(expected);
  });

  it("asks Google's Prometheus as itself, between finite bounds, up at once and down slowly", () => {
    const model = served({ ...ASSISTANT, replicas: { min: 1, max: 4 } });
    const { spec } = model.object("ScaledObject");
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "assistant" },
      minReplicaCount: 1,
      maxReplicaCount: 4,
      fallback: { replicas: 1, behavior: "currentReplicasIfHigher" },
    });
    const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
    expect(scaleUp.stabilizationWindowSeconds).toBe(0);
    expect(scaleDown.stabilizationWindowSeconds).toBe(300);
    expect(spec.triggers[0]).toMatchObject({
      metricType: "AverageValue",
      metadata: {
        serverAddress: "https://monitoring.googleapis.com/v1/projects/acme-test/location/global/prometheus",
        ignoreNullValues: "false",
      },
      authenticationRef: { name: "assistant" },
    });
    expect(model.object("TriggerAuthentication").spec).toEqual({ podIdentity: { provider: "gcp" } });
  });

  it("leaves the number of replicas to itself, and never looks at CPU", () => {
    const model = served(ASSISTANT);
    expect(model.object("Deployment").spec).not.toHaveProperty("replicas");
    for (const config of [ASSISTANT, VISION, CHURN]) {
      expect(JSON.stringify(served(config).object("ScaledObject"))).not.toMatch(/"type":"cpu"|cpu_usage/);
    }
  });

  it("is left out where the number is fixed", () => {
    const model = served({ ...CHURN, replicas: { min: 3, max: 3 } }, { addOns: [] });
    expect(model.object("Deployment").spec.replicas).toBe(3);
    expect(model.kinds().join()).not.toContain("ScaledObject");
  });
});

describe("the cluster's own autoscaler", () => {
  const model = served({ ...ASSISTANT, scaling: { by: "hpa" } }, { cluster: PERFORMANCE });

  it("reads gauges from the pods themselves", () => {
    expect(model.object("AutoscalingMetric").spec.metrics[0].pod).toMatchObject({
      selector: { matchLabels: { "ai-platform/variant": "stable" } },
      containers: [
        {
          endpoint: { port: 8000, path: "/metrics" },
          metrics: [
            { gauge: { name: "queue-depth", prometheusMetricName: "vllm:num_requests_waiting" } },
            { gauge: { name: "kv-cache-use", prometheusMetricName: "vllm:kv_cache_usage_perc" } },
          ],
        },
      ],
    });
    const { spec } = model.object("HorizontalPodAutoscaler");
    expect(spec.metrics.map(({ pods }: any) => [pods.metric.name, pods.target.averageValue])).toEqual([
      ["autoscaling.gke.io|assistant|queue-depth", "5"],
      ["autoscaling.gke.io|assistant|kv-cache-use", "800m"],
    ]);
    expect(spec).toMatchObject({ minReplicas: 1, maxReplicas: 2 });
  });

  it("is taken where KEDA is not there", () => {
    expect(served(CHURN, { cluster: PERFORMANCE, addOns: [] }).kinds()).toContain("HorizontalPodAutoscaler churn");
    expect(served(CHURN, { cluster: PERFORMANCE }).kinds()).toContain("ScaledObject churn");
  });

  it("is missed where nobody scales", () => {
    expect(refused(CHURN, { addOns: [] })).toEqual([
      expect.objectContaining({ code: "nobody-scales", fix: expect.stringContaining("install the add-on keda") }),
    ]);
  });
});

describe("down to zero", () => {
  const config: ModelConfig = {
    ...CHURN,
    route: { path: "/churn" },
    replicas: { min: 0, max: 3 },
    scaling: { idleSeconds: 600 },
  };

  it("goes by what the load balancer counts, which is there when the server is not", () => {
    const { spec } = served(config, { gateway: GATEWAY }).object("ScaledObject");
    expect(spec).toMatchObject({ minReplicaCount: 0, cooldownPeriod: 600 });
    const edge = spec.triggers.find(({ name }: any) => name === "requests-at-the-edge");
    expect(edge.metadata.query).toContain('backend_target_name=~"gkegw1-.*-support-churn-8080-.*"');
    expect(edge.metadata).toMatchObject({ activationThreshold: "0", ignoreNullValues: "true" });
  });

  it("is refused without KEDA, without a route, and under names that the load balancer cuts", () => {
    expect(refused(config, { gateway: GATEWAY, addOns: [], cluster: PERFORMANCE })).toEqual([
      expect.objectContaining({ code: "zero-without-keda", path: "replicas.min" }),
    ]);
    const { route: _, ...unrouted } = config as typeof config & { route: unknown };
    expect(refused(unrouted)).toEqual([
      expect.objectContaining({
        code: "zero-without-route",
        message: expect.stringContaining("a server that is not there counts no requests"),
      }),
    ]);
    expect(refused({ ...config, name: "a-name-that-is-far-too-long-for-it" }, { gateway: GATEWAY })).toEqual([
      expect.objectContaining({ code: "zero-name-too-long" }),
    ]);
  });
});

describe("bounds", () => {
  test.each([
    [{ min: 5, max: 2 }, "replicas.min"],
    [{ min: 1 }, "replicas.max"],
    [{ min: 1, max: Infinity }, "replicas.max"],
  ])("%j are refused", (replicas, path) => {
    expect(refused({ ...CHURN, replicas })).toContainEqual(expect.objectContaining({ path }));
  });
});

describe("a stopped model", () => {
  const changed = (config: ModelConfig) => {
    const [on, off] = [false, true].map((stopped) => served(config, { stopped }));
    return off!.objects.filter((object, index) => JSON.stringify(object) !== JSON.stringify(on!.objects[index]));
  };

  it("has no replicas and an autoscaler that is held at none; nothing else changes", () => {
    const [deployment, scaled, ...rest] = changed(ASSISTANT) as any[];
    expect(rest).toEqual([]);
    expect(deployment.spec.replicas).toBe(0);
    expect(scaled.metadata.annotations).toEqual({ "autoscaling.keda.sh/paused-replicas": "0" });
  });
});

describe("a ladder of capacity", () => {
  const label = "cloud.google.com/compute-class";
  const member = {
    nodeLabels: { [label]: "assistant" },
    taints: [{ key: label, value: "assistant", effect: "NO_SCHEDULE" as const }],
  };
  const pools = [
    {
      name: "reserved",
      machine: "a2-ultragpu-4g",
      zones: ["europe-west4-a"],
      provisioning: {
        model: "reservation",
        reservation: { affinity: "specific", name: "a100" },
        maxNodes: 2,
      },
      ...member,
    },
  ] as const;
  const config: ModelConfig = {
    ...ASSISTANT,
    capacity: [
      { pool: "reserved", model: "reservation" },
      { machine: "a2-ultragpu-2g", model: "on-demand" },
      { machine: "a2-ultragpu-2g", model: "flex-start" },
      { machine: "a2-ultragpu-2g", model: "spot" },
    ],
  };

  it("is a ComputeClass: the way that is preferred first, nodes as hardened as the pools'", () => {
    const model = served(config, { pools });
    const { metadata, spec } = model.object("ComputeClass");
    expect(metadata.name).toBe("assistant");
    expect(metadata).not.toHaveProperty("namespace");
    const [reserved, onDemand, flex, spot] = spec.priorities;
    expect(reserved.nodepools).toEqual([expect.stringMatching(/^reserved-[0-9a-f]{6}$/)]);
    expect(onDemand).toMatchObject({
      machineType: "a2-ultragpu-2g",
      gpu: { type: "nvidia-a100-80gb", count: 2 },
      storage: { bootDiskKMSKey: expect.stringContaining("cryptoKeys/node-disks") },
    });
    expect([flex.flexStart, spot.spot]).toEqual([{ enabled: true }, true]);
    expect(spec).toMatchObject({
      nodePoolAutoCreation: { enabled: true },
      nodePoolConfig: { serviceAccount: expect.stringContaining("iam.gserviceaccount.com") },
      whenUnsatisfiable: "DoNotScaleUp",
    });
    expect(model.pod().nodeSelector).toEqual({ [label]: "assistant" });
    expect(model.pod().tolerations).toContainEqual({
      key: label,
      operator: "Equal",
      value: "assistant",
      effect: "NoSchedule",
    });
  });

  it("asks for what the smallest of its nodes can give", () => {
    const { placement } = served(config, { pools }).ref;
    const least = Math.min(...placement.pools.map(({ allocatable }) => allocatable.memoryBytes));
    expect(placement.resources.pod.memoryBytes).toBeLessThan(least);
  });

  test.each<[string, unknown, string, string]>([
    [
      "a way in which the machine is not sold",
      { machine: "a3-highgpu-4g", model: "on-demand" },
      "not-sold-so",
      "capacity[0].model",
    ],
    ["a machine that is none", { machine: "a2-ultragpu-3g", model: "spot" }, "unknown-machine", "capacity[0].machine"],
    ["a pool that is none", { pool: "reservd", model: "reservation" }, "unknown-pool", "capacity[0].pool"],
    ["another way than the pool's", { pool: "reserved", model: "spot" }, "wrong-provisioning", "capacity[0].model"],
    [
      "reserved nodes of no reservation",
      { machine: "a2-ultragpu-2g", model: "reservation" },
      "reservation-without-pool",
      "capacity[0]",
    ],
    ["neither pool nor machine", { model: "spot" }, "ambiguous-capacity", "capacity[0]"],
    [
      "a pool outside of the class",
      { pool: "serve-a100", model: "reservation" },
      "pool-outside-class",
      "capacity[0].pool",
    ],
    ["a machine that does not hold it", { machine: "g2-standard-24", model: "spot" }, "gpu-memory", "capacity[0]"],
  ])("refuses %s", (_title, rung, code, path) => {
    const larger = { ...ASSISTANT, llm: { ...ASSISTANT.llm, parametersBillions: 20 } };
    expect(refused({ ...larger, capacity: [rung] }, { pools })).toContainEqual(expect.objectContaining({ code, path }));
  });

  it("is one model's: two of one class would overwrite each other", () => {
    const [first, second] = ["assistant", "helper"].map((name) => served({ ...config, name }, { pools }).ref);
    expect(poolDemandFailures([first!, second!], [])).toEqual([
      expect.objectContaining({ code: "class-taken", got: "assistant", message: expect.stringContaining("helper") }),
    ]);
    expect(poolDemandFailures([first!], [])).toEqual([]);
  });

  it("says how machines are sold", () => {
    const [failure] = refused({ ...ASSISTANT, capacity: [{ machine: "a3-highgpu-4g", model: "on-demand" }] });
    expect(failure!.allowed).toBe("spot, flex-start, queued");
  });

  it("makes nodes only from the version on that can", () => {
    const cluster = { ...clusterWith(...FEATURES), version: "1.32" };
    expect(refused(config, { pools, cluster })).toContainEqual(
      expect.objectContaining({ code: "too-old", path: "capacity" }),
    );
  });
});

describe("idle GPUs", () => {
  const shared = (sizeGb: number) => ({
    name: "small-l4",
    machine: "g2-standard-12" as const,
    provisioning: { model: "on-demand", maxNodes: 4 } as const,
    sharing: { strategy: "time-sharing", clients: 4 } as const,
    bootDisk: { sizeGb },
  });
  const config = { ...VISION, gpuMemoryGb: 4, pool: "small-l4" };

  it("are said where something else of a node holds fewer replicas", () => {
    const { warnings } = served(config, { pools: [shared(100)] });
    expect(warnings.join()).toMatch(
      /the disk of a node of small-l4 holds [123] replicas, its GPUs 4; give the pool more/,
    );
  });

  it("are none where nodes have enough of all", () => {
    expect(served(config, { pools: [shared(300)] }).warnings).toEqual([]);
  });
});

describe("short notice", () => {
  it("of spot nodes is said where requests last longer", () => {
    const pools = [
      { name: "spot-l4", machine: "g2-standard-12", provisioning: { model: "spot", maxNodes: 4 } } as const,
    ];
    const { warnings } = served({ ...VISION, pool: "spot-l4" }, { pools });
    expect(warnings.join()).toContain("nodes of spot-l4 are spot and give 25 s: longer requests are cut off");
    expect(served(VISION).warnings).toEqual([]);
  });
});
