import type { NodePoolRef } from "../cluster";

/** Resources that are counted, in the order in which they are written, and the unit that we count each in. */
export const COUNTED_IN = {
  cpu: "m",
  memory: "Mi",
  "ephemeral-storage": "Mi",
  "nvidia.com/gpu": "",
  "google.com/tpu": "",
} as const;

export type CountedResource = keyof typeof COUNTED_IN;

/** Whole numbers of each resource: thousandths of a vCPU, MiB, pieces. */
export type Amounts = Readonly<Record<CountedResource, number>>;

/** What all nodes of a pool can give, once its autoscaler has made them all. */
export interface PoolCapacity {
  readonly pool: NodePoolRef;
  /** What parts of it are counted in. */
  readonly unit: "GPUs" | "TPU chips" | "vCPUs";
  /** How many of them there are. */
  readonly units: number;
  readonly total: Amounts;
}

const MIB = 2 ** 20;

export function capacityOf(pool: NodePoolRef): PoolCapacity {
  const { maxNodes, allocatable, accelerator, gpuShares } = pool;
  const tpusPerNode = accelerator?.kind === "tpu" ? accelerator.count : 0;
  const total: Amounts = {
    cpu: maxNodes * allocatable.cpuMillis,
    memory: Math.floor((maxNodes * allocatable.memoryBytes) / MIB),
    "ephemeral-storage": Math.floor((maxNodes * allocatable.ephemeralBytes) / MIB),
    "nvidia.com/gpu": maxNodes * (gpuShares?.perNode ?? 0),
    "google.com/tpu": maxNodes * tpusPerNode,
  };
  if (gpuShares) return { pool, unit: "GPUs", units: total["nvidia.com/gpu"], total };
  if (tpusPerNode > 0) return { pool, unit: "TPU chips", units: total["google.com/tpu"], total };
  return { pool, unit: "vCPUs", units: Math.floor(total.cpu / 1000), total };
}

/** A part of a pool: with some of its accelerators goes the same part of everything else. Rounded down, so that parts never exceed the whole. */
export function partOf({ total, units }: PoolCapacity, part: number): Amounts {
  return mapAmounts((resource) => (units === 0 ? 0 : Math.floor((total[resource] * part) / units)));
}

export function minus(from: Amounts, ...parts: readonly Amounts[]): Amounts {
  return mapAmounts((resource) => parts.reduce((left, part) => left - part[resource], from[resource]));
}

export function mapAmounts(amount: (resource: CountedResource) => number): Amounts {
  const entries = (Object.keys(COUNTED_IN) as CountedResource[]).map((resource) => [resource, amount(resource)]);
  return Object.fromEntries(entries) as Amounts;
}

/** As Kubernetes writes it: `1500m`, `2`, `512Mi`, `3Gi`, `8`. */
export function quantity(resource: CountedResource, amount: number): string {
  if (amount === 0) return "0";
  const unit = COUNTED_IN[resource];
  if (unit === "m" && amount % 1000 === 0) return String(amount / 1000);
  if (unit === "Mi" && amount % 1024 === 0) return `${amount / 1024}Gi`;
  return `${amount}${unit}`;
}
