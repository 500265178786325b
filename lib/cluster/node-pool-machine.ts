import {
  ATTACHABLE_GPUS,
  FLEX_START_MIN_VERSION,
  MACHINES,
  TPU_FLEX_START_MIN_VERSION,
  type MachineSpec,
} from "../catalog/machines";
import type { NodePoolValues } from "./node-pool-config";
import { isFlexStart, minNodesOf } from "./provisioning";

type MachineFields = Pick<NodePoolValues, "machine" | "machineFacts" | "gpus">;

/** The machine of a pool with the GPUs attached to it; undefined where neither the catalogue nor the caller knows it. */
export function machineOf(values: MachineFields): MachineSpec | undefined {
  const spec = values.machineFacts ? specFrom(values.machineFacts) : MACHINES[values.machine];
  return spec && values.gpus ? withGpus(spec, values.gpus) : spec;
}

/** GPUs of a pool over the bounds of its autoscaling. A part of a GPU counts as one; TPU chips are no GPUs. */
export function gpusOf(values: MachineFields & Pick<NodePoolValues, "provisioning">): {
  readonly min: number;
  readonly max: number;
} {
  const accelerator = machineOf(values)?.accelerator;
  const perNode = accelerator?.kind === "gpu" ? accelerator.count : 0;
  return { min: perNode * minNodesOf(values.provisioning), max: perNode * values.provisioning.maxNodes };
}

/** Local SSDs of one node: those that come with it, or those asked for. */
export function localSsdsOf(spec: MachineSpec, values: Pick<NodePoolValues, "localSsds">): number {
  return spec.localSsd.kind === "fixed" ? spec.localSsd.count : (values.localSsds ?? 0);
}

/** The TPU topology of a pool: the one asked for, or the machine's only one. */
export function tpuTopologyOf(spec: MachineSpec, values: Pick<NodePoolValues, "tpuTopology">): string | undefined {
  const only = spec.tpuTopologies?.length === 1 ? spec.tpuTopologies[0] : undefined;
  return values.tpuTopology ?? only;
}

/** Nodes that form one slice of a TPU topology; 1 where one node is the whole slice. */
export function nodesOfSlice(spec: MachineSpec, topology: string): number {
  const chips = topology.split("x").reduce((product, side) => product * Number(side), 1);
  return Math.max(1, chips / (spec.accelerator?.count ?? 1));
}

/** Lowest GKE version for flex-start with or without a queue; undefined for other models. */
export function flexStartMinimum(spec: MachineSpec, values: Pick<NodePoolValues, "provisioning">): string | undefined {
  if (!isFlexStart(values.provisioning)) return undefined;
  const general = spec.accelerator?.kind === "tpu" ? TPU_FLEX_START_MIN_VERSION : FLEX_START_MIN_VERSION;
  return spec.versions.flexStartMin ?? general;
}

function specFrom(facts: NonNullable<NodePoolValues["machineFacts"]>): MachineSpec {
  const { architecture, vcpus, memoryGb, accelerator, bootDisks, provisioning, minVersion, fixedLocalSsds } = facts;
  return {
    family: "unlisted",
    architecture,
    vcpus,
    memoryGb,
    accelerator,
    localSsd: fixedLocalSsds > 0 ? { kind: "fixed", count: fixedLocalSsds, gibEach: 375 } : { kind: "none" },
    bootDisks,
    versions: { min: minVersion },
    provisioning,
    provisioningConfirmed: false,
    compactPlacementWithFlexStart: false,
    sharing: { timeSharing: true, mps: true, migPartitions: [] },
    secureBoot: true,
    launchStage: "ga",
    source: "the caller",
  };
}

function withGpus(spec: MachineSpec, gpus: NonNullable<NodePoolValues["gpus"]>): MachineSpec {
  const gpu = ATTACHABLE_GPUS[gpus.type]!;
  return {
    ...spec,
    accelerator: { kind: "gpu", type: gpu.type, count: gpus.count, memoryGbEach: gpu.memoryGbEach },
    provisioning: spec.provisioning.filter((model) => gpu.provisioning.includes(model)),
    sharing: gpu.sharing,
  };
}
