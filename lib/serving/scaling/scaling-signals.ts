import { SERVER_SIGNALS, SERVING_LABELS, type Series } from "../../catalog/server-metrics";
import type { Variant } from "../config/model-variant";
import type { ModelValues } from "../config/model-config";

/** One thing that autoscaling looks at: a gauge, and how much of it one replica may have. */
export interface ScalingSignal {
  /** Name for people, and part of the names of objects. */
  readonly name: "queue-depth" | "kv-cache-use" | "requests-in-progress";
  readonly series: Series;
  /** Value that one replica may have on average. */
  readonly perReplica: number;
}

const STANDARD = { queueDepth: 5, kvCacheUse: 0.8, requestsInProgress: 20 };

/** What says that a server of this kind has too much to do. Its CPU never does: it idles while the GPU is busy, and a full queue costs none. */
export function scalingSignals({ server, scaling }: ModelValues): readonly ScalingSignal[] {
  const { waiting, running, kvCacheUse } = SERVER_SIGNALS[server].load;
  const { queueDepth = STANDARD.queueDepth } = scaling;
  const queue = waiting ? [{ name: "queue-depth" as const, series: waiting, perReplica: queueDepth }] : [];
  switch (server) {
    case "vllm":
      return [
        ...queue,
        { name: "kv-cache-use", series: kvCacheUse!, perReplica: scaling.kvCacheUse ?? STANDARD.kvCacheUse },
      ];
    case "triton":
      return queue;
    case "http":
      return [
        {
          name: "requests-in-progress",
          series: running!,
          perReplica: scaling.requestsInProgress ?? STANDARD.requestsInProgress,
        },
      ];
  }
}

/** Where the pods of a version are found in metrics. */
export interface MetricScope {
  readonly cluster: string;
  readonly namespace: string;
}

/** PromQL of the sum of a gauge over all replicas of a version: an autoscaler divides it by what one replica may have. */
export function sumOf(
  { series }: ScalingSignal,
  { variant, config }: Variant,
  { cluster, namespace }: MetricScope,
): string {
  const matchers = [
    `cluster="${cluster}"`,
    `namespace="${namespace}"`,
    `${SERVING_LABELS.model}="${config.name}"`,
    `${SERVING_LABELS.variant}="${variant}"`,
    ...(series.matchers ? [series.matchers] : []),
  ];
  return `sum(${series.name}{${matchers.join(",")}})`;
}
