import { AnnotationMetadataEntryType } from "cdktf";
import { NodePool } from "../../lib/cluster/node-pool";
import type { Provisioning } from "../../lib/cluster/provisioning";
import { acknowledgements, Ref } from "../../lib/core";
import { CLUSTER, l4, networks, poolOf, synthesized, type PoolProps, type WrittenPool } from "./pools";

const withModel = (provisioning: Provisioning, changes: PoolProps = {}) => poolOf(l4({ provisioning, ...changes }));

describe("provisioning", () => {
  it("on demand: balanced over the zones, finite, untouched by reservations of others", () => {
    expect(withModel({ model: "on-demand", minNodes: 1, maxNodes: 4 })).toMatchObject({
      autoscaling: { total_min_node_count: 1, total_max_node_count: 4, location_policy: "BALANCED" },
      management: { auto_repair: true, auto_upgrade: true },
      node_config: { reservation_affinity: { consume_reservation_type: "NO_RESERVATION" } },
    });
  });

  it("spot: wherever there is capacity", () => {
    const pool = withModel({ model: "spot", maxNodes: 4 });
    expect(pool).toMatchObject({
      autoscaling: { total_min_node_count: 0, total_max_node_count: 4, location_policy: "ANY" },
      node_config: { spot: true, reservation_affinity: { consume_reservation_type: "NO_RESERVATION" } },
    });
    expect(pool.node_config).not.toHaveProperty("flex_start");
  });

  it("flex-start: from nothing, without repair, for at most seven days", () => {
    const pool = withModel({ model: "flex-start", maxNodes: 4 });
    expect(pool).toMatchObject({
      initial_node_count: 0,
      autoscaling: { total_min_node_count: 0, total_max_node_count: 4, location_policy: "ANY" },
      management: { auto_repair: false, auto_upgrade: true },
      node_config: {
        flex_start: true,
        max_run_duration: "604800s",
        reservation_affinity: { consume_reservation_type: "NO_RESERVATION" },
      },
    });
    expect(pool).not.toHaveProperty("queued_provisioning");
  });

  it("queued: flex-start, all or nothing", () => {
    expect(withModel({ model: "queued", maxNodes: 4, maxRunHours: 12 })).toMatchObject({
      initial_node_count: 0,
      queued_provisioning: { enabled: true },
      autoscaling: { location_policy: "ANY" },
      management: { auto_repair: false, auto_upgrade: true },
      node_config: { flex_start: true, max_run_duration: "43200s" },
    });
  });

  it.each([
    [{ name: "a100" }, "a100"],
    [{ name: "a100", block: "b1" }, "a100/reservationBlocks/b1"],
    [{ name: "a100", block: "b1", subBlock: "s1" }, "a100/reservationBlocks/b1/reservationSubBlocks/s1"],
    [{ name: "a100", project: "shared" }, "projects/shared/reservations/a100"],
    [{ name: "a100", project: "shared", block: "b1" }, "projects/shared/reservations/a100/reservationBlocks/b1"],
  ])("a specific reservation %j is named %s", (reservation, value) => {
    const pool = withModel(
      { model: "reservation", reservation: { affinity: "specific", ...reservation }, maxNodes: 2 },
      { zones: ["europe-west4-a"] },
    );
    expect(pool.node_config.reservation_affinity).toEqual({
      consume_reservation_type: "SPECIFIC_RESERVATION",
      key: "compute.googleapis.com/reservation-name",
      values: [value],
    });
    expect(pool.node_locations).toEqual(["europe-west4-a"]);
  });

  it("any reservation: no name, and reserved capacity first", () => {
    expect(withModel({ model: "reservation", reservation: { affinity: "any" }, maxNodes: 2 })).toMatchObject({
      autoscaling: { location_policy: "ANY" },
      node_config: { reservation_affinity: { consume_reservation_type: "ANY_RESERVATION" } },
    });
  });

  it.each([
    [0, 4, 0],
    [1, 4, 1],
    [3, 4, 2],
    [1, 1, 0],
    [3, 3, 1],
  ])("a minimum of %i and a maximum of %i start with %i nodes in each of two zones", (minNodes, maxNodes, initial) => {
    expect(withModel({ model: "on-demand", minNodes, maxNodes }).initial_node_count).toBe(initial);
  });
});

describe("upgrades", () => {
  const surge = (max_surge: number, max_unavailable: number) => ({ strategy: "SURGE", max_surge, max_unavailable });

  it.each<[string, Provisioning, object]>([
    ["on-demand", { model: "on-demand", maxNodes: 2 }, surge(1, 0)],
    ["spot", { model: "spot", maxNodes: 2 }, surge(1, 0)],
    ["flex-start", { model: "flex-start", maxNodes: 2 }, surge(0, 1)],
    ["queued", { model: "queued", maxNodes: 2 }, surge(0, 1)],
    ["reservation", { model: "reservation", reservation: { affinity: "any" }, maxNodes: 2 }, surge(0, 1)],
  ])("of %s pools need no capacity that is not there", (_model, provisioning, settings) => {
    expect(withModel(provisioning).upgrade_settings).toEqual(settings);
  });

  it("follow what is asked for", () => {
    expect(poolOf(l4({ upgrade: { strategy: "surge", maxSurge: 2, maxUnavailable: 1 } })).upgrade_settings).toEqual(
      surge(2, 1),
    );
    expect(
      poolOf(l4({ upgrade: { strategy: "blue-green", batchNodes: 2, poolSoakSeconds: 600 } })).upgrade_settings,
    ).toEqual({
      strategy: "BLUE_GREEN",
      blue_green_settings: {
        node_pool_soak_duration: "600s",
        standard_rollout_policy: { batch_node_count: 2, batch_soak_duration: "60s" },
      },
    });
  });
});

describe("GPUs", () => {
  it.each([
    [
      { strategy: "time-sharing", clients: 4 },
      { gpu_sharing_config: { gpu_sharing_strategy: "TIME_SHARING", max_shared_clients_per_gpu: 4 } },
    ],
    [
      { strategy: "mps", clients: 8 },
      { gpu_sharing_config: { gpu_sharing_strategy: "MPS", max_shared_clients_per_gpu: 8 } },
    ],
  ] as const)("are shared by %j", (sharing, expected) => {
    expect(poolOf(l4({ sharing })).node_config.guest_accelerator).toEqual([expect.objectContaining(expected)]);
  });

  it("are partitioned", () => {
    const { node_config } = poolOf(l4({ machine: "a2-highgpu-1g", sharing: { strategy: "mig", partition: "1g.5gb" } }));
    expect(node_config.guest_accelerator).toEqual([expect.objectContaining({ gpu_partition_size: "1g.5gb" })]);
  });

  it.each([
    ["default", "DEFAULT"],
    ["latest", "LATEST"],
    ["disabled", "INSTALLATION_DISABLED"],
  ] as const)("have the driver %s", (driver, gpu_driver_version) => {
    expect(poolOf(l4({ driver })).node_config.guest_accelerator?.[0]?.gpu_driver_installation_config).toEqual({
      gpu_driver_version,
    });
  });

  it.each([
    ["a3-highgpu-8g", 4, "on-demand", { maintenance_interval: "PERIODIC" }],
    ["a3-megagpu-8g", 8, "on-demand", { maintenance_interval: "PERIODIC" }],
    ["a3-megagpu-8g", 8, "spot", undefined],
    ["g2-standard-8", 0, "on-demand", undefined],
  ] as const)("of %s with %i networks, %s, have host maintenance %j", (machine, count, model, expected) => {
    const { node_config } = poolOf(
      l4({ machine, nodeNetworks: networks(count), provisioning: { model, maxNodes: 1 } }),
    );
    expect(node_config.host_maintenance_policy).toEqual(expected);
  });
});

describe("placement", () => {
  it("compact keeps nodes together without a policy of ours", () => {
    const stack = synthesized(
      (s) => void new NodePool(s, "pool", l4({ placement: "compact", zones: ["europe-west4-a"] })),
    );
    stack.has("google_container_node_pool", { placement_policy: { type: "COMPACT" } });
    stack.count("google_compute_resource_policy", 0);
  });

  it("of A4X is a workload policy over one NVLink domain", () => {
    const stack = synthesized((s) => {
      new NodePool(
        s,
        "pool",
        l4({
          machine: "a4x-highgpu-4g",
          zones: ["europe-west4-a"],
          nodeNetworks: networks(5),
          provisioning: { model: "reservation", reservation: { affinity: "specific", name: "gb200" }, maxNodes: 18 },
          cluster: { ...CLUSTER, version: "1.34" },
        }),
      );
    });
    stack.has("google_compute_resource_policy", {
      region: "europe-west4",
      workload_policy: { type: "HIGH_THROUGHPUT", accelerator_topology: "1x72" },
    });
    expect(stack.only("google_compute_resource_policy")["name"]).toMatch(/^prod-l4-[0-9a-f]{6}$/);
    expect(stack.only("google_container_node_pool")["placement_policy"]).toEqual({
      type: "COMPACT",
      policy_name: expect.stringMatching(/^\$\{google_compute_resource_policy\.[\w-]+\.name\}$/),
    });
  });

  it("of a TPU slice follows its topology", () => {
    const { placement_policy } = poolOf(
      l4({
        machine: "ct5p-hightpu-4t",
        tpuTopology: "2x2x4",
        zones: ["europe-west4-b"],
        provisioning: { model: "spot", maxNodes: 4 },
      }),
    );
    expect(placement_policy).toEqual({ type: "COMPACT", tpu_topology: "2x2x4" });
  });
});

describe("a pool in its environment", () => {
  it("has the environment's zones, its cluster, its labels and its own account", () => {
    const stack = synthesized((s) => void new NodePool(s, "pool", l4({ nodeLabels: { tier: "serving" } })));
    const pool = stack.only("google_container_node_pool") as WrittenPool;
    expect(pool).toMatchObject({
      cluster: "projects/acme-ai-prod/locations/europe-west4/clusters/prod",
      node_locations: ["europe-west4-a", "europe-west4-b"],
      node_config: {
        labels: { tier: "serving", "ai-platform/pool": "l4" },
        resource_labels: { owner: "ml-platform-lead", "cost-center": "cc-4711", "node-pool": "l4" },
        disk_type: "pd-balanced",
        disk_size_gb: 100,
      },
    });
    expect(pool.node_config.service_account).toMatch(/^\$\{google_service_account\.[\w-]+\.email\}$/);
    stack.has("google_service_account", { account_id: "prod-l4" });
  });

  it("waits for the grants of its account and of the key", () => {
    const stack = synthesized((s) => {
      const registry = { project: "p", location: "eu", repository: Ref.existing("models"), url: "u" };
      new NodePool(s, "pool", l4({ registries: [registry] }));
    });
    const waits = stack.only("google_container_node_pool")["depends_on"] as string[];
    expect(waits.map((address) => address.split(".")[0]).sort()).toEqual([
      "google_artifact_registry_repository_iam_member",
      // The role of nodes, and the use of services that streaming images asks for.
      "google_project_iam_member",
      "google_project_iam_member",
    ]);
  });

  it("reads image disks through image streaming", () => {
    expect(poolOf(l4({ imageDisks: ["projects/acme/global/images/vllm"] })).node_config).toMatchObject({
      secondary_boot_disks: [{ disk_image: "projects/acme/global/images/vllm", mode: "CONTAINER_IMAGE_CACHE" }],
      gcfs_config: { enabled: true },
    });
  });

  it("adds its taints after the accelerator's", () => {
    expect(poolOf(l4({ taints: [{ key: "team", value: "a", effect: "NO_EXECUTE" }] })).node_config.taint).toEqual([
      { key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" },
      { key: "team", value: "a", effect: "NO_EXECUTE" },
    ]);
  });

  it("tells others its name, GPUs and taints", () => {
    synthesized((stack) => {
      const pool = new NodePool(stack, "pool", l4({ provisioning: { model: "spot", minNodes: 1, maxNodes: 3 } }));
      expect(pool.ref).toMatchObject({
        machine: "g2-standard-8",
        model: "spot",
        accelerator: { type: "nvidia-l4", count: 1 },
        gpus: { min: 1, max: 3 },
        taints: [{ key: "nvidia.com/gpu" }],
      });
      expect(pool.ref.name.value).toMatch(/^l4-[0-9a-f]{6}$/);
      expect(NodePool.fromExisting({ ...pool.ref, name: "old" }).name.from(stack)).toBe("old");
    });
  });

  it("warns, and only warns, of a zone in which the machine has not been seen", () => {
    const warningsOf = (zones: string[]) => {
      let warnings: string[] = [];
      jest.spyOn(console, "warn").mockImplementation(() => undefined);
      synthesized((stack) => {
        const pool = new NodePool(
          stack,
          "pool",
          l4({
            machine: "a3-ultragpu-8g",
            nodeNetworks: networks(9),
            provisioning: { model: "spot", maxNodes: 1 },
            zones,
          }),
        );
        warnings = pool.node.metadata
          .filter((m) => m.type === String(AnnotationMetadataEntryType.WARN))
          .map((m) => m.data);
      });
      return warnings;
    };
    expect(warningsOf(["europe-west4-z"])).toEqual([
      expect.stringMatching(
        /^a3-ultragpu-8g has not been seen in europe-west4-z; the catalogue \(which may be out of date\) lists /,
      ),
    ]);
  });
});

describe("what a pool cannot meet is acknowledged", () => {
  const rulesOf = (changes: PoolProps) => {
    let rules: string[] = [];
    synthesized((stack) => {
      new NodePool(stack, "pool", l4(changes));
      rules = acknowledgements(stack).map(({ acknowledgement }) => acknowledgement.rule);
    });
    return rules;
  };

  it.each<[string, PoolProps, string[]]>([
    ["the sandbox, on every pool", {}, ["custom.gkeRequireNodePoolSandbox"]],
    [
      "repair, on flex-start",
      { provisioning: { model: "flex-start", maxNodes: 1 } },
      ["custom.gkeRequireNodePoolSandbox", "custom.gkeRequireNodePoolAutoRepair"],
    ],
    [
      "repair, on queued",
      { provisioning: { model: "queued", maxNodes: 1 } },
      ["custom.gkeRequireNodePoolSandbox", "custom.gkeRequireNodePoolAutoRepair"],
    ],
  ])("%s", (_what, changes, rules) => {
    expect(rulesOf(changes)).toEqual(rules);
  });
});
