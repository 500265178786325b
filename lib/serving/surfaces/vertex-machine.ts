import { ATTACHABLE_GPUS, MACHINES, type MachineSpec } from "../../catalog/machines";
import { useNearest, type Failure } from "../../core";
import { GB, gb, llmMemory } from "../capacity/llm-memory";
import type { ModelValues } from "../config/model-config";
import type { SurfaceConfig } from "../config/surface-config";

export type VertexSurface = Extract<SurfaceConfig, { readonly on: "vertex" }>;

/** The machine of a replica, as Vertex AI's API takes it (`MachineSpec`). */
export interface VertexMachine {
  readonly machineType: string;
  readonly acceleratorType?: string;
  readonly acceleratorCount?: number;
}

/** Vertex AI writes accelerators as GKE does, in capitals: `nvidia-l4` is `NVIDIA_L4` (Vertex AI API v1, AcceleratorType). */
export function vertexAccelerator(type: string): string {
  return type.toUpperCase().replaceAll("-", "_");
}

/** What a replica runs on; to be asked of models without `machineFailures`. */
export function vertexMachine(gpus: number, { machine, acceleratorType }: VertexSurface): VertexMachine {
  const own = MACHINES[machine]?.accelerator;
  const type = acceleratorType ?? (own && vertexAccelerator(own.type));
  return { machineType: machine, ...(gpus > 0 ? { acceleratorType: type, acceleratorCount: gpus } : {}) };
}

/** Machines without GPUs that Vertex AI has, and node pools are not made of. Source: Vertex AI docs, "Configure compute resources for inference". */
const MORE_CPU_MACHINES = /^(n1|n2|n2d|e2|c2|c2d|c3)-(standard|highmem|highcpu)-\d+$/;

/** Why a replica does not fit onto its machine, with the numbers. */
export function machineFailures(config: ModelValues, surface: VertexSurface): Failure[] {
  const { machine } = surface;
  const spec = Object.hasOwn(MACHINES, machine) ? MACHINES[machine] : undefined;
  if (spec !== undefined) return [...sizeFailures(config, machine, spec), ...gpuFailures(config, surface, spec)];
  if (config.gpus === 0 && surface.acceleratorType === undefined && MORE_CPU_MACHINES.test(machine)) return [];
  return [
    {
      code: "unknown-machine",
      path: "surface.machine",
      message: "is not a machine whose size and GPUs are known here",
      got: machine,
      fix: useNearest(machine, Object.keys(MACHINES), "name a machine type of Compute Engine, e.g. g2-standard-12"),
    },
  ];
}

function sizeFailures({ cpu, memoryGb }: ModelValues, machine: string, { vcpus, memoryGb: held }: MachineSpec) {
  const found: Failure[] = [];
  if (cpu !== undefined && cpu > vcpus) {
    found.push({
      code: "cpu",
      path: "cpu",
      message: `asks for ${cpu} vCPUs; a replica is one ${machine}, which has ${vcpus}`,
      got: cpu,
      fix: `lower cpu to ${vcpus} or less, or name a larger machine`,
    });
  }
  if (memoryGb !== undefined && memoryGb > held) {
    found.push({
      code: "memory",
      path: "memoryGb",
      message: `asks for ${memoryGb} GiB; a replica is one ${machine}, which has ${held}`,
      got: memoryGb,
      fix: `lower memoryGb to less than ${held}, or name a larger machine`,
    });
  }
  return found;
}

/** GPUs of a machine, its own or attached to it. */
interface MachineGpus {
  readonly type: string;
  readonly memoryGbEach: number;
  /** Counts that it can have. */
  readonly counts: readonly number[];
}

function gpusOf({ machine, acceleratorType }: VertexSurface, spec: MachineSpec): MachineGpus | undefined {
  const { accelerator, family, vcpus } = spec;
  if (accelerator) {
    const { type, memoryGbEach, count } = accelerator;
    return accelerator.kind === "gpu" ? { type, memoryGbEach, counts: [count] } : undefined;
  }
  const attached = Object.values(ATTACHABLE_GPUS).find(({ type }) => vertexAccelerator(type) === acceleratorType);
  if (attached === undefined || !machine.startsWith(`${attached.family}-`) || !family.startsWith(attached.family)) {
    return undefined;
  }
  const counts = Object.entries(attached.maxVcpusByCount).filter(([, most]) => vcpus <= most);
  return {
    type: attached.type,
    memoryGbEach: attached.memoryGbEach,
    counts: counts.map(([count]) => Number(count)),
  };
}

function gpuFailures(config: ModelValues, surface: VertexSurface, spec: MachineSpec): Failure[] {
  const { gpus } = config;
  const { machine, acceleratorType } = surface;
  const held = gpusOf(surface, spec);
  const at = (code: string, path: string, message: string, got: unknown, fix: string): Failure[] => [
    { code, path, message, got, fix },
  ];
  if (held === undefined) {
    if (spec.accelerator?.kind === "tpu") {
      return at(
        "no-gpu",
        "surface.machine",
        "has TPUs, which none of the servers runs on",
        machine,
        "name a machine with GPUs, or without",
      );
    }
    if (acceleratorType !== undefined) {
      const known = Object.keys(ATTACHABLE_GPUS).map(vertexAccelerator);
      const fix = useNearest(acceleratorType, known, `leave it out, or attach ${known.join(" or ")} to an n1 machine`);
      return at(
        "other-accelerator",
        "surface.acceleratorType",
        `cannot be attached to ${machine}`,
        acceleratorType,
        fix,
      );
    }
    if (gpus === 0) return [];
    const fix = "name a machine with GPUs, e.g. g2-standard-12, or attach one to an n1 machine by acceleratorType";
    return at("no-gpu", "surface.machine", `has no GPU, and a replica asks for ${gpus}`, machine, fix);
  }
  const type = vertexAccelerator(held.type);
  if (gpus === 0) {
    return at(
      "accelerator-wasted",
      "surface.machine",
      `gives each replica ${held.counts[0]} × ${type}, and the model asks for none`,
      machine,
      "name a machine without GPUs, or ask for gpus",
    );
  }
  if (acceleratorType !== undefined && acceleratorType !== type) {
    return at(
      "other-accelerator",
      "surface.acceleratorType",
      `is not what ${machine} has: ${type}`,
      acceleratorType,
      "leave it out: it follows from the machine",
    );
  }
  if (!held.counts.includes(gpus)) {
    const allowed = held.counts.join(", ");
    return at(
      "gpu-count",
      "gpus",
      `asks for ${gpus} GPUs; a replica is one ${machine}, which has ${allowed} × ${type}`,
      gpus,
      `ask for ${allowed}, or name a machine with ${gpus}`,
    );
  }
  return memoryFailures(config, machine, held);
}

function memoryFailures(config: ModelValues, machine: string, { type, memoryGbEach }: MachineGpus): Failure[] {
  const { gpus } = config;
  const refused = (message: string, fix: string): Failure[] => [
    { code: "gpu-memory", path: "surface.machine", message, got: machine, fix },
  ];
  if (config.server === "vllm") {
    const { perGpuGb, arithmetic } = llmMemory(config);
    const usable = memoryGbEach * config.gpuMemoryUtilisation;
    if (perGpuGb <= usable) return [];
    return refused(
      `does not fit into the GPUs of ${machine}: ${arithmetic.join("; ")}; ` +
        `${vertexAccelerator(type)} has ${gb(memoryGbEach)} × ${config.gpuMemoryUtilisation} = ${gb(usable)}`,
      "use more GPUs a replica, larger ones, a smaller precision, or less contextLength × concurrency: " +
        `${gb(perGpuGb - usable)} too much on each GPU`,
    );
  }
  const needed = ((config.gpuMemoryGb ?? 0) * 2 ** 30) / GB;
  if (needed <= memoryGbEach * gpus) return [];
  return refused(
    `has ${gpus} × ${gb(memoryGbEach)} = ${gb(memoryGbEach * gpus)} of GPU memory (${vertexAccelerator(type)}); ` +
      `the model declares ${config.gpuMemoryGb} GiB = ${gb(needed)}`,
    "name a machine with more or larger GPUs",
  );
}
