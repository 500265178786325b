import { GIB } from "../../cluster";
import type { SurfaceConfig } from "../config/surface-config";

export type CloudRunSurface = Extract<SurfaceConfig, { readonly on: "cloud-run" }>;

/** What an instance may have. */
export interface InstanceLimits {
  readonly cpus: readonly number[];
  /** GiB by number of vCPUs. */
  readonly memoryGb: (cpu: number) => { readonly least: number; readonly most: number };
}

// Cloud Run docs, "Configure CPU limits for services" and "Configure memory limits", read 2026-11-21.
const WITHOUT_GPU: Readonly<Record<number, { readonly least: number; readonly most: number }>> = {
  1: { least: 0.125, most: 4 },
  2: { least: 0.125, most: 8 },
  4: { least: 2, most: 16 },
  6: { least: 4, most: 24 },
  8: { least: 4, most: 32 },
};

/** GPUs that an instance can have. Source: Cloud Run docs, "GPU support for services", read 2026-11-21. */
export const CLOUD_RUN_GPUS = {
  "nvidia-l4": { memoryGb: 24, cpus: [4, 6, 8], leastMemoryGb: 16, mostMemoryGb: 32 },
  // The page gives the least of both; what more an instance may have is unconfirmed.
  "nvidia-rtx-pro-6000": { memoryGb: 96, cpus: [20, 22, 24, 26, 28, 30], leastMemoryGb: 80, mostMemoryGb: 176 },
} as const;

export function instanceLimits(gpu: CloudRunSurface["gpu"]): InstanceLimits {
  if (gpu === undefined) return { cpus: Object.keys(WITHOUT_GPU).map(Number), memoryGb: (cpu) => WITHOUT_GPU[cpu]! };
  const { cpus, leastMemoryGb, mostMemoryGb } = CLOUD_RUN_GPUS[gpu];
  return {
    cpus,
    memoryGb: (cpu) => ({
      least: leastMemoryGb,
      most: Math.max(leastMemoryGb, Math.min(mostMemoryGb, WITHOUT_GPU[cpu]?.most ?? mostMemoryGb)),
    }),
  };
}

/** What an instance gets where the model does not say. */
const STANDARD = { vllm: { cpu: 8, memoryGb: 32 }, triton: { cpu: 8, memoryGb: 32 }, http: { cpu: 1, memoryGb: 2 } };

export function instanceSize(
  {
    cpu,
    memoryGb,
    server,
  }: { readonly cpu?: number; readonly memoryGb?: number; readonly server: keyof typeof STANDARD },
  gpu: CloudRunSurface["gpu"],
): { readonly cpu: number; readonly memoryGb: number } {
  const standard =
    gpu === "nvidia-rtx-pro-6000" ? { cpu: 20, memoryGb: 80 } : gpu ? { cpu: 8, memoryGb: 32 } : STANDARD[server];
  return { cpu: cpu ?? standard.cpu, memoryGb: memoryGb ?? standard.memoryGb };
}

/** Cloud Run waits for a start this long at most: a first probe after 240 s, and probes for 240 s (docs, "Configure health checks"). */
export const MOST_INITIAL_DELAY_SECONDS = 240;
export const MOST_PROBED_SECONDS = 240;

/** Cloud Run docs, "Maximum concurrent requests per instance". */
export const MOST_CONCURRENCY = 1000;

export const MEMORY_UNIT = GIB;
