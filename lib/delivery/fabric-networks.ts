import { MACHINES } from "../catalog/machines";
import type { NodeNetworkRef } from "../core";
import type { KubernetesObject } from "./kubernetes-object";

/** The further networks of the nodes of one pool. */
export interface PoolFabric {
  /** Machine type of the pool. */
  readonly machine: string;
  /** In the order of the machine's interfaces. */
  readonly networks: readonly NodeNetworkRef[];
}

/**
 * What lets pods use the further networks of GPU nodes: a `Network` for each, named after its subnet, and the parameters that it refers to. Pools
 * of one fabric share them. A pod asks for one by annotation `networking.gke.io/interfaces`.
 *
 * Source: GKE docs, "Maximize GPU network bandwidth" (`NetDevice` for gVNIC, `RDMA` for RDMA interfaces), read 2026-11-21.
 */
export function fabricNetworkObjects(fabrics: readonly PoolFabric[]): KubernetesObject[] {
  const objects = new Map<string, KubernetesObject[]>();
  for (const { machine, networks } of fabrics) {
    const ethernet = MACHINES[machine]?.fabric?.gvnicNetworks ?? networks.length;
    for (const [index, { network, subnet }] of networks.entries()) {
      const name = subnet.name.value;
      const deviceMode = index < ethernet ? "NetDevice" : "RDMA";
      objects.set(name, pair(name, network.name.value, deviceMode));
    }
  }
  return [...objects.values()].flat();
}

const GROUP = "networking.gke.io";

function pair(name: string, vpc: string, deviceMode: "NetDevice" | "RDMA"): KubernetesObject[] {
  return [
    {
      apiVersion: `${GROUP}/v1`,
      kind: "GKENetworkParamSet",
      metadata: { name },
      spec: { vpc, vpcSubnet: name, deviceMode },
    },
    {
      apiVersion: `${GROUP}/v1`,
      kind: "Network",
      metadata: { name },
      spec: { type: "Device", parametersRef: { group: GROUP, kind: "GKENetworkParamSet", name } },
    },
  ];
}
