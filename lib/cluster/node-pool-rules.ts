import { ACCELERATOR_TAINTS, ATTACHABLE_GPUS, MACHINES, type MachineSpec } from "../catalog/machines";
import { isLate, nearest, type ClusterRef, type CrossFieldRule, type Failure } from "../core";
import { versionFailure } from "./gke-version";
import type { NodePoolValues } from "./node-pool-config";
import { flexStartMinimum, machineOf, nodesOfSlice, tpuTopologyOf } from "./node-pool-machine";
import { minNodesOf } from "./provisioning";

type Rule = CrossFieldRule<NodePoolValues>;
type Field = keyof NodePoolValues;
type Verdict = ReturnType<Rule["check"]>;

const MACHINE_FIELDS: readonly Field[] = ["machine", "machineFacts", "gpus"];

/** A rule about what the machine can do. It has nothing to say of a machine that nobody knows: `machineIsKnown` says it. */
function ofMachine(reads: readonly Field[], check: (spec: MachineSpec, values: NodePoolValues) => Verdict): Rule {
  return {
    reads: [...MACHINE_FIELDS, ...reads],
    check: (values) => {
      const spec = machineOf(values);
      return spec && check(spec, values);
    },
  };
}

const machineIsKnown: Rule = {
  reads: MACHINE_FIELDS,
  check: (values) => {
    if (machineOf(values)) return undefined;
    const best = nearest(values.machine, Object.keys(MACHINES));
    return {
      code: "unknown-machine",
      path: "machine",
      message: "is not a machine that the catalogue knows",
      got: values.machine,
      fix: `${best ? `did you mean ${JSON.stringify(best)}? Otherwise ` : ""}state what it is in machineFacts`,
    };
  },
};

const machineCanBeExpressed = ofMachine([], ({ providerCapability }, { machine }) =>
  providerCapability === undefined
    ? undefined
    : {
        code: "beyond-provider",
        path: "machine",
        message: `cannot be expressed with google provider 6.50: ${providerCapability}`,
        got: machine,
        fix: "take another machine until the provider is upgraded",
      },
);

const gpusCanBeAttached: Rule = {
  reads: MACHINE_FIELDS,
  check: ({ machine, machineFacts, gpus }) => {
    const spec = machineFacts ? undefined : MACHINES[machine];
    if (!gpus || (!spec && !machineFacts)) return undefined;
    const gpu = ATTACHABLE_GPUS[gpus.type]!;
    const counts = Object.keys(gpu.maxVcpusByCount).join(", ");
    if (!spec?.family.startsWith(`${gpu.family}-`)) {
      return {
        code: "gpus-not-attachable",
        path: "gpus",
        message: `GPUs cannot be attached to ${machine}`,
        got: gpus.type,
        allowed: "N1 machines, e.g. n1-standard-8",
        fix: "remove gpus where the machine has its own, or take an N1 machine",
      };
    }
    const maxVcpus = gpu.maxVcpusByCount[gpus.count];
    if (maxVcpus === undefined) {
      return {
        code: "gpu-count",
        path: "gpus.count",
        message: `${gpus.type} cannot be attached in this number`,
        got: gpus.count,
        allowed: counts,
        fix: "choose one of the allowed numbers",
      };
    }
    if (spec.vcpus <= maxVcpus) return undefined;
    return {
      code: "gpu-vcpus",
      path: "gpus.count",
      message: `${gpus.count} of ${gpus.type} serve at most ${maxVcpus} vCPUs, ${machine} has ${spec.vcpus}`,
      got: gpus.count,
      allowed: counts,
      fix: `attach more GPUs, or take a machine of at most ${maxVcpus} vCPUs`,
    };
  },
};

const modelIsSold = ofMachine(["provisioning"], (spec, values) => {
  const { model } = values.provisioning;
  if (spec.provisioning.includes(model)) return undefined;
  const others = machinesOfSameAccelerator(spec, values).filter((name) => MACHINES[name]!.provisioning.includes(model));
  const choose = "choose one of the allowed models";
  return {
    code: "provisioning-model",
    path: "provisioning.model",
    message: `${values.machine} cannot be had as ${model}`,
    got: model,
    allowed: spec.provisioning.join(", "),
    fix: others.length ? `${choose}, or take ${others.join(" or ")}: the same accelerator, sold that way` : choose,
  };
});

function machinesOfSameAccelerator(spec: MachineSpec, { machine }: NodePoolValues): string[] {
  if (!spec.accelerator) return [];
  return Object.keys(MACHINES).filter(
    (name) => name !== machine && MACHINES[name]!.accelerator?.type === spec.accelerator!.type,
  );
}

const countsAreInOrder: Rule = {
  reads: ["provisioning"],
  check: ({ provisioning }) =>
    minNodesOf(provisioning) <= provisioning.maxNodes
      ? undefined
      : {
          code: "out-of-range",
          path: "provisioning.minNodes",
          message: "is more than maxNodes",
          got: minNodesOf(provisioning),
          allowed: `at most ${provisioning.maxNodes}`,
          fix: "lower minNodes or raise maxNodes",
        },
};

const nodesFitOneDomain = ofMachine(["provisioning"], ({ workloadPolicy }, { machine, provisioning }) =>
  !workloadPolicy || provisioning.maxNodes <= workloadPolicy.maxNodesPerPool
    ? undefined
    : {
        code: "out-of-range",
        path: "provisioning.maxNodes",
        message: `a pool of ${machine} is one NVLink domain (${workloadPolicy.acceleratorTopology})`,
        got: provisioning.maxNodes,
        allowed: `at most ${workloadPolicy.maxNodesPerPool}`,
        fix: "make several pools",
      },
);

const specificReservationNamesItsZones: Rule = {
  reads: ["provisioning", "zones"],
  check: ({ provisioning, zones }) =>
    provisioning.model !== "reservation" || provisioning.reservation.affinity !== "specific" || zones
      ? undefined
      : {
          code: "zones-needed",
          path: "zones",
          message: "must be given with a specific reservation, which lives in one zone",
          allowed: "the zone of the reservation",
          fix: "set zones to the reservation's zone",
        },
};

const subBlockHasBlock: Rule = {
  reads: ["provisioning"],
  check: ({ provisioning }) =>
    provisioning.model === "reservation" &&
    provisioning.reservation.affinity === "specific" &&
    provisioning.reservation.subBlock !== undefined &&
    provisioning.reservation.block === undefined
      ? {
          code: "missing",
          path: "provisioning.reservation.block",
          message: "is required: a sub-block belongs to a block",
          fix: "name the block",
        }
      : undefined,
};

const closeNodesShareAZone = ofMachine(["placement", "zones"], (spec, { machine, placement, zones, tpuTopology }) => {
  const slice = spec.accelerator?.kind === "tpu" ? tpuTopologyOf(spec, { tpuTopology }) : undefined;
  const why =
    (placement === "compact" && "compact placement") ||
    (spec.workloadPolicy && `the workload policy of ${machine}`) ||
    (slice && nodesOfSlice(spec, slice) > 1 && "a TPU slice of several nodes");
  if (!why || zones?.length === 1) return undefined;
  return {
    code: "one-zone",
    path: "zones",
    message: `must be exactly one zone: ${why} keeps nodes together`,
    ...(zones ? { got: zones } : {}),
    allowed: "1 zone",
    fix: "name one zone",
  };
});

const compactPlacementIsPossible = ofMachine(["placement", "provisioning", "upgrade"], (spec, values) => {
  if (values.placement !== "compact") return undefined;
  const { machine, provisioning, upgrade } = values;
  const failure = { code: "placement", path: "placement", got: "compact", allowed: "none" };
  if (spec.workloadPolicy) {
    return { ...failure, message: `${machine} is placed by its workload policy`, fix: "leave placement out" };
  }
  if (upgrade?.strategy === "blue-green") {
    return {
      ...failure,
      message: "compact placement and a blue-green upgrade exclude each other",
      fix: "take the surge strategy, or leave placement out",
    };
  }
  if (provisioning.model === "queued" && spec.accelerator?.kind !== "tpu") {
    return {
      ...failure,
      message: "compact placement and queued provisioning exclude each other",
      fix: "leave placement out, or take flex-start",
    };
  }
  if (provisioning.model === "flex-start" && !spec.compactPlacementWithFlexStart) {
    const able = Object.keys(MACHINES).filter((name) => MACHINES[name]!.compactPlacementWithFlexStart);
    return {
      ...failure,
      message: `compact placement with flex-start is not possible on ${machine}`,
      fix: `leave placement out; with flex-start only these can: ${able.join(", ")}`,
    };
  }
  return undefined;
});

const bootDiskFits = ofMachine(["bootDisk"], ({ bootDisks }, { machine, bootDisk }) =>
  bootDisk.type === undefined || bootDisks.includes(bootDisk.type)
    ? undefined
    : {
        code: "boot-disk",
        path: "bootDisk.type",
        message: `${machine} refuses this boot disk`,
        got: bootDisk.type,
        allowed: bootDisks.join(", "),
        fix: "leave it out, or choose one of the allowed types",
      },
);

const localSsdsFit = ofMachine(["localSsds"], ({ localSsd }, { machine, localSsds }) => {
  if (localSsds === undefined) return undefined;
  const failure = { code: "local-ssds", path: "localSsds", got: localSsds };
  switch (localSsd.kind) {
    case "fixed":
      if (localSsds === localSsd.count) return undefined;
      return {
        ...failure,
        message: `${machine} comes with ${localSsd.count} Local SSDs, no more and no fewer`,
        allowed: String(localSsd.count),
        fix: "leave localSsds out",
      };
    case "optional":
      if (localSsds === 0 || localSsd.counts.includes(localSsds)) return undefined;
      return {
        ...failure,
        message: `${machine} does not take this number of Local SSDs`,
        allowed: [0, ...localSsd.counts].join(", "),
        fix: "choose one of the allowed numbers",
      };
    case "none":
      if (localSsds === 0) return undefined;
      return { ...failure, message: `${machine} takes no Local SSD`, allowed: "0", fix: "leave localSsds out" };
  }
});

const sharingIsPossible = ofMachine(["sharing"], (spec, { machine, sharing }) => {
  if (!sharing) return undefined;
  const { timeSharing, mps, migPartitions } = spec.sharing;
  const possible = spec.accelerator?.kind === "gpu";
  const ways = [
    ...(possible && timeSharing ? ["time-sharing"] : []),
    ...(possible && mps ? ["mps"] : []),
    ...(possible && migPartitions.length ? ["mig"] : []),
  ];
  if (!ways.includes(sharing.strategy)) {
    return {
      code: "gpu-sharing",
      path: "sharing.strategy",
      message: possible ? `GPUs of ${machine} cannot be shared this way` : `${machine} has no GPU to share`,
      got: sharing.strategy,
      allowed: ways.join(", ") || "no sharing",
      fix: ways.length ? "choose one of the allowed ways" : "leave sharing out",
    };
  }
  if (sharing.strategy !== "mig" || migPartitions.includes(sharing.partition)) return undefined;
  return {
    code: "gpu-partition",
    path: "sharing.partition",
    message: `GPUs of ${machine} have no partition of this size`,
    got: sharing.partition,
    allowed: migPartitions.join(", "),
    fix: "choose one of the allowed sizes",
  };
});

const driverNeedsGpu = ofMachine(["driver"], (spec, { machine, driver }) =>
  driver === "default" || spec.accelerator?.kind === "gpu"
    ? undefined
    : {
        code: "no-gpu",
        path: "driver",
        message: `${machine} has no GPU that needs a driver`,
        got: driver,
        fix: "leave driver out",
      },
);

const imageDisksNeedStreaming: Rule = {
  reads: ["imageDisks", "imageStreaming"],
  check: ({ imageDisks, imageStreaming }) =>
    imageDisks.length === 0 || imageStreaming
      ? undefined
      : {
          code: "image-streaming",
          path: "imageStreaming",
          message: "must be on: GKE reads secondary boot disks through image streaming",
          got: false,
          allowed: "true",
          fix: "leave imageStreaming out, or remove imageDisks",
        },
};

const taintsAreNotTheAccelerators: Rule = {
  reads: ["taints"],
  check: ({ taints }) => {
    const own: readonly string[] = Object.values(ACCELERATOR_TAINTS).map((taint) => taint.key);
    return taints.flatMap(({ key }, index) =>
      own.includes(key)
        ? [
            {
              code: "reserved-taint",
              path: `taints[${index}].key`,
              message: "is a taint that accelerator pools have by themselves",
              got: key,
              fix: "remove it",
            },
          ]
        : [],
    );
  },
};

const upgradeMoves: Rule = {
  reads: ["upgrade"],
  check: ({ upgrade }) => {
    if (upgrade?.strategy !== "surge") return undefined;
    const together = upgrade.maxSurge + upgrade.maxUnavailable;
    if (together >= 1 && together <= 20) return undefined;
    return {
      code: "out-of-range",
      path: "upgrade",
      message: "maxSurge and maxUnavailable together are the nodes upgraded at once",
      got: together,
      allowed: "1 to 20",
      fix: "set maxSurge to 1, or maxUnavailable to 1 where there is no capacity to spare",
    };
  },
};

const tpuTopologyFits = ofMachine(["tpuTopology", "provisioning"], (spec, values) => {
  const { machine, tpuTopology, provisioning } = values;
  if (spec.accelerator?.kind !== "tpu") {
    if (tpuTopology === undefined) return undefined;
    return {
      code: "no-tpu",
      path: "tpuTopology",
      message: `${machine} has no TPU`,
      got: tpuTopology,
      fix: "leave it out",
    };
  }
  const known = spec.tpuTopologies ?? [];
  const topology = tpuTopologyOf(spec, values);
  if (topology === undefined) {
    if (known.length === 0) return undefined;
    return {
      code: "missing",
      path: "tpuTopology",
      message: `is required: ${machine} forms slices of several shapes`,
      allowed: known.join(", "),
      fix: "choose the shape of the slice",
    };
  }
  if (known.length > 0 && !known.includes(topology)) {
    return {
      code: "tpu-topology",
      path: "tpuTopology",
      message: `${machine} forms no slice of this shape`,
      got: topology,
      allowed: known.join(", "),
      fix: "choose one of the allowed shapes",
    };
  }
  const nodes = nodesOfSlice(spec, topology);
  if (nodes === 1 || provisioning.maxNodes === nodes) return undefined;
  return {
    code: "tpu-slice",
    path: "provisioning.maxNodes",
    message: `a pool with topology ${topology} is one slice of ${nodes} nodes`,
    got: provisioning.maxNodes,
    allowed: String(nodes),
    fix: `set maxNodes to ${nodes}; make a pool for each slice`,
  };
});

/**
 * What a pool must hold by itself, whatever its cluster: the rules of the machine, of the provisioning model, and of
 * Google's mutual exclusions. An environment file is judged by the same list.
 */
export const nodePoolRules: readonly Rule[] = [
  machineIsKnown,
  machineCanBeExpressed,
  gpusCanBeAttached,
  modelIsSold,
  countsAreInOrder,
  nodesFitOneDomain,
  specificReservationNamesItsZones,
  subBlockHasBlock,
  closeNodesShareAZone,
  compactPlacementIsPossible,
  bootDiskFits,
  localSsdsFit,
  sharingIsPossible,
  driverNeedsGpu,
  imageDisksNeedStreaming,
  taintsAreNotTheAccelerators,
  upgradeMoves,
  tpuTopologyFits,
];

/** The machine, its fabric and flex-start must work on the GKE version that the cluster asks for. */
export function versionRule(clusterVersion: string): Rule {
  return ofMachine(["provisioning", "fabric"], (spec, values): Failure[] => {
    if (isLate(clusterVersion)) return [];
    // The known-bad maximum is that of the fabric: a pool without it is not concerned.
    const window =
      values.fabric === "none" ? { ...spec.versions, maxExclusive: undefined, fixedByMinor: undefined } : spec.versions;
    const flexStart = flexStartMinimum(spec, values);
    return [
      versionFailure("machine", values.machine, clusterVersion, window),
      flexStart &&
        versionFailure("provisioning.model", `flex-start of ${values.machine}`, clusterVersion, { min: flexStart }),
    ].filter((failure): failure is Failure => typeof failure === "object");
  });
}

/** Zones must lie in the region. */
export function zonesRule(region: string): Rule {
  return {
    reads: ["zones"],
    check: ({ zones = [] }) =>
      isLate(region)
        ? undefined
        : zones.flatMap((zone, index) =>
            zone.startsWith(`${region}-`)
              ? []
              : [
                  {
                    code: "zone-outside-region",
                    path: `zones[${index}]`,
                    message: `is not in region ${region}`,
                    got: zone,
                    allowed: `${region}-a, ${region}-b, …`,
                    fix: "choose a zone of the region",
                  },
                ],
          ),
  };
}

// Fabrics without which the machine works as well as Google sells it: one more interface, or RDMA for those who want it.
const OPTIONAL_FABRICS: readonly string[] = ["gvnic", "falcon"];

/** The additional networks must be exactly those of the machine's fabric, on a cluster that allows several. */
export function fabricRule(nodeNetworks: number, cluster: Pick<ClusterRef, "multiNetworking">): Rule {
  return ofMachine(["fabric"], (spec, { machine, fabric }) => {
    const needed = fabric === "full" ? (spec.fabric?.additionalInterfaces ?? 0) : 0;
    const optional = spec.fabric !== undefined && OPTIONAL_FABRICS.includes(spec.fabric.kind);
    if (nodeNetworks !== needed && !(optional && nodeNetworks === 0)) {
      return {
        code: "node-networks",
        path: "nodeNetworks",
        message:
          needed === 0
            ? `${machine}${fabric === "none" && spec.fabric ? " without its fabric" : ""} takes no additional networks`
            : `${machine} needs exactly ${needed} additional networks for ${spec.fabric!.kind}`,
        got: nodeNetworks,
        allowed: String(needed),
        fix:
          needed === 0
            ? "remove nodeNetworks"
            : 'pass the nodeNetworks of a GpuFabric for this machine, or set fabric to "none" to do without',
      };
    }
    if (nodeNetworks === 0 || cluster.multiNetworking) return undefined;
    return {
      code: "multi-networking",
      path: "nodeNetworks",
      message: "the cluster's nodes may have one network only",
      got: nodeNetworks,
      fix: "turn on multi-networking for the cluster",
    };
  });
}
