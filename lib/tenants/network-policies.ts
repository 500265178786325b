import type { KubernetesObject, ObjectMetadata } from "../delivery";
import { GOOGLE_API_ADDRESSES, type GoogleApis } from "../network";

/** A list of ports, all TCP unless said otherwise. */
type Ports = readonly { readonly port: number; readonly protocol?: "UDP" }[];

interface EgressRule {
  readonly to: readonly object[];
  readonly ports: Ports;
}

const EVERY_POD = {};

/**
 * What every namespace of a team is closed by, and the few ways out that all of its pods need. Kubernetes adds policies up: what a model or a
 * job needs besides, its own policy opens.
 *
 * @param metadataOf metadata of the policy with this name
 */
export function networkPolicyObjects(
  metadataOf: (name: string) => ObjectMetadata,
  googleApis: GoogleApis,
): KubernetesObject[] {
  const policy = (name: string, spec: object): KubernetesObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadataOf(name),
    spec,
  });
  const wayOut = (name: string, ...rules: readonly EgressRule[]) =>
    policy(name, { podSelector: EVERY_POD, policyTypes: ["Egress"], egress: rules.map(written) });
  return [
    policy("default-deny", { podSelector: EVERY_POD, policyTypes: ["Ingress", "Egress"] }),
    wayOut("allow-dns", DNS),
    wayOut("allow-metadata-server", ...METADATA_SERVER),
    wayOut("allow-google-apis", { to: [range(GOOGLE_API_ADDRESSES[googleApis].range)], ports: [{ port: 443 }] }),
    policy("allow-job-peers", {
      podSelector: JOB_PODS,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: JOB_PODS }] }],
      egress: [{ to: [{ podSelector: JOB_PODS }] }],
    }),
  ];
}

function written({ to, ports }: EgressRule) {
  return { to, ports: ports.map(({ port, protocol = "TCP" }) => ({ protocol, port })) };
}

function range(cidr: string) {
  return { ipBlock: { cidr } };
}

function systemPods(app: string) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchLabels: { "k8s-app": app } },
  };
}

/**
 * Our clusters run kube-dns with NodeLocal DNSCache. Dataplane V2 judges a query by where it ends up, which is the cache's pod on the node and
 * only without it kube-dns; without Dataplane V2 the cache has an address of its own (GKE docs, "Setting up NodeLocal DNSCache").
 */
const DNS: EgressRule = {
  to: [systemPods("node-local-dns"), systemPods("kube-dns"), range("169.254.20.10/32")],
  ports: [{ port: 53, protocol: "UDP" }, { port: 53 }],
};

/**
 * Where pods get their tokens of Workload Identity. GKE docs, "Control communication between Pods and Services using network policies", read
 * 2026-11-21: with Dataplane V2 the first, on nodes without it the second. Both are the same server on the pod's own node.
 */
const METADATA_SERVER: readonly EgressRule[] = [
  { to: [range("169.254.169.254/32")], ports: [{ port: 80 }, { port: 8080 }] },
  { to: [range("169.254.169.252/32")], ports: [{ port: 987 }, { port: 988 }] },
];

/** Pods of one namespace's jobs find each other: a training run of several nodes is many pods. Kubernetes labels them, JobSet's too. */
const JOB_PODS = { matchExpressions: [{ key: "batch.kubernetes.io/job-name", operator: "Exists" }] };
