import { WAYS_OUT, type EgressRule, type KubernetesObject, type ObjectMetadata } from "../delivery";
import { GOOGLE_API_ADDRESSES, type GoogleApis } from "../network";

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
  const wayOut = (name: string, egress: readonly EgressRule[]) =>
    policy(name, { podSelector: EVERY_POD, policyTypes: ["Egress"], egress });
  return [
    policy("default-deny", { podSelector: EVERY_POD, policyTypes: ["Ingress", "Egress"] }),
    wayOut("allow-dns", WAYS_OUT.names),
    wayOut("allow-metadata-server", WAYS_OUT.tokens),
    wayOut("allow-google-apis", WAYS_OUT.googleApis([GOOGLE_API_ADDRESSES[googleApis].range])),
    policy("allow-job-peers", {
      podSelector: JOB_PODS,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: JOB_PODS }] }],
      egress: [{ to: [{ podSelector: JOB_PODS }] }],
    }),
  ];
}

/** Pods of one namespace's jobs find each other: a training run of several nodes is many pods. Kubernetes labels them, JobSet's too. */
const JOB_PODS = { matchExpressions: [{ key: "batch.kubernetes.io/job-name", operator: "Exists" }] };
