import { MACHINES, ACCELERATOR_TAINTS, type MachineSpec } from "../../catalog/machines";
import { allocatableOf, gpuSharesOf, type NodePoolRef } from "../../cluster";
import { Ref, useNearest, type Failure } from "../../core";
import type { KubernetesObject } from "../../delivery";
import { fitInto } from "./fit";
import type { ModelValues } from "../config/model-config";
import { unknownPool } from "./unknown-pool";

type Capacity = NonNullable<ModelValues["capacity"]>[number];

/** One way to capacity: nodes of a declared pool, or nodes that GKE makes and removes. */
export type Rung =
  | { readonly pool: NodePoolRef }
  | { readonly machine: string; readonly spec: MachineSpec; readonly model: Capacity["model"] };

/** A ComputeClass as it is to be written. */
export interface ComputeClassPlan {
  readonly name: string;
  readonly rungs: readonly Rung[];
}

export const COMPUTE_CLASS_LABEL = "cloud.google.com/compute-class";

/** GKE docs, "About custom ComputeClasses": from here on a class makes node pools without auto-provisioning of the whole cluster. */
export const AUTO_CREATION_MIN_VERSION = "1.33.3-gke.1136000";

const BOOT_DISK_GB = 100;

/** Reads the ladder of a model: every rung must be able to hold it, and no machine is asked for in a way that it is not sold. */
export function computeClassOf(
  config: ModelValues,
  pools: readonly NodePoolRef[],
): { readonly plan?: ComputeClassPlan; readonly rungs: readonly NodePoolRef[]; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [];
  const rungs: Rung[] = [];
  for (const [index, step] of config.capacity!.entries()) {
    const read = rungOf(step, `capacity[${index}]`, pools);
    if ("rung" in read) rungs.push(read.rung);
    else failures.push(read.failure);
  }
  const refs = rungs.map((rung) => ("pool" in rung ? rung.pool : refOfMachine(rung, config)));
  refs.forEach((ref, index) => {
    // Nodes of a rung need not hold all replicas: the others are there for that.
    for (const { code, message, fix } of fitInto(config, { ...ref, maxNodes: Infinity }).shortfalls) {
      failures.push({ code, path: `capacity[${index}]`, message, got: config.capacity![index], fix });
    }
  });
  const name = classNameOf(config, rungs);
  failures.push(...labelFailures(name, rungs));
  return failures.length > 0 ? { rungs: refs, failures } : { plan: { name, rungs }, rungs: refs, failures };
}

function rungOf(
  step: Capacity,
  path: string,
  pools: readonly NodePoolRef[],
): { readonly rung: Rung } | { readonly failure: Failure } {
  const { pool: name, machine, model } = step;
  if ((name === undefined) === (machine === undefined)) {
    return {
      failure: {
        code: "ambiguous-capacity",
        path,
        message: "must name a pool or a machine, one of both",
        got: step,
        fix: "give pool for nodes that the environment declares, machine for nodes that GKE makes itself",
      },
    };
  }
  if (machine !== undefined) return machineRung(machine, model, path);
  const pool = pools.find((candidate) => candidate.pool === name);
  if (pool === undefined) return { failure: unknownPool(`${path}.pool`, name!, pools) };
  if (pool.model === model) return { rung: { pool } };
  return {
    failure: {
      code: "wrong-provisioning",
      path: `${path}.model`,
      message: `is not how pool ${pool.pool} gets its nodes`,
      got: model,
      allowed: pool.model,
      fix: `write ${pool.model}, or name another pool`,
    },
  };
}

function machineRung(
  machine: string,
  model: Capacity["model"],
  path: string,
): { readonly rung: Rung } | { readonly failure: Failure } {
  const spec = Object.hasOwn(MACHINES, machine) ? MACHINES[machine] : undefined;
  if (spec === undefined) {
    const fix = useNearest(machine, Object.keys(MACHINES), "name a machine of the catalogue, or declare a pool of it");
    return {
      failure: {
        code: "unknown-machine",
        path: `${path}.machine`,
        message: "is not in the catalogue",
        got: machine,
        fix,
      },
    };
  }
  if (model === "reservation") {
    return {
      failure: {
        code: "reservation-without-pool",
        path,
        message: "asks for reserved nodes that GKE makes itself, and does not say which reservation",
        got: machine,
        fix: "declare a pool with provisioning.reservation, and name the pool",
      },
    };
  }
  if (spec.provisioning.includes(model)) return { rung: { machine, spec, model } };
  return {
    failure: {
      code: "not-sold-so",
      path: `${path}.model`,
      message: `is no way in which ${machine} is sold`,
      got: model,
      allowed: spec.provisioning.join(", "),
      fix: "choose one of the allowed ways, or another machine",
    },
  };
}

/** What a scheduler would see of the nodes that GKE makes for a rung. */
function refOfMachine(rung: Extract<Rung, { readonly machine: string }>, config: ModelValues): NodePoolRef {
  const { machine, spec, model } = rung;
  return {
    pool: machine,
    name: Ref.existing(machine),
    machine,
    model,
    accelerator: spec.accelerator,
    gpus: { min: 0, max: config.replicas.max * config.gpus },
    taints: spec.accelerator ? [ACCELERATOR_TAINTS[spec.accelerator.kind]] : [],
    zones: [],
    minNodes: 0,
    maxNodes: config.replicas.max,
    nodeLabels: spec.accelerator ? { "cloud.google.com/gke-accelerator": spec.accelerator.type } : {},
    allocatable: allocatableOf(spec, { bootDisk: { sizeGb: BOOT_DISK_GB } }),
    gpuShares: gpuSharesOf(spec, undefined),
    imageDisks: [],
  };
}

/** Pools carry the name of their class as a label, so that is the name; a class without pools is named after the model. */
function classNameOf({ name }: ModelValues, rungs: readonly Rung[]): string {
  for (const rung of rungs) {
    const label = "pool" in rung ? rung.pool.nodeLabels[COMPUTE_CLASS_LABEL] : undefined;
    if (label !== undefined) return label;
  }
  return name;
}

/** GKE docs, "About custom ComputeClasses": GKE counts a pool to a class only by its label, and keeps other pods away by its taint. */
function labelFailures(name: string, rungs: readonly Rung[]): Failure[] {
  return rungs.flatMap((rung, index): Failure[] => {
    if (!("pool" in rung)) return [];
    const { pool, nodeLabels, taints } = rung.pool;
    const labelled = nodeLabels[COMPUTE_CLASS_LABEL] === name;
    const tainted = taints.some(({ key, value }) => key === COMPUTE_CLASS_LABEL && value === name);
    if (labelled && tainted) return [];
    return [
      {
        code: "pool-outside-class",
        path: `capacity[${index}].pool`,
        message: `is not part of the ComputeClass ${name}: its nodes lack the ${labelled ? "taint" : "label"} ${COMPUTE_CLASS_LABEL}`,
        got: pool,
        fix: `give pool ${pool} nodeLabels: { ${COMPUTE_CLASS_LABEL}: ${name} } and taints: [{ key: ${COMPUTE_CLASS_LABEL}, value: ${name}, effect: NO_SCHEDULE }]`,
      },
    ];
  });
}

/** What nodes that GKE makes run as and are encrypted with. */
export interface NodeSecurity {
  /** E-mail of the nodes' service account. */
  readonly serviceAccount: string;
  /** Key of the boot disks. */
  readonly diskKey: string;
}

/** True where GKE makes nodes for a rung itself. */
export function makesNodes({ rungs }: ComputeClassPlan): boolean {
  return rungs.some((rung) => !("pool" in rung));
}

/**
 * The class of a model. Reference: GKE docs, "ComputeClass" custom resource, read 2026-11.
 * @param nodes asked for where GKE makes nodes
 */
export function computeClassObject(
  plan: ComputeClassPlan,
  labels: Readonly<Record<string, string>>,
  poolName: (pool: NodePoolRef) => string,
  nodes: NodeSecurity | undefined,
): KubernetesObject {
  const creates = makesNodes(plan);
  return {
    apiVersion: "cloud.google.com/v1",
    kind: "ComputeClass",
    metadata: { name: plan.name, labels },
    spec: {
      priorities: plan.rungs.map((rung) =>
        "pool" in rung ? { nodepools: [poolName(rung.pool)] } : machinePriority(rung, nodes!),
      ),
      nodePoolAutoCreation: { enabled: creates },
      ...(creates
        ? {
            nodePoolConfig: {
              serviceAccount: nodes!.serviceAccount,
              imageType: "cos_containerd",
              autoUpgrade: true,
              imageStreaming: { enabled: true },
            },
          }
        : {}),
      // Pods go back to the cheaper way when it has room again; the disruption budget sets the pace.
      activeMigration: { optimizeRulePriority: true },
      whenUnsatisfiable: "DoNotScaleUp",
    },
  };
}

function machinePriority({ machine, spec, model }: Extract<Rung, { readonly machine: string }>, nodes: NodeSecurity) {
  return {
    machineType: machine,
    ...(spec.accelerator?.kind === "gpu"
      ? { gpu: { type: spec.accelerator.type, count: spec.accelerator.count, driverVersion: "default" } }
      : {}),
    ...(model === "spot" ? { spot: true } : {}),
    ...(model === "flex-start" ? { flexStart: { enabled: true } } : {}),
    storage: { bootDiskType: spec.bootDisks[0], bootDiskSize: BOOT_DISK_GB, bootDiskKMSKey: nodes.diskKey },
  };
}
