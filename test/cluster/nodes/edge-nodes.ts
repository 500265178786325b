import type { EdgeNodesConfig } from "../../../lib/serving";
import type { ApiObject } from "../api/objects";

interface EdgeSurface {
  readonly membership: string;
  readonly nodeGroup?: string;
  readonly nodes: EdgeNodesConfig;
}

/** The nodes that stand at the edge, as the models there describe them: those of one group once, labelled as the documentation asks for. */
export function edgeNodesOf(surfaces: readonly EdgeSurface[]): ApiObject[] {
  const groups = new Map(surfaces.map((surface) => [surface.nodeGroup, surface]));
  return [...groups.values()].flatMap((surface) =>
    Array.from({ length: surface.nodes.count }, (_, index) => nodeOf(surface, index)),
  );
}

function nodeOf({ membership, nodeGroup, nodes: { cpu, memoryGb, diskGb, gpu } }: EdgeSurface, index: number) {
  const name = `edge-${nodeGroup ?? membership}-${index}`;
  const resources = {
    cpu: String(cpu),
    memory: `${memoryGb}Gi`,
    "ephemeral-storage": `${diskGb}Gi`,
    pods: "110",
    ...(gpu ? { "nvidia.com/gpu": String(gpu.count) } : {}),
  };
  const labels = {
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "kubernetes.io/hostname": name,
    ...(nodeGroup === undefined ? {} : { "ai-platform/edge-group": nodeGroup }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { taints: gpu ? [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] : [] },
    status: { capacity: resources, allocatable: resources },
  };
}
