import { Token, TerraformVariable } from "cdktf";
import { NodePool, nodePoolSchema, type NodePoolProps } from "../../lib/cluster/node-pool";
import { replaceForcingFields } from "../../lib/cluster/node-pool-blocks";
import { machineOf } from "../../lib/cluster/node-pool-machine";
import { Ref } from "../../lib/core";
import { CLUSTER, l4, networks, poolOf, synthesized, type PoolProps } from "./pools";

const BASE: PoolProps = { machine: "a3-megagpu-8g", nodeNetworks: networks(8), zones: ["europe-west4-b"] };
const nameOf = (changes: PoolProps = {}): string => poolOf(l4({ ...BASE, ...changes })).name;
const onDemand = { model: "on-demand", maxNodes: 3 } as const;

const OTHER_KEY = "projects/acme-ai-prod/locations/europe-west4/keyRings/prod/cryptoKeys/other";

// Fields of google 6.50 with ForceNew (resource_container_node_pool.go, node_config.go) that a pool writes, with a change of each.
const REPLACING: readonly [field: string, changed: PoolProps, base?: PoolProps][] = [
  ["node_config.guest_accelerator.type and count", { machine: "g2-standard-8", nodeNetworks: [] }],
  ["node_config.guest_accelerator.gpu_driver_installation_config", { driver: "latest" }],
  ["node_config.guest_accelerator.gpu_sharing_config", { sharing: { strategy: "mps", clients: 4 } }],
  [
    "node_config.guest_accelerator.gpu_sharing_config.max_shared_clients_per_gpu",
    { sharing: { strategy: "mps", clients: 5 } },
    { sharing: { strategy: "mps", clients: 4 } },
  ],
  ["node_config.guest_accelerator.gpu_partition_size", { sharing: { strategy: "mig", partition: "1g.10gb" } }],
  [
    "node_config.ephemeral_storage_local_ssd_config",
    { machine: "g2-standard-8", nodeNetworks: [], localSsds: 1 },
    { machine: "g2-standard-8", nodeNetworks: [] },
  ],
  ["node_config.secondary_boot_disks", { imageDisks: ["projects/acme/global/images/vllm"] }],
  [
    "node_config.reservation_affinity",
    { provisioning: { model: "reservation", reservation: { affinity: "any" }, maxNodes: 3 } },
  ],
  [
    "node_config.reservation_affinity.values",
    { provisioning: { model: "reservation", reservation: { affinity: "specific", name: "b" }, maxNodes: 3 } },
    { provisioning: { model: "reservation", reservation: { affinity: "specific", name: "a" }, maxNodes: 3 } },
  ],
  ["node_config.spot", { provisioning: { model: "spot", maxNodes: 3 } }],
  ["node_config.flex_start", { provisioning: { model: "flex-start", maxNodes: 3 } }],
  [
    "node_config.max_run_duration",
    { provisioning: { model: "flex-start", maxNodes: 3, maxRunHours: 24 } },
    { provisioning: { model: "flex-start", maxNodes: 3 } },
  ],
  [
    "queued_provisioning",
    { provisioning: { model: "queued", maxNodes: 3 } },
    { provisioning: { model: "flex-start", maxNodes: 3 } },
  ],
  ["node_config.boot_disk_kms_key", { cluster: { ...CLUSTER, nodeDiskKey: { id: Ref.existing(OTHER_KEY) } } }],
  ["placement_policy", { placement: "compact" }],
  [
    "placement_policy.tpu_topology",
    { machine: "ct6e-standard-4t", nodeNetworks: [], tpuTopology: "4x8", provisioning: { model: "spot", maxNodes: 8 } },
    { machine: "ct6e-standard-4t", nodeNetworks: [], tpuTopology: "4x4", provisioning: { model: "spot", maxNodes: 4 } },
  ],
  ["max_pods_per_node", { maxPodsPerNode: 32 }],
  ["network_config.additional_node_network_configs", { fabric: "none", nodeNetworks: [] }],
  ["network_config.additional_node_network_configs, their order", { nodeNetworks: networks(8).reverse() }],
];

describe("the name of a node pool", () => {
  it("is the given one with six hexadecimal characters, the same at every synth", () => {
    expect(nameOf()).toMatch(/^l4-[0-9a-f]{6}$/);
    expect(nameOf()).toBe(nameOf());
  });

  it.each(REPLACING)("changes with %s", (_field, changed, base = {}) => {
    expect(nameOf({ ...base, ...changed })).not.toBe(nameOf(base));
  });

  const kept: readonly [string, PoolProps][] = [
    ["nodeLabels", { nodeLabels: { workload: "training" } }],
    ["taints", { taints: [{ key: "team", value: "a", effect: "NO_SCHEDULE" }] }],
    ["maxNodes and minNodes", { provisioning: { ...onDemand, minNodes: 1, maxNodes: 4 } }],
    ["zones", { zones: ["europe-west4-a", "europe-west4-b"] }],
    ["imageStreaming", { imageStreaming: false }],
    ["bootDisk", { bootDisk: { type: "pd-ssd", sizeGb: 500 } }],
    ["upgrade", { upgrade: { strategy: "blue-green" } }],
    ["the cluster's version", { cluster: { ...CLUSTER, version: "1.33.6-gke.1" } }],
    ["registries", { registries: [{ project: "p", location: "eu", repository: Ref.existing("models"), url: "u" }] }],
  ];
  it.each(kept)("stays when %s changes, which GKE does in place", (_field, changed) => {
    expect(nameOf(changed)).toBe(nameOf());
  });

  it("stays when a value only Terraform knows changes", () => {
    const withLate = (variable: string) =>
      synthesized((stack) => {
        const late = Token.asNumber(new TerraformVariable(stack, variable, { type: "number" }).value);
        new NodePool(stack, "pool", l4({ maxPodsPerNode: late }));
      }).only("google_container_node_pool");
    expect(withLate("a")["max_pods_per_node"]).toBe("${var.a}");
    expect(withLate("a")["name"]).toBe(withLate("b")["name"]);
  });

  it("does not depend on whether a value comes from the same stack", () => {
    const own = synthesized((stack) => {
      const id = Ref.to(stack, "${google_kms_crypto_key.nodes.id}", CLUSTER.nodeDiskKey.id.value);
      new NodePool(stack, "pool", l4({ ...BASE, cluster: { ...CLUSTER, nodeDiskKey: { id } } }));
    }).only("google_container_node_pool");
    expect(own).toMatchObject({ node_config: { boot_disk_kms_key: "${google_kms_crypto_key.nodes.id}" } });
    expect(own["name"]).toBe(nameOf());
  });

  it("is refused where GKE's 40 characters would not hold it", () => {
    expect(() => nameOf({ name: "p".repeat(34) })).toThrow(/name: must be of at most 33 characters \[out-of-range\]/);
  });

  it("is refused where the account of its nodes would be too long", () => {
    expect(() => nameOf({ name: "p".repeat(30) })).toThrow("characters for google_service_account");
  });
});

// All of node_config with ForceNew in google 6.50 (node_config.go).
const FORCE_NEW = [
  "advanced_machine_features",
  "boot_disk_kms_key",
  "enable_confidential_storage",
  "ephemeral_storage_local_ssd_config",
  "flex_start",
  "guest_accelerator",
  "host_maintenance_policy",
  "local_nvme_ssd_block_config",
  "local_ssd_count",
  "local_ssd_encryption_mode",
  "max_run_duration",
  "metadata",
  "min_cpu_platform",
  "node_group",
  "oauth_scopes",
  "preemptible",
  "reservation_affinity",
  "secondary_boot_disks",
  "service_account",
  "shielded_instance_config",
  "sole_tenant_config",
  "spot",
];

it.each<[string, PoolProps]>([
  ["on demand with everything", { ...BASE, driver: "latest", imageDisks: ["projects/acme/global/images/vllm"] }],
  ["spot", { provisioning: { model: "spot", maxNodes: 1 } }],
  ["queued", { provisioning: { model: "queued", maxNodes: 1 } }],
  ["with CPUs only", { machine: "n2-standard-8", localSsds: 2 }],
])("a pool %s writes no replace-forcing field that the name leaves out, and none in vain", (_what, changes) => {
  synthesized((stack) => {
    const { pool } = new NodePool(stack, "pool", l4(changes)).resources;
    const written = Object.keys(pool.nodeConfig.internalValue!).filter(
      (key) => (pool.nodeConfig.internalValue as Record<string, unknown>)[key] !== undefined,
    );
    const values = nodePoolSchema.parse(plainOf(l4(changes)));
    const hashed = replaceForcingFields(machineOf(values)!, values, {
      serviceAccount: "a",
      diskKey: "k",
      networks: [],
    }).node;
    const named = Object.entries(hashed).filter(([, value]) => value !== undefined);
    expect(
      written
        .map(snake)
        .filter((key) => FORCE_NEW.includes(key))
        .sort(),
    ).toEqual(named.map(([key]) => snake(key)).sort());
  });
});

function plainOf({
  cluster: _cluster,
  registries: _registries,
  nodeNetworks: _networks,
  ...plain
}: NodePoolProps): unknown {
  return plain;
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

it("a replaced pool is made before the old one goes, and the autoscaler's sizes are left alone", () => {
  expect(poolOf(l4()).lifecycle).toEqual({
    create_before_destroy: true,
    ignore_changes: ["initial_node_count", "node_count"],
  });
});
