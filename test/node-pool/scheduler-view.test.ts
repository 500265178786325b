import { GIB, GpuBudget, NodePool, type NodePoolConfig, type NodePoolRef } from "../../lib/cluster";
import { clusterWith } from "../delivery/platform";
import { anyStack } from "../stacks/platform";

const onDemand = { model: "on-demand", maxNodes: 3 } as const;

function refOf(config: Omit<NodePoolConfig, "name" | "provisioning"> & Partial<NodePoolConfig>): NodePoolRef {
  const stack = anyStack();
  GpuBudget.on(stack, 1000);
  return new NodePool(stack, "pool", { name: "it", provisioning: onDemand, ...config, cluster: clusterWith() }).ref;
}

describe("what GKE leaves of a machine", () => {
  // GKE docs, "Plan GKE Standard node sizes": 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112, 2 % beyond,
  // and 100 MiB for eviction; 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % beyond.
  test.each<[string, number, number]>([
    ["e2-standard-4", 3.92, 16 - (1 + 0.8 + 0.8) - 100 / 1024],
    ["n2-standard-8", 7.91, 32 - (1 + 0.8 + 0.8 + 0.96) - 100 / 1024],
    ["a2-ultragpu-4g", 47.81, 680 - (1 + 0.8 + 0.8 + 6.72 + 0.02 * (680 - 128)) - 100 / 1024],
  ])("%s", (machine, cpus, gib) => {
    const { allocatable } = refOf({ machine });
    expect(allocatable.cpuMillis / 1000).toBeCloseTo(cpus, 3);
    expect(allocatable.memoryBytes / GIB).toBeCloseTo(gib, 3);
  });

  it("has less CPU where a node takes many pods", () => {
    const [few, many] = [110, 256].map((maxPodsPerNode) => refOf({ machine: "n2-standard-8", maxPodsPerNode }));
    expect(few!.allocatable.cpuMillis - many!.allocatable.cpuMillis).toBe(400);
  });

  test.each<[string, Omit<NodePoolConfig, "name" | "provisioning">, number]>([
    [
      "a boot disk: 10 % for eviction, half of it or 6 GiB and 35 % for the system",
      { machine: "n2-standard-8" },
      90 - 41,
    ],
    ["a large one: 100 GiB at most", { machine: "n2-standard-8", bootDisk: { sizeGb: 500 } }, 450 - 100],
    ["a small one: half of it", { machine: "n2-standard-8", bootDisk: { sizeGb: 20 } }, 18 - 10],
    ["one Local SSD", { machine: "g2-standard-12", localSsds: 1 }, 375 * 0.9 - 50],
    ["those that come with the machine", { machine: "a2-ultragpu-4g" }, 4 * 375 * 0.9 - 100],
  ])("storage of %s", (_title, config, gib) => {
    expect(refOf(config).allocatable.ephemeralBytes / GIB).toBeCloseTo(gib, 3);
  });
});

describe("what a node offers as GPUs", () => {
  test.each<[string, Pick<NodePoolConfig, "machine" | "sharing" | "zones">, NodePoolRef["gpuShares"]]>([
    ["none", { machine: "n2-standard-8" }, undefined],
    ["whole ones", { machine: "g2-standard-24" }, { perNode: 2, memoryGbEach: 24, maxPerPod: 2 }],
    [
      "ones that take turns: one share a pod",
      { machine: "g2-standard-12", sharing: { strategy: "time-sharing", clients: 4 } },
      { perNode: 4, memoryGbEach: 6, maxPerPod: 1 },
    ],
    [
      "seven small partitions",
      { machine: "a2-highgpu-1g", sharing: { strategy: "mig", partition: "1g.5gb" } },
      { perNode: 7, memoryGbEach: 5, maxPerPod: 1 },
    ],
    [
      "partitions as many as the memory makes",
      { machine: "a2-ultragpu-2g", sharing: { strategy: "mig", partition: "3g.40gb" } },
      { perNode: 4, memoryGbEach: 40, maxPerPod: 1 },
    ],
  ])("%s", (_title, config, shares) => {
    expect(refOf(config).gpuShares).toEqual(shares);
  });
});

describe("labels of a node", () => {
  it("name its pool, its machine and its GPU", () => {
    expect(refOf({ machine: "g2-standard-12", nodeLabels: { tier: "serving" }, localSsds: 1 }).nodeLabels).toEqual({
      tier: "serving",
      "ai-platform/pool": "it",
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "node.kubernetes.io/instance-type": "g2-standard-12",
      "cloud.google.com/gke-accelerator": "nvidia-l4",
      "cloud.google.com/gke-accelerator-count": "1",
      "cloud.google.com/gke-gpu-driver-version": "default",
      "cloud.google.com/gke-ephemeral-storage-local-ssd": "true",
    });
  });

  test.each<[string, Partial<NodePoolConfig>, Record<string, string>]>([
    ["spot", { provisioning: { model: "spot", maxNodes: 1 } }, { "cloud.google.com/gke-spot": "true" }],
    [
      "flex-start",
      { provisioning: { model: "flex-start", maxNodes: 1 } },
      { "cloud.google.com/gke-flex-start": "true" },
    ],
    [
      "shared",
      { sharing: { strategy: "time-sharing", clients: 4 } },
      {
        "cloud.google.com/gke-gpu-sharing-strategy": "time-sharing",
        "cloud.google.com/gke-max-shared-clients-per-gpu": "4",
      },
    ],
  ])("say that it is %s", (_title, config, labels) => {
    expect(refOf({ machine: "g2-standard-12", ...config }).nodeLabels).toMatchObject(labels);
  });

  it("are bounds and places too", () => {
    const ref = refOf({
      machine: "g2-standard-12",
      zones: ["europe-west4-a"],
      imageDisks: ["projects/p/global/images/i"],
    });
    expect(ref).toMatchObject({ pool: "it", zones: ["europe-west4-a"], minNodes: 0, maxNodes: 3 });
    expect(ref.imageDisks).toEqual(["projects/p/global/images/i"]);
  });
});
