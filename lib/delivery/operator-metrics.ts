import type { KubernetesObject } from "./kubernetes-object";

export interface OperatorMetrics {
  readonly name: string;
  readonly namespace: string;
  /** Labels of the operator's pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly port: number | string;
}

/** Has managed Prometheus read the metrics of an operator. */
export function podMonitoring({ name, namespace, selector, port }: OperatorMetrics): KubernetesObject {
  return podMonitoringOf(name, namespace, selector, { port, path: "/metrics", interval: INTERVAL });
}

const INTERVAL = "30s";

function podMonitoringOf(
  name: string,
  namespace: string,
  matchLabels: Readonly<Record<string, string>>,
  endpoint: object,
): KubernetesObject {
  return {
    apiVersion: "monitoring.googleapis.com/v1",
    kind: "PodMonitoring",
    metadata: { name, namespace },
    spec: { selector: { matchLabels }, endpoints: [endpoint] },
  };
}

const RBAC = "rbac.authorization.k8s.io";

/**
 * The same for an operator that shows its metrics to whom the API server knows only: an account that may read `/metrics` and nothing else, and
 * its token for the collector. Managed Prometheus takes credentials from a Secret only (GKE docs, "Implement a job queuing system with quota
 * sharing between namespaces", read 2026-11-21).
 *
 * @param readerRole cluster role that allows to read the metrics
 */
export function guardedPodMonitoring(
  { name, namespace, selector, port }: OperatorMetrics,
  readerRole: string,
): KubernetesObject[] {
  const reader = `${name}-metrics-reader`;
  const token = `${reader}-token`;
  const metadata = (object: string) => ({ name: object, namespace });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(reader), automountServiceAccountToken: false },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata(token), annotations: { "kubernetes.io/service-account.name": reader } },
      type: "kubernetes.io/service-account-token",
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "Role",
      metadata: metadata(token),
      rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: [token], verbs: ["get", "list", "watch"] }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata: metadata(token),
      roleRef: { apiGroup: RBAC, kind: "Role", name: token },
      subjects: [{ kind: "ServiceAccount", name: "collector", namespace: "gmp-system" }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: `${namespace}-${reader}` },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: readerRole },
      subjects: [{ kind: "ServiceAccount", name: reader, namespace }],
    },
    podMonitoringOf(name, namespace, selector, {
      port,
      path: "/metrics",
      interval: INTERVAL,
      scheme: "https",
      // The operator signs its own certificate; within the cluster's network the token is what is guarded.
      tls: { insecureSkipVerify: true },
      authorization: { type: "Bearer", credentials: { secret: { name: token, key: "token" } } },
    }),
  ];
}
