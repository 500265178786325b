import { z } from "zod";
import type { BootDiskType, ProvisioningModel } from "../catalog/machines";
import { assertSchema, explained, known } from "../core";
import { provisioningSchema, type Provisioning } from "./provisioning";

/** What must be known of a machine that the catalogue does not list. */
export interface MachineFacts {
  /** Instruction set; images must be built for it. @default "amd64" */
  readonly architecture?: "amd64" | "arm64";
  readonly vcpus: number;
  readonly memoryGb: number;
  /** GPUs or TPU chips of one node. @default - none */
  readonly accelerator?: {
    readonly kind: "gpu" | "tpu";
    /** The string that GKE knows it by, e.g. `nvidia-l4`. */
    readonly type: string;
    readonly count: number;
    /** Memory of one, in GB. */
    readonly memoryGbEach: number;
  };
  /** Local SSDs that come with the machine. @default 0 */
  readonly fixedLocalSsds?: number;
  /** Boot disks that the machine accepts, the preferred one first. */
  readonly bootDisks: readonly BootDiskType[];
  /** Ways in which Google sells the machine. */
  readonly provisioning: readonly ProvisioningModel[];
  /** Lowest GKE version, e.g. `1.34.5-gke.1153000`. @default - any */
  readonly minVersion?: string;
}

/** How several containers use one GPU at once. */
export type GpuSharing =
  | {
      /** Containers take turns; memory is not partitioned. */
      readonly strategy: "time-sharing";
      /** Most containers on one GPU, 2 to 48 (GKE docs, "Share GPUs with multiple workloads using GPU time-sharing"). */
      readonly clients: number;
    }
  | {
      /** NVIDIA Multi-Process Service: containers run side by side, memory limited for each. */
      readonly strategy: "mps";
      /** Most containers on one GPU, 2 to 48. */
      readonly clients: number;
    }
  | {
      /** Multi-instance GPU: hardware partitions. */
      readonly strategy: "mig";
      /** Size of a partition, e.g. `1g.5gb`. */
      readonly partition: string;
    };

/** How nodes are replaced in an upgrade. */
export type NodeUpgrade =
  | {
      readonly strategy: "surge";
      /** Nodes added for the time of the upgrade. @default 1 */
      readonly maxSurge?: number;
      /** Nodes that may be missing meanwhile. @default 0 */
      readonly maxUnavailable?: number;
    }
  | {
      /** A second set of nodes beside the first, with a way back; needs twice the capacity for its duration. */
      readonly strategy: "blue-green";
      /** Nodes drained at a time. @default 1 */
      readonly batchNodes?: number;
      /** Seconds to wait after each batch. @default 60 */
      readonly batchSoakSeconds?: number;
      /** Seconds that the old nodes stay after the last was drained. @default 3600 */
      readonly poolSoakSeconds?: number;
    };

/** A taint of the pool's nodes. */
export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NO_SCHEDULE" | "PREFER_NO_SCHEDULE" | "NO_EXECUTE";
}

/** A pool of equal nodes. The machine decides what else the pool needs: accelerators, Local SSDs, disks, networks, versions. */
export interface NodePoolConfig {
  /**
   * Name, unique in the environment. The pool's own name carries a suffix of six characters besides, made from everything
   * that forces a replacement.
   */
  readonly name: string;
  /** Machine type, e.g. `a3-megagpu-8g`. */
  readonly machine: string;
  /** Facts of a machine that the catalogue does not know; they win where it does. @default - the catalogue's */
  readonly machineFacts?: MachineFacts;
  /** GPUs attached to an N1 machine. @default - none */
  readonly gpus?: {
    readonly type: "nvidia-tesla-t4" | "nvidia-tesla-v100";
    /** GPUs of one node. */
    readonly count: number;
  };
  /** How nodes are obtained, and how many at most. */
  readonly provisioning: Provisioning;
  /** Zones of the nodes. @default - the environment's zones */
  readonly zones?: readonly string[];
  /** How several containers use one GPU at once. @default - each GPU has one user */
  readonly sharing?: GpuSharing;
  /** NVIDIA driver that GKE installs; `disabled` leaves it to you. @default "default" */
  readonly driver?: "default" | "latest" | "disabled";
  /** Nodes physically close to each other, in one zone. @default "none" */
  readonly placement?: "none" | "compact";
  /** Shape of a TPU slice, e.g. `4x4`. @default - the machine's only one, where it has but one */
  readonly tpuTopology?: string;
  /** `full` takes the machine's additional networks (GPUDirect, RDMA); `none` does without and is slower between nodes. @default "full" */
  readonly fabric?: "full" | "none";
  /** Boot disk, encrypted with the cluster's key for nodes. @default {} */
  readonly bootDisk?: {
    /** @default - the machine's preferred type */
    readonly type?: BootDiskType;
    /** @default 100 */
    readonly sizeGb?: number;
  };
  /**
   * Local SSDs for ephemeral storage, where the machine leaves the choice. Google encrypts them with keys of its own; the
   * cluster's key does not reach them, and what they hold ends with the node.
   * @default - those that come with the machine
   */
  readonly localSsds?: number;
  /** Disk images with container images on them, as `projects/P/global/images/I`; nodes start without pulling. @default [] */
  readonly imageDisks?: readonly string[];
  /** Containers start while their image still streams in. `imageDisks` need it. @default true */
  readonly imageStreaming?: boolean;
  /** Most pods on one node. @default - the cluster's */
  readonly maxPodsPerNode?: number;
  /** Kubernetes labels of the nodes. @default {} */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** Taints besides that of the accelerator, which GPU and TPU pools always have. @default [] */
  readonly taints?: readonly NodeTaint[];
  /** How nodes are replaced in an upgrade. @default - surge, 1 more at a time; flex-start and reservations, with no capacity to spare: 1 fewer */
  readonly upgrade?: NodeUpgrade;
}

const BOOT_DISKS = ["pd-balanced", "pd-ssd", "pd-standard", "hyperdisk-balanced"] as const;
const MODELS = ["on-demand", "spot", "flex-start", "queued", "reservation"] as const;

// 40 characters less the suffix `-xxxxxx`.
const MAX_NAME_LENGTH = 33;

function fact<S extends z.ZodType>(schema: S): S {
  return known(schema, "the pool's shape and its checks follow from it");
}

const machineFactsSchema = z.strictObject({
  architecture: fact(z.enum(["amd64", "arm64"]).describe("Instruction set").default("amd64")),
  vcpus: fact(z.number().positive().describe("vCPUs")),
  memoryGb: fact(z.number().positive().describe("Memory in GB")),
  accelerator: z
    .strictObject({
      kind: fact(z.enum(["gpu", "tpu"]).describe("Kind of accelerator")),
      type: fact(z.string().min(1).describe("The string that GKE knows the accelerator by")),
      count: fact(z.int().min(1).describe("Accelerators of one node")),
      memoryGbEach: fact(z.number().positive().describe("Memory of one, in GB")),
    })
    .describe("GPUs or TPU chips of one node")
    .optional(),
  fixedLocalSsds: fact(z.int().min(0).describe("Local SSDs that come with the machine").default(0)),
  bootDisks: fact(
    z
      .array(fact(z.enum(BOOT_DISKS)))
      .min(1)
      .describe("Boot disks that the machine accepts, the preferred one first"),
  ),
  provisioning: fact(
    z
      .array(fact(z.enum(MODELS)))
      .min(1)
      .describe("Ways in which Google sells the machine"),
  ),
  minVersion: fact(
    explained(
      z
        .string()
        .regex(/^\d+\.\d+\.\d+-gke\.\d+$/)
        .describe("Lowest GKE version"),
      "a full version, e.g. 1.34.5-gke.1153000",
    ).optional(),
  ),
});

const REPLACES = "the pool is replaced when it changes, and its name changes with it";

const clients = known(z.int().min(2).max(48).describe("Most containers on one GPU"), REPLACES);

const sharingSchema = z.discriminatedUnion("strategy", [
  z.strictObject({ strategy: z.literal("time-sharing").describe("Containers take turns"), clients }),
  z.strictObject({ strategy: z.literal("mps").describe("Containers run side by side"), clients }),
  z.strictObject({
    strategy: z.literal("mig").describe("Hardware partitions"),
    partition: known(z.string().min(1).describe("Size of a partition, e.g. 1g.5gb"), REPLACES),
  }),
]);

// GKE upgrades at most 20 nodes of a pool at a time (provider docs, upgrade_settings).
const MAX_UPGRADED_AT_ONCE = 20;

function seconds(what: string, standard: number) {
  return known(z.int().min(0).max(604_800).describe(what).default(standard), "it is written with its unit");
}

const upgradeSchema = z.discriminatedUnion("strategy", [
  z.strictObject({
    strategy: z.literal("surge").describe("Nodes are replaced one after the other"),
    maxSurge: z.int().min(0).max(MAX_UPGRADED_AT_ONCE).describe("Nodes added for the time of the upgrade").default(1),
    maxUnavailable: z.int().min(0).max(MAX_UPGRADED_AT_ONCE).describe("Nodes that may be missing meanwhile").default(0),
  }),
  z.strictObject({
    strategy: z.literal("blue-green").describe("A second set of nodes beside the first, with a way back"),
    batchNodes: z.int().min(1).describe("Nodes drained at a time").default(1),
    batchSoakSeconds: seconds("Seconds to wait after each batch", 60),
    poolSoakSeconds: seconds("Seconds that the old nodes stay after the last was drained", 3600),
  }),
]);

const nodeTaintSchema = z.strictObject({
  key: z.string().min(1).describe("Key of the taint"),
  value: z.string().describe("Value of the taint"),
  effect: z.enum(["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"]).describe("What the taint does"),
});

export const nodePoolSchema = z.strictObject({
  name: known(
    explained(
      z
        .string()
        .max(MAX_NAME_LENGTH)
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
        .describe("Name of the pool, unique in the environment"),
      `1 to ${MAX_NAME_LENGTH} lowercase letters, digits and dashes, starting with a letter, ending with a letter or digit`,
    ),
    "names are made of it",
  ),
  machine: fact(z.string().min(1).describe("Machine type, e.g. a3-megagpu-8g")),
  machineFacts: machineFactsSchema.describe("Facts of a machine that the catalogue does not know").optional(),
  gpus: z
    .strictObject({
      type: fact(z.enum(["nvidia-tesla-t4", "nvidia-tesla-v100"]).describe("GPU that is attached to N1 machines")),
      count: fact(z.int().min(1).max(8).describe("GPUs of one node")),
    })
    .describe("GPUs attached to an N1 machine")
    .optional(),
  provisioning: provisioningSchema.describe("How nodes are obtained, and how many at most"),
  zones: z.array(z.string().min(1)).min(1).describe("Zones of the nodes; default: the environment's zones").optional(),
  sharing: sharingSchema.describe("How several containers use one GPU at once").optional(),
  driver: known(
    z.enum(["default", "latest", "disabled"]).describe("NVIDIA driver that GKE installs").default("default"),
    "it is translated to GKE's word",
  ),
  placement: known(
    z.enum(["none", "compact"]).describe("Nodes physically close to each other, in one zone").default("none"),
    "it decides which blocks are written",
  ),
  tpuTopology: known(
    z.string().min(1).describe("Shape of a TPU slice, e.g. 4x4").optional(),
    "the number of nodes of a slice follows from it",
  ),
  fabric: known(
    z.enum(["full", "none"]).describe("Whether the machine's additional networks are used").default("full"),
    "it decides which networks are asked for",
  ),
  bootDisk: z
    .strictObject({
      type: z.enum(BOOT_DISKS).describe("Type of the boot disk; default: the machine's preferred type").optional(),
      sizeGb: z.int().min(10).max(65_536).describe("Size of the boot disk in GB").default(100),
    })
    .describe("Boot disk, encrypted with the cluster's key for nodes")
    .prefault({}),
  localSsds: known(
    z.int().min(0).describe("Local SSDs for ephemeral storage, where the machine leaves the choice").optional(),
    "it decides whether a block is written",
  ),
  imageDisks: known(
    z
      .array(
        explained(
          z.string().regex(/^projects\/[^/]+\/global\/images\/[^/]+$/),
          "projects/PROJECT/global/images/IMAGE",
          "give the full path of the disk image",
        ),
      )
      .describe("Disk images with container images on them")
      .default([]),
    "a disk is written for each",
  ),
  imageStreaming: z.boolean().describe("Containers start while their image still streams in").default(true),
  // 8 to 256: GKE docs, "Configure maximum Pods per node".
  maxPodsPerNode: z.int().min(8).max(256).describe("Most pods on one node; default: the cluster's").optional(),
  nodeLabels: known(
    z
      .record(
        z.string().min(1),
        explained(z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/), "a Kubernetes label value"),
      )
      .describe("Kubernetes labels of the nodes"),
    "labels of ours are added to them",
  ).default({}),
  taints: z.array(nodeTaintSchema).describe("Taints besides that of the accelerator").default([]),
  upgrade: upgradeSchema.describe("How nodes are replaced in an upgrade").optional(),
});

assertSchema<NodePoolConfig, typeof nodePoolSchema>(true);

/** `NodePoolConfig` with its defaults filled in. */
export type NodePoolValues = z.output<typeof nodePoolSchema>;
