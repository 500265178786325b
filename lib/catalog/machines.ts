/**
 * Machine types that a GKE node pool can use, as facts: no rule of ours stands here, only what Google says of each
 * machine.
 *
 * Sources, named in every row:
 * - "GPU machine types" and "Accelerator-optimized machine family", Google Cloud docs, read 2026-11-21:
 *   counts, memory, Local SSD, network interfaces, disk types, GKE versions.
 * - GoogleCloudPlatform/cluster-toolkit blueprints, 2026-06: accelerator strings, shape of the additional networks.
 * - The machine table of GKE's own cluster autoscaler (k8s.io/gke-autoscaling, 2026): allowed Local SSD counts, boot
 *   disk types, vCPU of TPU and H4D machines.
 * - GoogleCloudPlatform/container-engine-accelerators, GKE's device plugin, 2026: partition sizes of GPUs.
 * - gce-machine-prices-2026-08-03.json: vCPU classes of general-purpose machines and which are sold on demand and as
 *   spot.
 */

/** A boot disk type of a node. */
export type BootDiskType = "pd-balanced" | "pd-ssd" | "pd-standard" | "hyperdisk-balanced";

/**
 * How capacity is obtained. `queued` is flex-start with queued provisioning (all nodes or none); a calendar reservation
 * counts as `reservation`.
 */
export type ProvisioningModel = "on-demand" | "spot" | "flex-start" | "queued" | "reservation";

/** The instruction set of a machine; images must be built for it. */
export type Architecture = "amd64" | "arm64";

/** GPUs or TPU chips that are part of a machine type. */
export interface AcceleratorSpec {
  readonly kind: "gpu" | "tpu";
  /**
   * The string GKE knows the accelerator by (`guest_accelerator.type`, node label `cloud.google.com/gke-accelerator`).
   */
  readonly type: string;
  /** Accelerators that one node presents. A machine with a part of a GPU presents 1. */
  readonly count: number;
  /** Memory of one presented accelerator in GB, as Google states it. */
  readonly memoryGbEach: number;
  /** The part of a physical GPU that one presented accelerator is, when it is not whole. */
  readonly fraction?: number;
}

/**
 * Local SSD of a machine. `fixed` disks come with the machine: the node pool must still state their count, or every
 * plan wants to replace it.
 */
export type LocalSsdSpec =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly count: number; readonly gibEach: number }
  | {
      readonly kind: "optional";
      readonly maxCount: number;
      /** Every count other than 0 that the machine accepts, ascending. */
      readonly counts: readonly number[];
      readonly gibEach: number;
    };

/** Networks that a node needs besides the cluster's own. */
export interface FabricSpec {
  /**
   * - `tcpx`: GPUDirect-TCPX, 4 VPC networks
   * - `tcpxo`: GPUDirect-TCPXO, exactly 8 VPC networks (a ninth takes the PCI slot of a GPU NIC)
   * - `roce`: one gVNIC network and one RDMA network in a RoCE network profile
   * - `roce-metal`: the RoCE profile of bare metal, which brings its own subnets
   * - `falcon`: one RDMA network in a Falcon network profile; usable without it, slower
   * - `gvnic`: one more gVNIC network, no RDMA
   */
  readonly kind: "tcpx" | "tcpxo" | "roce" | "roce-metal" | "falcon" | "gvnic";
  /** Additional VPC networks with gVNIC interfaces; each has one subnet. */
  readonly gvnicNetworks: number;
  /** Additional VPC networks with RDMA interfaces. */
  readonly rdmaNetworks: number;
  /** Subnets in the RDMA network that we create, one per RDMA interface; 0 where the profile brings them. */
  readonly rdmaSubnets: number;
  /**
   * Length of the pool's `additional_node_network_configs`: network interfaces of the machine less the cluster's one.
   */
  readonly additionalInterfaces: number;
  /** MTU of every additional network, in bytes. */
  readonly mtuBytes: number;
  /**
   * Prefix length of each additional subnet. A node takes one address of each; /20 (4,092 nodes) is Google's figure for
   * TCPX and used for all.
   */
  readonly subnetPrefixLength: number;
  /** Network profile of the RDMA network, after `<zone>-`. */
  readonly networkProfileSuffix?: "vpc-roce" | "vpc-roce-metal" | "vpc-falcon";
  /** Whether the machine's fabric needs a cluster feature that `enable_multi_networking` does not give. */
  readonly needsDranet?: boolean;
}

/** GKE versions that run a machine with its fabric. Versions have the form `1.32.2-gke.1475000`. */
export interface VersionWindow {
  /** Lowest version. Absent: any version that GKE supports. */
  readonly min?: string;
  /**
   * Lowest version per minor, ascending, where fixes were backported: a version must reach the entry of its own minor;
   * a minor after the last is fine, one before the first is not.
   */
  readonly minByMinor?: readonly string[];
  /** Known-bad: this version and every later one fail, up to `fixedByMinor`. */
  readonly maxExclusive?: string;
  /** Why `maxExclusive` exists. */
  readonly maxReason?: string;
  /** Where the machine works again after `maxExclusive`: lowest version per minor, ascending, read as `minByMinor` is. Absent: nowhere yet. */
  readonly fixedByMinor?: readonly string[];
  /** Lowest version for flex-start and queued provisioning of this machine, where sold. */
  readonly flexStartMin?: string;
}

/** How one GPU can be shared between containers. */
export interface SharingSpec {
  readonly timeSharing: boolean;
  readonly mps: boolean;
  /** `gpu_partition_size` values that GKE accepts. Empty: the GPU has no multi-instance mode, or GKE offers none. */
  readonly migPartitions: readonly string[];
}

/** What is known of one machine type. */
export interface MachineSpec {
  /** Series and class, for example `a3-mega`. */
  readonly family: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  /** Memory of the machine in GB, as Google states it. */
  readonly memoryGb: number;
  /** Absent for machines without accelerators, and for N1, to which GPUs are attached (`ATTACHABLE_GPUS`). */
  readonly accelerator?: AcceleratorSpec;
  readonly localSsd: LocalSsdSpec;
  /** Boot disks that the machine accepts; the first is the default choice. */
  readonly bootDisks: readonly BootDiskType[];
  readonly fabric?: FabricSpec;
  readonly versions: VersionWindow;
  readonly provisioning: readonly ProvisioningModel[];
  /**
   * True when Google's prose states the models; false when they are inferred from price lists and from Google's
   * autoscaler.
   */
  readonly provisioningConfirmed: boolean;
  /** Whether compact placement can be combined with flex-start. */
  readonly compactPlacementWithFlexStart: boolean;
  /** The workload policy that a pool of this machine needs instead of compact placement. */
  readonly workloadPolicy?: {
    readonly type: "HIGH_THROUGHPUT";
    readonly acceleratorTopology: "1x72";
    /** Nodes of one NVLink domain: a pool cannot exceed it. */
    readonly maxNodesPerPool: number;
  };
  readonly sharing: SharingSpec;
  /** Whether nodes can boot with Shielded VM secure boot. */
  readonly secureBoot: boolean;
  /**
   * What the google provider 6.50.0 lacks for this machine, and the release that adds it. Absent: it can be expressed.
   */
  readonly providerCapability?: string;
  /** Lowest NVIDIA driver branch, for example `R570`. */
  readonly minDriverBranch?: string;
  /** TPU topologies of a node pool of this machine. Larger ones than listed exist where the notes say so. */
  readonly tpuTopologies?: readonly string[];
  readonly launchStage: "ga" | "preview";
  /** Where the facts come from, with the date they were read. */
  readonly source: string;
  readonly notes?: string;
}

/** A GPU that is attached to N1 machines by count. */
export interface AttachableGpu {
  readonly type: string;
  readonly memoryGbEach: number;
  /** Machine family it attaches to. */
  readonly family: "n1";
  /** Allowed GPUs per node → most vCPUs that the machine may have. */
  readonly maxVcpusByCount: Readonly<Record<number, number>>;
  readonly provisioning: readonly ProvisioningModel[];
  readonly provisioningConfirmed: boolean;
  readonly sharing: SharingSpec;
  readonly source: string;
  readonly notes?: string;
}

/**
 * Lowest GKE version of flex-start on GPU machines ("Flex-start with queued provisioning", Google Cloud docs, read
 * 2026-11-21).
 */
export const FLEX_START_MIN_VERSION = "1.32.2-gke.1652000";

/** Lowest GKE version of flex-start on TPU machines (same page). */
export const TPU_FLEX_START_MIN_VERSION = "1.33.0-gke.1712000";

/** Longest run of a flex-start node, in seconds: seven days (same page). */
export const FLEX_START_MAX_RUN_SECONDS = 604_800;

/**
 * Taints of nodes with accelerators. GKE adds them to pools of accelerators only when the cluster also has another
 * pool, so a pool states its own (hashicorp/terraform-provider-google#7928).
 */
export const ACCELERATOR_TAINTS = {
  gpu: { key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" },
  tpu: { key: "google.com/tpu", value: "present", effect: "NO_SCHEDULE" },
} as const;

const GPU_DOCS = "GPU machine types and accelerator-optimized machine family, Google Cloud docs, read 2026-11-21";
const TPU_SOURCE = "TPUs in GKE, Google Cloud docs, and GKE cluster autoscaler machine table, read 2026-11-21";
const CPU_SOURCE = "Compute Engine machine prices 2026-08-03 and GKE cluster autoscaler machine table, read 2026-11-21";

const LOCAL_SSD_GIB = 375;
const TITANIUM_SSD_GIB = 3000;

const PD: readonly BootDiskType[] = ["pd-balanced", "pd-ssd"];
const PD_WITH_STANDARD: readonly BootDiskType[] = ["pd-balanced", "pd-ssd", "pd-standard"];
const PD_OR_HYPERDISK: readonly BootDiskType[] = ["pd-balanced", "pd-ssd", "hyperdisk-balanced"];
const HYPERDISK: readonly BootDiskType[] = ["hyperdisk-balanced"];

const ALL_MODELS: readonly ProvisioningModel[] = ["on-demand", "spot", "flex-start", "queued", "reservation"];
const NOT_ON_DEMAND: readonly ProvisioningModel[] = ["spot", "flex-start", "queued", "reservation"];
const WITHOUT_FLEX: readonly ProvisioningModel[] = ["on-demand", "spot", "reservation"];

const NOT_SHARED: SharingSpec = { timeSharing: false, mps: false, migPartitions: [] };
// Partition sizes that GKE's device plugin knows: GoogleCloudPlatform/container-engine-accelerators,
// pkg/gpu/nvidia/mig, read 2026-11-21.
const A100_40GB_SHARING: SharingSpec = shared(["1g.5gb", "2g.10gb", "3g.20gb", "7g.40gb"]);
const A100_80GB_SHARING: SharingSpec = shared(["1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"]);
const H100_SHARING: SharingSpec = shared(["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "7g.80gb"]);
const H200_SHARING: SharingSpec = shared(["1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"]);
const B200_SHARING: SharingSpec = shared(["1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb"]);
const RTX_PRO_6000_SHARING: SharingSpec = shared(["1g.24gb", "2g.48gb", "4g.96gb"]);
const GB200_SHARING: SharingSpec = {
  timeSharing: false,
  mps: false,
  migPartitions: ["1g.23gb", "1g.47gb", "2g.47gb", "3g.93gb", "4g.93gb", "7g.186gb"],
};
const WITHOUT_MIG: SharingSpec = shared([]);

const TCPX: FabricSpec = {
  kind: "tcpx",
  gvnicNetworks: 4,
  rdmaNetworks: 0,
  rdmaSubnets: 0,
  additionalInterfaces: 4,
  mtuBytes: 8244,
  subnetPrefixLength: 20,
};
const TCPXO: FabricSpec = { ...TCPX, kind: "tcpxo", gvnicNetworks: 8, additionalInterfaces: 8 };
const ROCE_8: FabricSpec = {
  kind: "roce",
  gvnicNetworks: 1,
  rdmaNetworks: 1,
  rdmaSubnets: 8,
  additionalInterfaces: 9,
  mtuBytes: 8896,
  subnetPrefixLength: 20,
  networkProfileSuffix: "vpc-roce",
};
const ROCE_4: FabricSpec = { ...ROCE_8, rdmaSubnets: 4, additionalInterfaces: 5 };
const ROCE_METAL: FabricSpec = {
  ...ROCE_8,
  kind: "roce-metal",
  rdmaSubnets: 0,
  additionalInterfaces: 5,
  networkProfileSuffix: "vpc-roce-metal",
  needsDranet: true,
};
const FALCON: FabricSpec = {
  kind: "falcon",
  gvnicNetworks: 0,
  rdmaNetworks: 1,
  rdmaSubnets: 1,
  additionalInterfaces: 1,
  mtuBytes: 8896,
  subnetPrefixLength: 20,
  networkProfileSuffix: "vpc-falcon",
};
const ONE_MORE_GVNIC: FabricSpec = {
  kind: "gvnic",
  gvnicNetworks: 1,
  rdmaNetworks: 0,
  rdmaSubnets: 0,
  additionalInterfaces: 1,
  mtuBytes: 8896,
  subnetPrefixLength: 20,
};

function shared(migPartitions: readonly string[]): SharingSpec {
  return { timeSharing: true, mps: true, migPartitions };
}

function noLocalSsd(): LocalSsdSpec {
  return { kind: "none" };
}

function fixedLocalSsd(count: number, gibEach = LOCAL_SSD_GIB): LocalSsdSpec {
  return { kind: "fixed", count, gibEach };
}

function optionalLocalSsd(...counts: readonly number[]): LocalSsdSpec {
  return { kind: "optional", maxCount: Math.max(...counts), counts, gibEach: LOCAL_SSD_GIB };
}

function gpu(type: string, count: number, memoryGbEach: number, fraction?: number): AcceleratorSpec {
  return { kind: "gpu", type, count, memoryGbEach, ...(fraction === undefined ? {} : { fraction }) };
}

function tpu(type: string, count: number, memoryGbEach: number): AcceleratorSpec {
  return { kind: "tpu", type, count, memoryGbEach };
}

type Row = Omit<
  MachineSpec,
  "architecture" | "compactPlacementWithFlexStart" | "secureBoot" | "launchStage" | "provisioningConfirmed"
> &
  Partial<MachineSpec>;

/** The values that most rows share; a row states only what differs. */
function machine(row: Row): MachineSpec {
  return {
    architecture: "amd64",
    compactPlacementWithFlexStart: false,
    secureBoot: true,
    launchStage: "ga",
    provisioningConfirmed: false,
    ...row,
  };
}

function g2(vcpus: number, memoryGb: number, gpus: number): MachineSpec {
  return machine({
    family: "g2",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-l4", gpus, 24),
    localSsd: optionalLocalSsd(gpus),
    bootDisks: PD,
    versions: { flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: ALL_MODELS,
    sharing: WITHOUT_MIG,
    source: GPU_DOCS,
    notes: "node auto-provisioning from 1.28.2-gke.1098000; one Local SSD per GPU or none",
  });
}

function fractionalG4(
  vcpus: number,
  memoryGb: number,
  fraction: number,
  gpuMemoryGb: number,
  localSsd: LocalSsdSpec,
): MachineSpec {
  return machine({
    family: "g4-fractional",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-rtx-pro-6000", 1, gpuMemoryGb, fraction),
    localSsd,
    bootDisks: HYPERDISK,
    versions: { minByMinor: ["1.34.5-gke.1153000", "1.35.2-gke.1485000"] },
    provisioning: ["on-demand", "spot"],
    sharing: NOT_SHARED,
    launchStage: "preview",
    source: GPU_DOCS,
    notes: "no Ubuntu image; models inferred from the price list",
  });
}

function g4(vcpus: number, memoryGb: number, gpus: number, maxLocalSsds: number): MachineSpec {
  return machine({
    family: "g4",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-rtx-pro-6000", gpus, 96),
    localSsd: optionalLocalSsd(maxLocalSsds),
    bootDisks: HYPERDISK,
    versions: { min: "1.34.0-gke.1662000", flexStartMin: "1.34.0-gke.1662000" },
    provisioning: ALL_MODELS,
    sharing: RTX_PRO_6000_SHARING,
    source: GPU_DOCS,
    notes: "node auto-provisioning from 1.34.1-gke.1279000",
  });
}

function a2High(vcpus: number, memoryGb: number, gpus: number, ssdCounts: readonly number[]): MachineSpec {
  return machine({
    family: "a2-high",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-tesla-a100", gpus, 40),
    localSsd: optionalLocalSsd(...ssdCounts),
    bootDisks: PD,
    versions: { flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: ALL_MODELS,
    sharing: A100_40GB_SHARING,
    source: GPU_DOCS,
  });
}

function a2Ultra(vcpus: number, memoryGb: number, gpus: number): MachineSpec {
  return machine({
    family: "a2-ultra",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-a100-80gb", gpus, 80),
    localSsd: fixedLocalSsd(gpus),
    bootDisks: PD,
    versions: { flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: ALL_MODELS,
    sharing: A100_80GB_SHARING,
    source: GPU_DOCS,
  });
}

/** A3 High below eight GPUs: no fabric, and never on demand. */
function smallA3High(vcpus: number, memoryGb: number, gpus: number): MachineSpec {
  return machine({
    family: "a3-high",
    vcpus,
    memoryGb,
    accelerator: gpu("nvidia-h100-80gb", gpus, 80),
    localSsd: fixedLocalSsd(2 * gpus),
    bootDisks: PD_OR_HYPERDISK,
    versions: { flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: ["spot", "flex-start", "queued"],
    provisioningConfirmed: true,
    sharing: H100_SHARING,
    source: GPU_DOCS,
  });
}

function a4x(localSsd: LocalSsdSpec): MachineSpec {
  return machine({
    family: "a4x",
    architecture: "arm64",
    vcpus: 140,
    memoryGb: 884,
    accelerator: gpu("nvidia-gb200", 4, 186),
    localSsd,
    bootDisks: HYPERDISK,
    fabric: ROCE_4,
    versions: { minByMinor: ["1.32.8-gke.1108000", "1.33.4-gke.1036000"] },
    provisioning: ["reservation"],
    provisioningConfirmed: true,
    workloadPolicy: { type: "HIGH_THROUGHPUT", acceleratorTopology: "1x72", maxNodesPerPool: 18 },
    sharing: GB200_SHARING,
    minDriverBranch: "R580",
    source: GPU_DOCS,
    notes:
      "Container-Optimized OS only; needs the resource.k8s.io beta APIs of the cluster; time-sharing and MPS unconfirmed",
  });
}

function h4d(memoryGb: number, localSsd: LocalSsdSpec): MachineSpec {
  return machine({
    family: "h4d",
    vcpus: 192,
    memoryGb,
    localSsd,
    bootDisks: HYPERDISK,
    fabric: FALCON,
    versions: { min: "1.32.6-gke.1060000", flexStartMin: "1.33.2-gke.4731000" },
    provisioning: ALL_MODELS,
    compactPlacementWithFlexStart: true,
    sharing: NOT_SHARED,
    source:
      "Run high performance computing workloads with H4D, Google Cloud docs, and RDMA network profiles, read 2026-11-21",
    notes: "Container-Optimized OS only; RDMA pools have one zone; spot and queued inferred",
  });
}

function tpuMachine(
  row: Pick<MachineSpec, "family" | "vcpus" | "memoryGb" | "accelerator" | "bootDisks"> & Partial<Row>,
) {
  return machine({
    localSsd: noLocalSsd(),
    versions: { flexStartMin: TPU_FLEX_START_MIN_VERSION },
    provisioning: ALL_MODELS,
    sharing: NOT_SHARED,
    source: TPU_SOURCE,
    ...row,
  });
}

/** A general-purpose machine without accelerators, for system pools and controllers. */
function cpu(
  family: string,
  vcpus: number,
  memoryGb: number,
  bootDisks: readonly BootDiskType[],
  localSsd: LocalSsdSpec = noLocalSsd(),
): MachineSpec {
  return machine({
    family,
    vcpus,
    memoryGb,
    localSsd,
    bootDisks,
    versions: {},
    provisioning: WITHOUT_FLEX,
    sharing: NOT_SHARED,
    source: CPU_SOURCE,
  });
}

const N1_SSD_COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 16, 24];

function n1(vcpus: number, memoryGb: number): MachineSpec {
  return cpu("n1-standard", vcpus, memoryGb, PD_WITH_STANDARD, optionalLocalSsd(...N1_SSD_COUNTS));
}

function n2(vcpus: number, smallestSsdCount: number): MachineSpec {
  const counts = [1, 2, 4, 8, 16, 24].filter((count) => count >= smallestSsdCount);
  return cpu("n2-standard", vcpus, 4 * vcpus, PD_WITH_STANDARD, optionalLocalSsd(...counts));
}

function n2d(vcpus: number, smallestSsdCount: number): MachineSpec {
  const counts = [1, 2, 4, 8, 16, 24].filter((count) => count >= smallestSsdCount);
  return cpu("n2d-standard", vcpus, 4 * vcpus, PD_WITH_STANDARD, optionalLocalSsd(...counts));
}

const V5E_SLICES = ["2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16"];
const V5P_SLICES = ["2x2x1", "2x2x2", "2x2x4", "2x4x4", "4x4x4", "4x4x8", "4x8x8", "8x8x8", "8x8x16", "8x16x16"];
const TPU7X_SLICES = [
  "2x2x1",
  "2x2x2",
  "2x2x4",
  "2x4x4",
  "4x4x4",
  "4x4x8",
  "4x8x8",
  "8x8x8",
  "8x8x16",
  "8x16x16",
  "16x16x16",
  "16x24x24",
];

/**
 * Every machine type that the library knows, by its name. A name that is absent may still exist: Google adds machines
 * faster than we do.
 */
export const MACHINES: Readonly<Record<string, MachineSpec>> = {
  // L4
  "g2-standard-4": g2(4, 16, 1),
  "g2-standard-8": g2(8, 32, 1),
  "g2-standard-12": g2(12, 48, 1),
  "g2-standard-16": g2(16, 64, 1),
  "g2-standard-32": g2(32, 128, 1),
  "g2-standard-24": g2(24, 96, 2),
  "g2-standard-48": g2(48, 192, 4),
  "g2-standard-96": g2(96, 384, 8),

  // RTX PRO 6000: parts of a GPU, then whole ones
  "g4-standard-6": fractionalG4(6, 22, 1 / 8, 12, noLocalSsd()),
  "g4-standard-12": fractionalG4(12, 45, 1 / 4, 24, optionalLocalSsd(1)),
  "g4-standard-24": fractionalG4(24, 90, 1 / 2, 48, optionalLocalSsd(2)),
  "g4-standard-48": g4(48, 180, 1, 4),
  "g4-standard-96": g4(96, 360, 2, 8),
  "g4-standard-192": g4(192, 720, 4, 16),
  "g4-standard-384": {
    ...g4(384, 1440, 8, 32),
    fabric: ONE_MORE_GVNIC,
    notes:
      "two gVNIC interfaces, MTU of the second unconfirmed; static CPU manager wanted for its two NUMA nodes; " +
      "NUMA alignment (topology_manager) needs google 7.2; node auto-provisioning from 1.34.1-gke.1279000",
  },

  // A100 40 GB
  "a2-highgpu-1g": a2High(12, 85, 1, [1, 2, 4, 8]),
  "a2-highgpu-2g": a2High(24, 170, 2, [2, 4, 8]),
  "a2-highgpu-4g": a2High(48, 340, 4, [4, 8]),
  "a2-highgpu-8g": a2High(96, 680, 8, [8]),
  "a2-megagpu-16g": {
    ...a2High(96, 1360, 16, [8]),
    family: "a2-mega",
    versions: {},
    provisioning: WITHOUT_FLEX,
    notes: "no flex-start in a vendor's price table",
  },

  // A100 80 GB
  "a2-ultragpu-1g": a2Ultra(12, 170, 1),
  "a2-ultragpu-2g": a2Ultra(24, 340, 2),
  "a2-ultragpu-4g": a2Ultra(48, 680, 4),
  "a2-ultragpu-8g": a2Ultra(96, 1360, 8),

  // H100
  "a3-highgpu-1g": smallA3High(26, 234, 1),
  "a3-highgpu-2g": smallA3High(52, 468, 2),
  "a3-highgpu-4g": smallA3High(104, 936, 4),
  "a3-highgpu-8g": machine({
    family: "a3-high",
    vcpus: 208,
    memoryGb: 1872,
    accelerator: gpu("nvidia-h100-80gb", 8, 80),
    localSsd: fixedLocalSsd(16),
    bootDisks: PD_OR_HYPERDISK,
    fabric: TCPX,
    versions: {
      minByMinor: ["1.27.16-gke.2874000", "1.28.15-gke.3163000", "1.29.15-gke.2467000"],
      maxExclusive: "1.34.1-gke.1431000",
      maxReason: "Container-Optimized OS 125 breaks GPUDirect-TCPX (GoogleCloudPlatform/cluster-toolkit#5673)",
      // NVIDIA/aicr#2290 for 1.34; GKE release notes of 2026-08-25, as quoted there and elsewhere, for both.
      fixedByMinor: ["1.34.5-gke.1153000", "1.35.2-gke.1485000"],
      flexStartMin: FLEX_START_MIN_VERSION,
    },
    provisioning: ALL_MODELS,
    sharing: H100_SHARING,
    source: GPU_DOCS,
  }),
  "a3-edgegpu-8g": machine({
    family: "a3-edge",
    vcpus: 208,
    memoryGb: 1872,
    accelerator: gpu("nvidia-h100-80gb", 8, 80),
    localSsd: fixedLocalSsd(16),
    bootDisks: PD_OR_HYPERDISK,
    fabric: TCPX,
    versions: {},
    provisioning: WITHOUT_FLEX,
    sharing: H100_SHARING,
    source: GPU_DOCS,
    notes:
      "limited regions; flex-start disabled in GKE's autoscaler; five interfaces as A3 High, their use for TCPX unconfirmed",
  }),
  "a3-megagpu-8g": machine({
    family: "a3-mega",
    vcpus: 208,
    memoryGb: 1872,
    accelerator: gpu("nvidia-h100-mega-80gb", 8, 80),
    localSsd: fixedLocalSsd(16),
    bootDisks: PD_OR_HYPERDISK,
    fabric: TCPXO,
    versions: {
      minByMinor: [
        "1.28.15-gke.3163000",
        "1.29.15-gke.2467000",
        "1.30.14-gke.1922000",
        "1.31.14-gke.1243000",
        "1.32.11-gke.1174000",
      ],
      flexStartMin: "1.32.11-gke.1174000",
    },
    provisioning: ALL_MODELS,
    sharing: H100_SHARING,
    source: GPU_DOCS,
    notes:
      "spot with a reservation or placement policy leaves pools in an error state (GoogleCloudPlatform/cluster-toolkit#4058)",
  }),

  // H200
  "a3-ultragpu-8g": machine({
    family: "a3-ultra",
    vcpus: 224,
    memoryGb: 2952,
    accelerator: gpu("nvidia-h200-141gb", 8, 141),
    localSsd: fixedLocalSsd(32),
    bootDisks: HYPERDISK,
    fabric: ROCE_8,
    versions: { min: "1.31.4-gke.1183000", flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: NOT_ON_DEMAND,
    provisioningConfirmed: true,
    compactPlacementWithFlexStart: true,
    sharing: H200_SHARING,
    minDriverBranch: "R550",
    source: GPU_DOCS,
    notes: "the default driver is recent enough from 1.31.5-gke.1169000; before it the pool must ask for LATEST",
  }),

  // B200
  "a4-highgpu-8g": machine({
    family: "a4",
    vcpus: 224,
    memoryGb: 3968,
    accelerator: gpu("nvidia-b200", 8, 180),
    localSsd: fixedLocalSsd(32),
    bootDisks: HYPERDISK,
    fabric: ROCE_8,
    versions: { min: "1.32.2-gke.1475000", flexStartMin: FLEX_START_MIN_VERSION },
    provisioning: NOT_ON_DEMAND,
    provisioningConfirmed: true,
    compactPlacementWithFlexStart: true,
    sharing: B200_SHARING,
    minDriverBranch: "R570",
    source: GPU_DOCS,
    notes: "without RDMA 1.32.1-gke.1729000 suffices",
  }),

  // GB200 and GB300
  "a4x-highgpu-4g": a4x(fixedLocalSsd(4, TITANIUM_SSD_GIB)),
  "a4x-highgpu-4g-nolssd": a4x(noLocalSsd()),
  "a4x-maxgpu-4g-metal": machine({
    family: "a4x-max",
    architecture: "arm64",
    vcpus: 144,
    memoryGb: 960,
    accelerator: gpu("nvidia-gb300", 4, 279),
    localSsd: fixedLocalSsd(4, TITANIUM_SSD_GIB),
    bootDisks: HYPERDISK,
    fabric: ROCE_METAL,
    versions: { minByMinor: ["1.34.3-gke.1318000", "1.35.0-gke.2745000"] },
    provisioning: ["reservation"],
    provisioningConfirmed: true,
    workloadPolicy: { type: "HIGH_THROUGHPUT", acceleratorTopology: "1x72", maxNodesPerPool: 18 },
    sharing: NOT_SHARED,
    secureBoot: false,
    providerCapability:
      "managed DRANET (node_config network_config.accelerator_network_profile) is missing in google 6.50.0; google 7.31 adds it",
    source: GPU_DOCS,
    notes:
      "bare metal: shielded nodes off, hugepages of 2 MiB = 4096; the gVNIC network is an IDPF one; size of the Local SSDs and the workload policy as A4X",
  }),

  // HPC without accelerators
  "h4d-standard-192": h4d(720, noLocalSsd()),
  "h4d-highmem-192": h4d(1488, noLocalSsd()),
  "h4d-highmem-192-lssd": h4d(1488, fixedLocalSsd(10)),

  // TPU v5e
  "ct5lp-hightpu-1t": tpuMachine({
    family: "ct5lp",
    vcpus: 24,
    memoryGb: 48,
    accelerator: tpu("tpu-v5-lite-podslice", 1, 16),
    bootDisks: PD,
    tpuTopologies: ["1x1"],
  }),
  "ct5lp-hightpu-4t": tpuMachine({
    family: "ct5lp",
    vcpus: 112,
    memoryGb: 192,
    accelerator: tpu("tpu-v5-lite-podslice", 4, 16),
    bootDisks: PD,
    tpuTopologies: V5E_SLICES,
  }),
  "ct5lp-hightpu-8t": tpuMachine({
    family: "ct5lp",
    vcpus: 224,
    memoryGb: 384,
    accelerator: tpu("tpu-v5-lite-podslice", 8, 16),
    bootDisks: PD,
    tpuTopologies: ["2x4"],
  }),

  // TPU v5p
  "ct5p-hightpu-1t": tpuMachine({
    family: "ct5p",
    vcpus: 52,
    memoryGb: 112,
    accelerator: tpu("tpu-v5p-slice", 1, 95),
    bootDisks: PD,
    notes: "vCPU and memory from a third party's table; topology unconfirmed",
  }),
  "ct5p-hightpu-2t": tpuMachine({
    family: "ct5p",
    vcpus: 104,
    memoryGb: 224,
    accelerator: tpu("tpu-v5p-slice", 2, 95),
    bootDisks: PD,
    notes: "vCPU and memory from a third party's table; topology unconfirmed",
  }),
  "ct5p-hightpu-4t": tpuMachine({
    family: "ct5p",
    vcpus: 208,
    memoryGb: 448,
    accelerator: tpu("tpu-v5p-slice", 4, 95),
    bootDisks: PD,
    tpuTopologies: V5P_SLICES,
    notes: "larger topologies have sides that are multiples of 4",
  }),

  // TPU v6e
  "ct6e-standard-1t": tpuMachine({
    family: "ct6e",
    vcpus: 44,
    memoryGb: 176,
    accelerator: tpu("tpu-v6e-slice", 1, 32),
    bootDisks: HYPERDISK,
    tpuTopologies: ["1x1"],
  }),
  "ct6e-standard-4t": tpuMachine({
    family: "ct6e",
    vcpus: 180,
    memoryGb: 720,
    accelerator: tpu("tpu-v6e-slice", 4, 32),
    bootDisks: HYPERDISK,
    tpuTopologies: V5E_SLICES,
  }),
  "ct6e-standard-8t": tpuMachine({
    family: "ct6e",
    vcpus: 180,
    memoryGb: 1440,
    accelerator: tpu("tpu-v6e-slice", 8, 32),
    bootDisks: HYPERDISK,
    tpuTopologies: ["2x4"],
  }),

  // TPU v7
  "tpu7x-standard-4t": tpuMachine({
    family: "tpu7x",
    vcpus: 224,
    memoryGb: 960,
    accelerator: tpu("tpu7x", 4, 192),
    bootDisks: HYPERDISK,
    versions: { min: "1.34.0-gke.1662000", flexStartMin: "1.34.0-gke.1662000" },
    provisioning: ["flex-start", "reservation"],
    tpuTopologies: TPU7X_SLICES,
    notes: "other three-dimensional topologies up to 16x24x24 exist; vCPU and memory from a third party's table",
  }),

  // CPU machines
  "e2-standard-2": cpu("e2-standard", 2, 8, PD_WITH_STANDARD),
  "e2-standard-4": cpu("e2-standard", 4, 16, PD_WITH_STANDARD),
  "e2-standard-8": cpu("e2-standard", 8, 32, PD_WITH_STANDARD),
  "e2-standard-16": cpu("e2-standard", 16, 64, PD_WITH_STANDARD),
  "e2-standard-32": cpu("e2-standard", 32, 128, PD_WITH_STANDARD),
  "n1-standard-1": n1(1, 3.75),
  "n1-standard-2": n1(2, 7.5),
  "n1-standard-4": n1(4, 15),
  "n1-standard-8": n1(8, 30),
  "n1-standard-16": n1(16, 60),
  "n1-standard-32": n1(32, 120),
  "n1-standard-64": n1(64, 240),
  "n1-standard-96": n1(96, 360),
  "n2-standard-2": n2(2, 1),
  "n2-standard-4": n2(4, 1),
  "n2-standard-8": n2(8, 1),
  "n2-standard-16": n2(16, 2),
  "n2-standard-32": n2(32, 4),
  "n2-standard-48": n2(48, 8),
  "n2-standard-64": n2(64, 8),
  "n2-standard-80": n2(80, 8),
  "n2d-standard-2": n2d(2, 1),
  "n2d-standard-4": n2d(4, 1),
  "n2d-standard-8": n2d(8, 1),
  "n2d-standard-16": n2d(16, 1),
  "n2d-standard-32": n2d(32, 2),
  "n2d-standard-48": n2d(48, 2),
  "n2d-standard-64": n2d(64, 4),
  "n2d-standard-80": n2d(80, 4),
  "n4-standard-2": cpu("n4-standard", 2, 8, HYPERDISK),
  "n4-standard-4": cpu("n4-standard", 4, 16, HYPERDISK),
  "n4-standard-8": cpu("n4-standard", 8, 32, HYPERDISK),
  "n4-standard-16": cpu("n4-standard", 16, 64, HYPERDISK),
  "n4-standard-32": cpu("n4-standard", 32, 128, HYPERDISK),
  "n4-standard-48": cpu("n4-standard", 48, 192, HYPERDISK),
  "n4-standard-64": cpu("n4-standard", 64, 256, HYPERDISK),
  "n4-standard-80": cpu("n4-standard", 80, 320, HYPERDISK),
  "c3-standard-4": cpu("c3-standard", 4, 16, PD_OR_HYPERDISK),
  "c3-standard-8": cpu("c3-standard", 8, 32, PD_OR_HYPERDISK),
  "c3-standard-22": cpu("c3-standard", 22, 88, PD_OR_HYPERDISK),
  "c3-standard-44": cpu("c3-standard", 44, 176, PD_OR_HYPERDISK),
  "c3-standard-88": cpu("c3-standard", 88, 352, PD_OR_HYPERDISK),
  "c3-standard-176": cpu("c3-standard", 176, 704, PD_OR_HYPERDISK),
};

/** GPUs that are attached to an N1 machine, by accelerator string. Their count is not part of the machine's name. */
export const ATTACHABLE_GPUS: Readonly<Record<string, AttachableGpu>> = {
  "nvidia-tesla-t4": {
    type: "nvidia-tesla-t4",
    memoryGbEach: 16,
    family: "n1",
    maxVcpusByCount: { 1: 48, 2: 48, 4: 96 },
    provisioning: WITHOUT_FLEX,
    provisioningConfirmed: false,
    sharing: WITHOUT_MIG,
    source: GPU_DOCS,
    notes: "flex-start unconfirmed",
  },
  "nvidia-tesla-v100": {
    type: "nvidia-tesla-v100",
    memoryGbEach: 16,
    family: "n1",
    maxVcpusByCount: { 1: 12, 2: 24, 4: 48, 8: 96 },
    provisioning: WITHOUT_FLEX,
    provisioningConfirmed: false,
    sharing: WITHOUT_MIG,
    source: GPU_DOCS,
    notes: "flex-start unconfirmed",
  },
};
