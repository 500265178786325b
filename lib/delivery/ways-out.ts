/** A rule of a NetworkPolicy's `egress`. */
export interface EgressRule {
  readonly to: readonly object[];
  readonly ports: readonly { readonly protocol: "TCP" | "UDP"; readonly port: number }[];
}

const block = (cidr: string) => ({ ipBlock: { cidr } });
const tcp = (port: number) => ({ protocol: "TCP" as const, port });

function systemPods(app: string) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchLabels: { "k8s-app": app } },
  };
}

/**
 * What nearly every pod needs of a namespace that is closed otherwise.
 *
 * - Names: our clusters run kube-dns with NodeLocal DNSCache. Dataplane V2 judges a query by where it ends up, the cache's pod on the node and
 *   only without it kube-dns; without Dataplane V2 the cache has an address of its own (GKE docs, "Setting up NodeLocal DNSCache").
 * - Tokens of Workload Identity: with Dataplane V2 the first address, on nodes without it the second (GKE docs, "Control communication between
 *   Pods and Services using network policies", read 2026-11-21).
 */
export const WAYS_OUT = {
  names: [
    {
      to: [systemPods("node-local-dns"), systemPods("kube-dns"), block("169.254.20.10/32")],
      ports: [{ protocol: "UDP", port: 53 }, tcp(53)],
    },
  ],
  tokens: [
    { to: [block("169.254.169.254/32")], ports: [tcp(80), tcp(8080)] },
    { to: [block("169.254.169.252/32")], ports: [tcp(987), tcp(988)] },
  ],
  /** @param ranges addresses at which Google's APIs are reached */
  googleApis: (ranges: readonly string[]): EgressRule[] =>
    ranges.length === 0 ? [] : [{ to: ranges.map(block), ports: [tcp(443)] }],
} as const satisfies Readonly<Record<string, readonly EgressRule[] | ((ranges: readonly string[]) => EgressRule[])>>;
