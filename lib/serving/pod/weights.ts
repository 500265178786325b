import { GIB } from "../../cluster/allocatable";
import { GB, weightsGbOf } from "../capacity/llm-memory";
import type { ModelValues } from "../config/model-config";

/** Where weights come from, with sizes filled in. */
export type Weights =
  | {
      readonly from: "gcs-fuse";
      readonly cache: "disk" | "memory";
      readonly cacheBytes: number;
      readonly bucket: string;
      readonly prefix: string;
    }
  | { readonly from: "image"; readonly image: string }
  | { readonly from: "node-disk"; readonly path: string }
  /** Kept on the nodes of an edge cluster by something else: there is no Cloud Storage FUSE. */
  | { readonly from: "edge-cache" };

/** Where the server finds the weights. */
export const WEIGHTS_PATH = "/models";

/** Where it finds the adapter of this name. */
export function adapterPath(name: string): string {
  return `/adapters/${name}`;
}

/** Bucket and path of `gs://bucket/path`. */
export function bucketPath(source: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix] = /^gs:\/\/([^/]+)\/(.+)$/.exec(source)!;
  return { bucket: bucket!, prefix: prefix! };
}

/** Bytes of the weights: reckoned for language models, declared for others. */
export function weightBytes(config: ModelValues): number {
  return config.server === "vllm" ? weightsGbOf(config.llm) * GB : config.weightsGb * GIB;
}

/** How weights reach the server; undefined for a server that has none to load. */
export function weightsOf(config: ModelValues): Weights | undefined {
  const { source, weights = source === undefined ? undefined : ({ from: "gcs-fuse", cache: "disk" } as const) } =
    config;
  if (weights?.from === "image") return { from: "image", image: weights.image };
  if (weights?.from === "node-disk") return { from: "node-disk", path: weights.path };
  if (weights === undefined || source === undefined) return undefined;
  if (config.surface.on === "edge") return { from: "edge-cache" };
  const declared = "cacheGb" in weights ? weights.cacheGb : undefined;
  // A tenth more: tokenizers, configurations, and chunks that are not full.
  const cacheBytes = (declared ?? Math.ceil((weightBytes(config) * 1.1) / GIB)) * GIB;
  return { from: "gcs-fuse", cache: weights.cache, cacheBytes, ...bucketPath(source) };
}

/** The directory that the server loads from; undefined where it has nothing to load. */
export function weightsDirectory(config: ModelValues): string | undefined {
  const weights = weightsOf(config);
  if (weights === undefined) return undefined;
  return weights.from === "node-disk" ? weights.path : WEIGHTS_PATH;
}

/** Volumes of a pod that come from Cloud Storage, each a folder that it may read. */
export function fuseVolumes(
  config: ModelValues,
): { readonly name: string; readonly source: string; readonly path: string }[] {
  const adapters = config.server === "vllm" && config.surface.on !== "edge" ? config.adapters : [];
  const model =
    weightsOf(config)?.from === "gcs-fuse" ? [{ name: "weights", source: config.source!, path: WEIGHTS_PATH }] : [];
  return [
    ...model,
    ...adapters.map(({ name, source }) => ({ name: `adapter-${name}`, source, path: adapterPath(name) })),
  ];
}

const SIDECAR_CPU_MILLIS = 1000;
const SIDECAR_MEMORY_BYTES = GIB;
const SIDECAR_SCRATCH_BYTES = GIB;

/**
 * What GKE's Cloud Storage FUSE container takes beside the server. We state it: its own default (250m, 256 MiB) makes weights load slowly, and
 * no limit would be refused where the namespace has a quota. A cache in memory is memory of this container.
 */
export function weightsSidecar(
  config: ModelValues,
): { readonly cpuMillis: number; readonly memoryBytes: number; readonly ephemeralBytes: number } | undefined {
  if (fuseVolumes(config).length === 0) return undefined;
  const weights = weightsOf(config);
  const cached = weights?.from === "gcs-fuse" ? weights.cacheBytes : 0;
  const inMemory = weights?.from === "gcs-fuse" && weights.cache === "memory";
  return {
    cpuMillis: SIDECAR_CPU_MILLIS,
    memoryBytes: SIDECAR_MEMORY_BYTES + (inMemory ? cached : 0),
    ephemeralBytes: SIDECAR_SCRATCH_BYTES + (inMemory ? 0 : cached),
  };
}

/**
 * Bytes a second at which weights reach a server at least. Figures of ours, a fraction of what Google shows (GKE docs, "Cloud Storage FUSE CSI
 * driver performance": parallel downloads fill the network of the machine): a probe that waits too long costs nothing, one that gives up early
 * restarts a server for ever.
 */
const LOAD_BYTES_PER_SECOND = {
  "gcs-fuse": 200e6,
  image: 400e6,
  "node-disk": 400e6,
  "edge-cache": 200e6,
  none: 1e9,
} as const;

/** Time that a server takes from weights in memory to its first answer: compilation and graph capture (vLLM), warm-up of all models (Triton). */
const WARM_UP_SECONDS = { vllm: 240, triton: 120, http: 60 } as const;

/** Seconds that a container may take to be ready: probes wait as long before they restart it. */
export function startupSeconds(config: ModelValues): number {
  const from = weightsOf(config)?.from ?? "none";
  return Math.ceil(weightBytes(config) / LOAD_BYTES_PER_SECOND[from]) + WARM_UP_SECONDS[config.server];
}
