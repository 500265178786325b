import type { VllmModelValues, WeightPrecision } from "../config/model-config";

/** Bytes of a GB, as makers of GPUs count: a card of 24 GB shows between 22.5 and 24 GiB, so this errs on the safe side. */
export const GB = 1e9;

export const BYTES_PER_WEIGHT: Readonly<Record<WeightPrecision, number>> = {
  fp32: 4,
  bf16: 2,
  fp16: 2,
  fp8: 1,
  int8: 1,
  fp4: 0.5,
  int4: 0.5,
};

const BYTES_PER_CACHED_VALUE = { bf16: 2, fp16: 2, fp8: 1 } as const;

/**
 * What one GPU holds besides weights and cache: CUDA context, captured graphs, buffers between GPUs, activations of one step. vLLM measures it
 * when it starts; 2 GB is a figure of ours, of the order that its logs show for one to eight GPUs (unconfirmed for each model).
 */
export const OVERHEAD_GB_PER_GPU = 2;

/** GPU memory of a large language model, in GB, with how it was reckoned. */
export interface LlmMemory {
  readonly weightsGb: number;
  /** Cache of all requests that one replica holds at once. */
  readonly kvCacheGb: number;
  /** What the GPU that holds most has to hold. */
  readonly perGpuGb: number;
  readonly arithmetic: readonly string[];
}

export type LlmFields = Pick<VllmModelValues, "llm" | "gpus" | "tensorParallel">;

/** GPUs that share one copy of the weights, and copies of them in one replica. */
export function parallelismOf({ gpus, tensorParallel = gpus }: LlmFields): {
  readonly tensor: number;
  readonly copies: number;
} {
  return { tensor: tensorParallel, copies: Math.max(1, Math.floor(gpus / tensorParallel)) };
}

export function weightsGbOf({ parametersBillions, precision }: VllmModelValues["llm"]): number {
  return (parametersBillions * 1e9 * BYTES_PER_WEIGHT[precision]) / GB;
}

/**
 * Memory by the shape of the model: weights are split over the GPUs of one copy; keys and values of each layer and token are split by heads,
 * of which a GPU has at least one, so that more GPUs than heads hold the same cache twice.
 */
export function llmMemory(model: LlmFields): LlmMemory {
  const { llm } = model;
  const { tensor, copies } = parallelismOf(model);
  const weightsGb = weightsGbOf(llm);
  const cachedBytes = BYTES_PER_CACHED_VALUE[llm.kvCachePrecision];
  const perToken = 2 * llm.layers * llm.kvHeads * llm.headDim * cachedBytes;
  const kvCacheGb = (perToken * llm.contextLength * llm.concurrency) / GB;
  const cacheShare = kvCacheGb / copies / Math.min(tensor, llm.kvHeads);
  const perGpuGb = weightsGb / tensor + cacheShare + OVERHEAD_GB_PER_GPU;
  return {
    weightsGb,
    kvCacheGb,
    perGpuGb,
    arithmetic: [
      `weights ${llm.parametersBillions} billion × ${BYTES_PER_WEIGHT[llm.precision]} bytes (${llm.precision}) = ${gb(weightsGb)}`,
      `KV cache 2 × ${llm.layers} layers × ${llm.kvHeads} heads × ${llm.headDim} × ${cachedBytes} bytes (${llm.kvCachePrecision}) × ` +
        `${llm.contextLength} tokens × ${llm.concurrency} requests = ${gb(kvCacheGb)}`,
      `on each GPU ${gb(weightsGb)} / ${tensor} + ${gb(kvCacheGb)} / ${copies * Math.min(tensor, llm.kvHeads)} + ` +
        `${gb(OVERHEAD_GB_PER_GPU)} overhead = ${gb(perGpuGb)}`,
    ],
  };
}

/** A figure for people: `42.9 GB`. */
export function gb(value: number): string {
  return `${Number(value.toFixed(1))} GB`;
}
