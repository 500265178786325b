import { ATTACHABLE_GPUS, MACHINES, type MachineSpec, type ProvisioningModel } from "../../lib/catalog/machines";
import { NodePool, type NodePoolProps } from "../../lib/cluster/node-pool";
import type { Provisioning } from "../../lib/cluster/provisioning";
import { CLUSTER, l4, networks, poolOf, synthesized, type PoolProps } from "./pools";

const MODELS: readonly ProvisioningModel[] = ["on-demand", "spot", "flex-start", "queued", "reservation"];

/** Provisioning of any model, as plain as it gets. */
function provisioningOf(model: ProvisioningModel, maxNodes: number): Provisioning {
  return model === "reservation" ? { model, reservation: { affinity: "any" }, maxNodes } : { model, maxNodes };
}

/** A version inside of every window of the machine. */
function versionFor({ versions }: MachineSpec): string {
  if (versions.maxExclusive) return "1.33.5-gke.1201000";
  return "1.35.2-gke.1485000";
}

/** The smallest props with which a machine makes a pool. */
function propsOf(machine: string, model?: ProvisioningModel): NodePoolProps {
  const spec = MACHINES[machine]!;
  const topology = spec.tpuTopologies?.[0];
  const nodes = topology
    ? topology.split("x").reduce((chips, side) => chips * Number(side), 1) / spec.accelerator!.count
    : 1;
  return l4({
    name: "pool",
    machine,
    provisioning: provisioningOf(model ?? spec.provisioning[0]!, Math.max(1, nodes)),
    zones: ["europe-west4-a"],
    nodeNetworks: networks(spec.fabric?.additionalInterfaces ?? 0),
    tpuTopology: topology,
    cluster: { ...CLUSTER, version: versionFor(spec) },
  });
}

const all = Object.entries(MACHINES);
const expressible = all.filter(([, spec]) => spec.providerCapability === undefined);

describe.each(expressible)("a pool of %s", (machine, spec) => {
  const pool = poolOf(propsOf(machine));
  const node = pool.node_config;

  it("has the accelerators of the catalogue", () => {
    const { accelerator } = spec;
    if (accelerator?.kind !== "gpu") return expect(node.guest_accelerator).toBeUndefined();
    expect(node.guest_accelerator).toEqual([
      {
        type: accelerator.type,
        count: accelerator.count,
        gpu_driver_installation_config: { gpu_driver_version: "DEFAULT" },
      },
    ]);
  });

  it("keeps other pods away from its accelerators, and only from those", () => {
    const keys = { gpu: "nvidia.com/gpu", tpu: "google.com/tpu" };
    expect(node.taint ?? []).toEqual(
      spec.accelerator ? [{ key: keys[spec.accelerator.kind], value: "present", effect: "NO_SCHEDULE" }] : [],
    );
  });

  it("states the Local SSDs that come with the machine, and no others", () => {
    const ssd = spec.localSsd;
    expect(node.ephemeral_storage_local_ssd_config).toEqual(
      ssd.kind === "fixed" ? { local_ssd_count: ssd.count } : undefined,
    );
  });

  it("starts from a disk that its series accepts", () => {
    expect(spec.bootDisks).toContain(node.disk_type);
  });

  it("has exactly the additional networks of its fabric", () => {
    expect(pool.network_config.additional_node_network_configs ?? []).toHaveLength(
      spec.fabric?.additionalInterfaces ?? 0,
    );
  });

  it("can be had in the models that Google sells", () => {
    const stack = synthesized((scope) => {
      for (const model of spec.provisioning) new NodePool(scope, model, { ...propsOf(machine, model), name: model });
    });
    stack.count("google_container_node_pool", spec.provisioning.length);
  });

  it("is refused in every other model", () => {
    for (const model of MODELS.filter((other) => !spec.provisioning.includes(other))) {
      expect(() => poolOf(propsOf(machine, model))).toThrow(
        `provisioning.model: ${machine} cannot be had as ${model} [provisioning-model]`,
      );
    }
  });

  it("is hardened", () => {
    expect(node).toMatchObject({
      machine_type: machine,
      image_type: "COS_CONTAINERD",
      boot_disk_kms_key: CLUSTER.nodeDiskKey.id.value,
      shielded_instance_config: { enable_secure_boot: spec.secureBoot, enable_integrity_monitoring: true },
      workload_metadata_config: { mode: "GKE_METADATA" },
      metadata: { "disable-legacy-endpoints": "true" },
      kubelet_config: { insecure_kubelet_readonly_port_enabled: "FALSE" },
      oauth_scopes: ["https://www.googleapis.com/auth/cloud-platform"],
      gvnic: { enabled: true },
      gcfs_config: { enabled: true },
    });
    expect(pool.network_config.enable_private_nodes).toBe(true);
    expect(pool.management.auto_upgrade).toBe(true);
  });
});

it("every GPU machine has a pool in these tests but those that the provider cannot express", () => {
  expect(all.length - expressible.length).toBe(1);
  expect(() => poolOf(propsOf("a4x-maxgpu-4g-metal"))).toThrow(
    /machine: cannot be expressed with google provider 6\.50: managed DRANET .*google 7\.31.*\[beyond-provider\]/,
  );
});

describe("a model in which Google does not sell the machine", () => {
  it("is refused with the models that are sold, and a machine of the same accelerator that can", () => {
    expect(() => poolOf(propsOf("a3-highgpu-1g", "on-demand"))).toThrow(
      /got: +"on-demand"\n +allowed: spot, flex-start, queued\n +fix: +choose one of the allowed models, or take a3-highgpu-8g or a3-edgegpu-8g: the same/,
    );
  });

  it("is refused without another machine where none can", () => {
    expect(() => poolOf(propsOf("a4x-highgpu-4g", "spot"))).toThrow(
      /allowed: reservation\n +fix: +choose one of the allowed models$/m,
    );
  });
});

describe("a GPU attached to an N1 machine", () => {
  const t4 = (changes: PoolProps = {}) =>
    l4({ machine: "n1-standard-8", gpus: { type: "nvidia-tesla-t4", count: 1 }, ...changes });

  it("is the pool's accelerator, with its taint", () => {
    const node = poolOf(t4()).node_config;
    expect(node.guest_accelerator).toMatchObject([{ type: "nvidia-tesla-t4", count: 1 }]);
    expect(node.taint).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }]);
  });

  it.each(Object.keys(ATTACHABLE_GPUS))("%s brings its own provisioning models", (type) => {
    expect(() =>
      poolOf(t4({ gpus: { type, count: 1 } as NodePoolProps["gpus"], provisioning: { model: "queued", maxNodes: 1 } })),
    ).toThrow("n1-standard-8 cannot be had as queued");
  });

  it("is refused in a number that Google does not attach", () => {
    expect(() => poolOf(t4({ gpus: { type: "nvidia-tesla-t4", count: 3 } }))).toThrow(
      /gpus\.count: nvidia-tesla-t4 cannot be attached in this number \[gpu-count\]\n.*\n +allowed: 1, 2, 4/,
    );
  });

  it("is refused on a machine too large for it", () => {
    expect(() => poolOf(t4({ machine: "n1-standard-96" }))).toThrow(
      "1 of nvidia-tesla-t4 serve at most 48 vCPUs, n1-standard-96 has 96",
    );
  });

  it.each(["g2-standard-8", "e2-standard-4"])("is refused on %s", (machine) => {
    expect(() => poolOf(t4({ machine }))).toThrow(`GPUs cannot be attached to ${machine}`);
  });
});

describe("a machine that the catalogue does not know", () => {
  it("is refused with the nearest name", () => {
    expect(() => poolOf(l4({ machine: "a3-megagpu-8" }))).toThrow(
      /machine: is not a machine that the catalogue knows \[unknown-machine\]\n +got: +"a3-megagpu-8"\n +fix: +did you mean "a3-megagpu-8g"\? Otherwise state what it is in machineFacts/,
    );
  });

  const facts: NonNullable<NodePoolProps["machineFacts"]> = {
    vcpus: 96,
    memoryGb: 1024,
    accelerator: { kind: "gpu", type: "nvidia-x1", count: 4, memoryGbEach: 288 },
    fixedLocalSsds: 8,
    bootDisks: ["hyperdisk-balanced"],
    provisioning: ["spot"],
    minVersion: "1.33.0-gke.1000000",
  };
  const x1 = (changes: PoolProps = {}) =>
    l4({ machine: "x1-highgpu-4g", machineFacts: facts, provisioning: { model: "spot", maxNodes: 2 }, ...changes });

  it("is shaped by the facts that the caller states", () => {
    expect(poolOf(x1()).node_config).toMatchObject({
      machine_type: "x1-highgpu-4g",
      guest_accelerator: [{ type: "nvidia-x1", count: 4 }],
      ephemeral_storage_local_ssd_config: { local_ssd_count: 8 },
      disk_type: "hyperdisk-balanced",
      taint: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
    });
  });

  it("is held to them", () => {
    expect(() => poolOf(x1({ provisioning: { model: "on-demand", maxNodes: 2 } }))).toThrow(
      "cannot be had as on-demand",
    );
    expect(() => poolOf(x1({ bootDisk: { type: "pd-ssd" } }))).toThrow("x1-highgpu-4g refuses this boot disk");
    expect(() => poolOf(x1({ cluster: { ...CLUSTER, version: "1.32" } }))).toThrow("x1-highgpu-4g does not work");
    expect(() => poolOf(x1(), { maxGpus: 7 })).toThrow("8 of prod-cluster/pool = 8");
  });
});
