import type { ClusterRef } from "../../core";
import type { KubernetesObject } from "../../delivery";
import { namespaceObject } from "../../tenants/namespace";
import { networkPolicyObjects } from "../../tenants/network-policies";

/** The namespace of a gateway, closed as those of teams are: what stands in it opens what it needs. */
export function gatewayNamespaceObjects(
  name: string,
  labels: Readonly<Record<string, string>>,
  cluster: Pick<ClusterRef, "version">,
): KubernetesObject[] {
  const closed = networkPolicyObjects((policy) => ({ name: policy, namespace: name, labels }), "private");
  return [
    namespaceObject(name, labels, cluster),
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "no-accelerators", namespace: name, labels },
      spec: { hard: { "requests.nvidia.com/gpu": "0" } },
    },
    ...closed.filter(({ metadata }) => ["default-deny", "allow-dns"].includes(metadata.name)),
  ];
}
