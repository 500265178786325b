import { MACHINES, type MachineSpec } from "../../../lib/catalog/machines";
import type { Block, TerraformJson } from "../../../lib/core";
import type { ApiObject } from "../api/objects";
import { allocatableOf } from "./allocatable";

// Node objects are cheap, but more of them prove nothing more.
const MOST_NODES_OF_A_POOL = 32;

/** The pool of a node, as a label of ours tells it: the pool's own name has a hash. */
export const POOL_LABEL = "cloud.google.com/gke-nodepool";
export const ACCELERATOR_LABEL = "cloud.google.com/gke-accelerator";

/**
 * The nodes that an environment's pools may have, at the most that their autoscaling allows, as GKE registers them: labels, taints and
 * what is left for pods ("About node labels", "GPUs in GKE node pools", "Time-sharing GPUs", "Flex-start", Google Cloud docs).
 */
export function nodesOf(clusterStack: TerraformJson): ApiObject[] {
  const pools = Object.values(clusterStack.resource?.["google_container_node_pool"] ?? {});
  const [cluster] = Object.values(clusterStack.resource?.["google_container_cluster"] ?? {});
  return pools.flatMap((pool) => nodesOfPool(pool as unknown as NodePool, cluster));
}

/** As much of `google_container_node_pool` as shapes a node. */
interface NodePool {
  readonly name: string;
  readonly node_locations: readonly string[];
  readonly node_count?: number;
  readonly max_pods_per_node?: number;
  readonly autoscaling?: { readonly total_max_node_count?: number; readonly max_node_count?: number };
  readonly queued_provisioning?: { readonly enabled: boolean };
  readonly placement_policy?: { readonly tpu_topology?: string };
  readonly node_config: NodeConfig;
}

interface NodeConfig {
  readonly machine_type: string;
  readonly disk_size_gb?: number;
  readonly disk_type?: string;
  readonly spot?: boolean;
  readonly flex_start?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taint?: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly guest_accelerator?: readonly Accelerator[];
  readonly ephemeral_storage_local_ssd_config?: { readonly local_ssd_count: number };
  readonly reservation_affinity?: { readonly values?: readonly string[] };
}

interface Accelerator {
  readonly type: string;
  readonly count: number;
  readonly gpu_partition_size?: string;
  readonly gpu_driver_installation_config?: { readonly gpu_driver_version: string };
  readonly gpu_sharing_config?: {
    readonly gpu_sharing_strategy: string;
    readonly max_shared_clients_per_gpu: number;
  };
}

function nodesOfPool(pool: NodePool, cluster: Block | undefined): ApiObject[] {
  const zones = pool.node_locations;
  const { total_max_node_count: total, max_node_count: perZone = pool.node_count ?? 1 } = pool.autoscaling ?? {};
  const count = Math.min(total ?? perZone * zones.length, MOST_NODES_OF_A_POOL);
  const spec = MACHINES[pool.node_config.machine_type]!;
  const maxPods = pool.max_pods_per_node ?? Number(cluster?.["default_max_pods_per_node"] ?? 110);
  return Array.from({ length: count }, (_, index) => {
    const zone = zones[index % zones.length]!;
    const name = `gke-${pool.name}-${index}`;
    const resources = resourcesOf(pool, spec, maxPods);
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { ...labelsOf(pool, spec, zone), "kubernetes.io/hostname": name } },
      spec: { taints: taintsOf(pool, spec) },
      status: { capacity: resources, allocatable: resources },
    };
  });
}

function resourcesOf(pool: NodePool, { accelerator }: MachineSpec, maxPods: number): Record<string, string> {
  const {
    machine_type: machine,
    disk_size_gb: diskGb = 100,
    ephemeral_storage_local_ssd_config: ssd,
  } = pool.node_config;
  const { milliCpu, memoryBytes, ephemeralBytes } = allocatableOf(machine, diskGb, ssd?.local_ssd_count ?? 0, maxPods);
  const [gpu] = pool.node_config.guest_accelerator ?? [];
  return {
    cpu: `${milliCpu}m`,
    memory: String(memoryBytes),
    "ephemeral-storage": String(ephemeralBytes),
    pods: String(maxPods),
    ...(gpu ? { "nvidia.com/gpu": String(presentedGpus(gpu, accelerator?.memoryGbEach)) } : {}),
    ...(accelerator?.kind === "tpu" ? { "google.com/tpu": String(accelerator.count) } : {}),
  };
}

// The device plugin presents each share, or each partition, as a GPU (GoogleCloudPlatform/container-engine-accelerators, pkg/gpu/nvidia).
function presentedGpus(gpu: Accelerator, memoryGb = 0): number {
  const { count, gpu_sharing_config: sharing, gpu_partition_size: partition } = gpu;
  return count * partitionsOf(partition, memoryGb) * (sharing?.max_shared_clients_per_gpu ?? 1);
}

// `1g.10gb`: one of seven slices of compute, and that much memory; the scarcer of the two decides.
function partitionsOf(partition: string | undefined, memoryGb: number): number {
  const [, slices, memory] = /^(\d)g\.(\d+)gb$/.exec(partition ?? "") ?? [];
  return slices === undefined ? 1 : Math.min(Math.floor(7 / Number(slices)), Math.round(memoryGb / Number(memory)));
}

function labelsOf(pool: NodePool, spec: MachineSpec, zone: string): Record<string, string> {
  const { machine_type: machine, disk_type: disk = "pd-balanced", ...config } = pool.node_config;
  const [reservation] = config.reservation_affinity?.values ?? [];
  const given: Record<string, string | undefined> = {
    "kubernetes.io/arch": spec.architecture,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": machine,
    "topology.kubernetes.io/zone": zone,
    "topology.kubernetes.io/region": zone.replace(/-[a-z]$/, ""),
    "topology.gke.io/zone": zone,
    [POOL_LABEL]: pool.name,
    "cloud.google.com/machine-family": machine.split("-")[0],
    "cloud.google.com/gke-os-distribution": "cos",
    "cloud.google.com/gke-container-runtime": "containerd",
    "cloud.google.com/gke-boot-disk": disk,
    "cloud.google.com/gke-cpu-scaling-level": String(spec.vcpus),
    "cloud.google.com/gke-memory-gb-scaling-level": String(spec.memoryGb),
    "cloud.google.com/gke-provisioning": config.spot ? "spot" : "standard",
    "cloud.google.com/gke-spot": config.spot ? "true" : undefined,
    "cloud.google.com/gke-flex-start": config.flex_start ? "true" : undefined,
    "cloud.google.com/gke-queued": pool.queued_provisioning?.enabled ? "true" : undefined,
    "cloud.google.com/gke-ephemeral-storage-local-ssd": config.ephemeral_storage_local_ssd_config ? "true" : undefined,
    "cloud.google.com/reservation-name": reservation?.split("/").at(-1),
    "iam.gke.io/gke-metadata-server-enabled": "true",
    ...gpuLabels(config.guest_accelerator?.[0]),
    ...tpuLabels(spec, pool.placement_policy?.tpu_topology),
    ...config.labels,
  };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function gpuLabels(gpu: Accelerator | undefined): Record<string, string | undefined> {
  if (gpu === undefined) return {};
  const { gpu_sharing_config: sharing, gpu_driver_installation_config: driver } = gpu;
  return {
    [ACCELERATOR_LABEL]: gpu.type,
    "cloud.google.com/gke-accelerator-count": String(gpu.count),
    "cloud.google.com/gke-gpu": "true",
    "cloud.google.com/gke-gpu-driver-version": driver?.gpu_driver_version.toLowerCase(),
    "cloud.google.com/gke-gpu-partition-size": gpu.gpu_partition_size,
    "cloud.google.com/gke-gpu-sharing-strategy": sharing?.gpu_sharing_strategy.toLowerCase().replace("_", "-"),
    "cloud.google.com/gke-max-shared-clients-per-gpu": sharing && String(sharing.max_shared_clients_per_gpu),
  };
}

function tpuLabels({ accelerator, tpuTopologies }: MachineSpec, topology?: string): Record<string, string | undefined> {
  if (accelerator?.kind !== "tpu") return {};
  return {
    "cloud.google.com/gke-tpu-accelerator": accelerator.type,
    "cloud.google.com/gke-tpu-topology": topology ?? tpuTopologies?.[0],
    "cloud.google.com/gke-accelerator-count": String(accelerator.count),
  };
}

const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};

function taintsOf(pool: NodePool, { architecture }: MachineSpec) {
  const own = (pool.node_config.taint ?? []).map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] }));
  // Those that GKE adds by itself.
  const added = [
    ...(architecture === "arm64" ? [{ key: "kubernetes.io/arch", value: "arm64", effect: "NoSchedule" }] : []),
    ...(pool.queued_provisioning?.enabled
      ? [{ key: "cloud.google.com/gke-queued", value: "true", effect: "NoSchedule" }]
      : []),
  ];
  return [...own, ...added.filter(({ key }) => !own.some((taint) => taint.key === key))];
}
