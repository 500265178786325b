import type { KubernetesObject } from "../../delivery";
import type { StoppedWorkload } from "./stopped-workloads";

const RBAC = "rbac.authorization.k8s.io";
const NAME = "kill-switch";

/**
 * What the account that stops models may do in the cluster: in each namespace, scale the models that are there and pause their autoscaling.
 * Kubernetes cannot restrict a patch to one annotation, nor a scale to a number: `breakGlassPolicies` do.
 *
 * @param account its e-mail address: the name by which the Connect Gateway makes it known to Kubernetes
 */
export function breakGlassObjects(
  workloads: readonly StoppedWorkload[],
  account: string,
  owner: string,
): KubernetesObject[] {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  return namespaces.flatMap((namespace): KubernetesObject[] => {
    const metadata = { name: NAME, namespace, labels: { "ai-human-stop": owner } };
    return [
      {
        apiVersion: `${RBAC}/v1`,
        kind: "Role",
        metadata,
        rules: rules(workloads.filter((workload) => workload.namespace === namespace)),
      },
      {
        apiVersion: `${RBAC}/v1`,
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: RBAC, kind: "Role", name: NAME },
        subjects: [{ apiGroup: RBAC, kind: "User", name: account }],
      },
    ];
  });
}

function rules(workloads: readonly StoppedWorkload[]) {
  const namesOf = (kind: StoppedWorkload["kind"]) =>
    workloads.filter((workload) => workload.kind === kind).map(({ name }) => name);
  // A rule that names nothing is a rule on everything.
  const may = (
    apiGroup: string,
    resources: readonly string[],
    resourceNames: readonly string[],
    verbs: readonly string[],
  ) => (resourceNames.length > 0 ? [{ apiGroups: [apiGroup], resources, resourceNames, verbs }] : []);
  const deployments = namesOf("deployment");
  const rollouts = namesOf("rollout.argoproj.io");
  return [
    ...may("apps", ["deployments"], deployments, ["get"]),
    ...may("apps", ["deployments/scale"], deployments, ["get", "patch", "update"]),
    ...may("argoproj.io", ["rollouts"], rollouts, ["get"]),
    ...may("argoproj.io", ["rollouts/scale"], rollouts, ["get", "patch", "update"]),
    ...may(
      "keda.sh",
      ["scaledobjects"],
      workloads.flatMap(({ scaler }) => scaler ?? []),
      ["get", "patch"],
    ),
  ];
}
