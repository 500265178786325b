import type {
  ContainerNodePoolManagement,
  ContainerNodePoolNodeConfigGuestAccelerator,
  ContainerNodePoolNodeConfigReservationAffinity,
  ContainerNodePoolPlacementPolicy,
  ContainerNodePoolUpgradeSettings,
} from "@cdktf/provider-google/lib/container-node-pool";
import { ACCELERATOR_TAINTS, type MachineSpec } from "../catalog/machines";
import { isLate } from "../core";
import type { NodePoolValues, NodeTaint } from "./node-pool-config";
import { localSsdsOf, nodesOfSlice, tpuTopologyOf } from "./node-pool-machine";
import { isCapacityScarce, isFlexStart, minNodesOf } from "./provisioning";

/** What a pool takes from other resources, as references or as literal names. */
export interface PoolReferences {
  readonly serviceAccount: string;
  readonly diskKey: string;
  readonly workloadPolicy?: string;
  readonly networks: readonly { readonly network: string; readonly subnetwork: string }[];
}

/**
 * All fields of a pool whose change replaces it (`ForceNew` in google 6.50, resource_container_node_pool.go and
 * node_config.go). The cluster is not among them: a pool of another cluster cannot collide.
 */
export function replaceForcingFields(spec: MachineSpec, values: NodePoolValues, references: PoolReferences) {
  const flexStart = isFlexStart(values.provisioning);
  return {
    pool: {
      maxPodsPerNode: values.maxPodsPerNode,
      placementPolicy: placementPolicy(spec, values, references.workloadPolicy),
      queuedProvisioning: values.provisioning.model === "queued" ? { enabled: true } : undefined,
    },
    network: {
      additionalNodeNetworkConfigs: references.networks.length > 0 ? [...references.networks] : undefined,
    },
    node: {
      bootDiskKmsKey: references.diskKey,
      ephemeralStorageLocalSsdConfig: ephemeralStorage(spec, values),
      flexStart: flexStart || undefined,
      guestAccelerator: guestAccelerators(spec, values),
      hostMaintenancePolicy: hostMaintenance(spec, values),
      maxRunDuration: maxRunDuration(values),
      metadata: { "disable-legacy-endpoints": "true" },
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      reservationAffinity: reservationAffinity(values),
      secondaryBootDisks: secondaryBootDisks(values),
      serviceAccount: references.serviceAccount,
      shieldedInstanceConfig: { enableSecureBoot: spec.secureBoot, enableIntegrityMonitoring: true },
      spot: values.provisioning.model === "spot" || undefined,
    },
  };
}

// The provider reads an absent block of a machine with fixed disks as a change that replaces the pool: it is always written.
function ephemeralStorage(spec: MachineSpec, values: NodePoolValues): { localSsdCount: number } | undefined {
  const localSsdCount = localSsdsOf(spec, values);
  return localSsdCount > 0 ? { localSsdCount } : undefined;
}

const DRIVER_VERSIONS = { default: "DEFAULT", latest: "LATEST", disabled: "INSTALLATION_DISABLED" } as const;

function guestAccelerators(
  { accelerator }: MachineSpec,
  values: NodePoolValues,
): ContainerNodePoolNodeConfigGuestAccelerator[] | undefined {
  if (accelerator?.kind !== "gpu") return undefined;
  return [
    {
      type: accelerator.type,
      count: accelerator.count,
      gpuDriverInstallationConfig: { gpuDriverVersion: DRIVER_VERSIONS[values.driver] },
      ...gpuSharing(values.sharing),
    },
  ];
}

const SHARING_STRATEGIES = { "time-sharing": "TIME_SHARING", mps: "MPS" } as const;

function gpuSharing(
  sharing: NodePoolValues["sharing"],
): Pick<ContainerNodePoolNodeConfigGuestAccelerator, "gpuSharingConfig" | "gpuPartitionSize"> {
  if (sharing === undefined) return {};
  if (sharing.strategy === "mig") return { gpuPartitionSize: sharing.partition };
  return {
    gpuSharingConfig: {
      gpuSharingStrategy: SHARING_STRATEGIES[sharing.strategy],
      maxSharedClientsPerGpu: sharing.clients,
    },
  };
}

// Long-lived pools of the GPUDirect fabrics take host maintenance at fixed intervals, so that jobs can be planned around it.
function hostMaintenance(
  { fabric }: MachineSpec,
  { provisioning }: NodePoolValues,
): { maintenanceInterval: string } | undefined {
  const gpuDirect = fabric?.kind === "tcpx" || fabric?.kind === "tcpxo";
  const longLived = provisioning.model === "on-demand" || provisioning.model === "reservation";
  return gpuDirect && longLived ? { maintenanceInterval: "PERIODIC" } : undefined;
}

function maxRunDuration({ provisioning }: NodePoolValues): string | undefined {
  return "maxRunHours" in provisioning ? `${provisioning.maxRunHours * 3600}s` : undefined;
}

function secondaryBootDisks({ imageDisks }: NodePoolValues) {
  return imageDisks.length > 0
    ? imageDisks.map((diskImage) => ({ diskImage, mode: "CONTAINER_IMAGE_CACHE" }))
    : undefined;
}

const RESERVATION_KEY = "compute.googleapis.com/reservation-name";

function reservationAffinity({ provisioning }: NodePoolValues): ContainerNodePoolNodeConfigReservationAffinity {
  // Left out it would mean any reservation, and a pool would eat what others reserved.
  if (provisioning.model !== "reservation") return { consumeReservationType: "NO_RESERVATION" };
  const { reservation } = provisioning;
  if (reservation.affinity === "any") return { consumeReservationType: "ANY_RESERVATION" };
  const { project, name, block, subBlock } = reservation;
  const path = [
    project ? `projects/${project}/reservations/${name}` : name,
    ...(block ? [`reservationBlocks/${block}`] : []),
    ...(subBlock ? [`reservationSubBlocks/${subBlock}`] : []),
  ];
  return { consumeReservationType: "SPECIFIC_RESERVATION", key: RESERVATION_KEY, values: [path.join("/")] };
}

function placementPolicy(
  spec: MachineSpec,
  values: NodePoolValues,
  workloadPolicy: string | undefined,
): ContainerNodePoolPlacementPolicy | undefined {
  const topology = sliceTopology(spec, values);
  if (values.placement === "none" && workloadPolicy === undefined && topology === undefined) return undefined;
  return { type: "COMPACT", policyName: workloadPolicy, tpuTopology: topology };
}

/** The topology of a TPU slice of several nodes; one node alone needs none. */
function sliceTopology(spec: MachineSpec, values: NodePoolValues): string | undefined {
  if (spec.accelerator?.kind !== "tpu") return undefined;
  const topology = tpuTopologyOf(spec, values);
  return topology !== undefined && nodesOfSlice(spec, topology) > 1 ? topology : undefined;
}

/** What a workload policy must ask for, where the machine is placed by one. */
export function workloadTopology(spec: MachineSpec, values: NodePoolValues): string | undefined {
  if (spec.workloadPolicy) return spec.workloadPolicy.acceleratorTopology;
  // Ironwood slices of several nodes need a workload policy of their topology besides (GKE docs, "Plan TPUs in GKE").
  return spec.family === "tpu7x" ? sliceTopology(spec, values) : undefined;
}

/** Every taint of the pool: that of its accelerator first, so that the list is stable. */
export function taintsOf(spec: MachineSpec, values: NodePoolValues): NodeTaint[] {
  return [...(spec.accelerator ? [ACCELERATOR_TAINTS[spec.accelerator.kind]] : []), ...values.taints];
}

/** Bounds of the autoscaler, always finite. */
export function autoscaling({ provisioning }: NodePoolValues) {
  return {
    totalMinNodeCount: minNodesOf(provisioning),
    totalMaxNodeCount: provisioning.maxNodes,
    // ANY uses up reservations first and finds scarce capacity sooner; BALANCED survives the loss of a zone.
    locationPolicy: provisioning.model === "on-demand" ? "BALANCED" : "ANY",
  };
}

/** First size in each zone: the minimum, spread evenly, where that does not exceed the maximum. */
export function initialNodeCount({ provisioning }: NodePoolValues, zones: readonly string[]): number {
  const zoneCount = isLate(zones) ? 1 : zones.length;
  const perZone = Math.ceil(minNodesOf(provisioning) / zoneCount);
  return perZone * zoneCount <= provisioning.maxNodes ? perZone : perZone - 1;
}

/** Repair and upgrade. Flex-start forbids repair; auto-upgrade stays on: GKE refuses a pool without it in a release channel. */
export function management({ provisioning }: NodePoolValues): ContainerNodePoolManagement {
  return { autoRepair: !isFlexStart(provisioning), autoUpgrade: true };
}

/** How nodes are replaced: as asked for, or one more at a time, or one fewer where capacity is scarce. */
export function upgradeSettings(values: NodePoolValues): ContainerNodePoolUpgradeSettings {
  const { upgrade } = values;
  if (upgrade?.strategy === "blue-green") {
    return {
      strategy: "BLUE_GREEN",
      blueGreenSettings: {
        standardRolloutPolicy: {
          batchNodeCount: upgrade.batchNodes,
          batchSoakDuration: `${upgrade.batchSoakSeconds}s`,
        },
        nodePoolSoakDuration: `${upgrade.poolSoakSeconds}s`,
      },
    };
  }
  const scarce = isCapacityScarce(values.provisioning);
  const { maxSurge, maxUnavailable } = upgrade ?? { maxSurge: scarce ? 0 : 1, maxUnavailable: scarce ? 1 : 0 };
  return { strategy: "SURGE", maxSurge, maxUnavailable };
}
