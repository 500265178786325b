import { GIB, type NodePoolRef } from "../../cluster";
import { Ref } from "../../core";
import type { ModelValues } from "../config/model-config";

/** The `surface` of a model on the edge. */
export type EdgeSurface = Extract<ModelValues["surface"], { readonly on: "edge" }>;

/** What a group of nodes is called: models that give the same share its nodes. */
export function edgeGroup({ membership, nodeGroup }: Pick<EdgeSurface, "membership" | "nodeGroup">): string {
  return nodeGroup ?? membership;
}

/**
 * Nodes of an edge cluster as a scheduler sees them. They are nobody's pool: no machine of the catalogue, no zones, nothing grows.
 * @param gpus whether the model asks for GPUs: without, it may run beside models that do
 */
export function edgeNodes(surface: EdgeSurface, { gpus }: Pick<ModelValues, "gpus">): NodePoolRef {
  const { count, cpu, memoryGb, diskGb } = surface.nodes;
  const gpu = gpus > 0 ? surface.nodes.gpu : undefined;
  const inAll = (gpu?.count ?? 0) * count;
  return {
    pool: edgeGroup(surface),
    name: Ref.existing(edgeGroup(surface)),
    machine: "edge node",
    model: "on-demand",
    gpus: { min: inAll, max: inAll },
    // How NVIDIA's GPU operator documents that nodes are kept for GPU work; a toleration of a taint that is not there harms nobody.
    taints: gpu ? [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }] : [],
    zones: [],
    minNodes: count,
    maxNodes: count,
    nodeLabels: {},
    allocatable: { cpuMillis: cpu * 1000, memoryBytes: memoryGb * GIB, ephemeralBytes: diskGb * GIB },
    imageDisks: [],
    ...(gpu
      ? {
          accelerator: { kind: "gpu", type: gpu.type, count: gpu.count, memoryGbEach: gpu.memoryGb },
          gpuShares: { perNode: gpu.count, memoryGbEach: gpu.memoryGb, maxPerPod: gpu.count },
        }
      : {}),
  };
}
