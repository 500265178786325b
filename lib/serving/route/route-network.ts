import type { KubernetesObject, ObjectMetadata } from "../../delivery";

/**
 * Where Google's health checks come from (Load balancing docs, "Firewall rules"): the same ranges as in the network's firewall.
 */
const HEALTH_CHECKS = ["35.191.0.0/16", "130.211.0.0/22"];

type Labels = Readonly<Record<string, string>>;

/** One side of a flow. */
export type Peer = { readonly range: string } | { readonly pods: Labels } | { readonly namespace: string };

export interface Flow {
  readonly peers: readonly Peer[];
  readonly ports: readonly number[];
}

/** What the load balancer and its health checks reach pods by. */
export function fromLoadBalancer(proxyRange: string, ...ports: readonly number[]): Flow {
  return { peers: [proxyRange, ...HEALTH_CHECKS].map((range) => ({ range })), ports };
}

/** A policy that opens flows to and from pods of a closed namespace; policies add up. */
export function openings(
  metadata: ObjectMetadata,
  pods: Labels,
  ingress: readonly Flow[],
  egress: readonly Flow[] = [],
): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: {
      podSelector: { matchLabels: pods },
      policyTypes: ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])],
      ingress: ingress.map(({ peers, ports }) => ({ from: peers.map(written), ports: ports.map(tcp) })),
      ...(egress.length > 0
        ? { egress: egress.map(({ peers, ports }) => ({ to: peers.map(written), ports: ports.map(tcp) })) }
        : {}),
    },
  };
}

function written(peer: Peer): object {
  if ("range" in peer) return { ipBlock: { cidr: peer.range } };
  if ("pods" in peer) return { podSelector: { matchLabels: peer.pods } };
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } } };
}

function tcp(port: number) {
  return { protocol: "TCP", port };
}
