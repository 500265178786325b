import type { KubernetesObject } from "../delivery";

/** A model that may be taken down. */
export interface StoppedModel {
  readonly name: string;
  readonly namespace: string;
}

const RBAC = "rbac.authorization.k8s.io";
const NAME = "kill-switch";

/**
 * What the account that stops models may do in the cluster: in each namespace, scale the models that are named there and pause their
 * autoscaling. Kubernetes cannot restrict a patch to one annotation, so it may change the whole of these autoscaling objects, and of no others.
 *
 * @param account its e-mail address: the name by which the Connect Gateway makes it known to Kubernetes
 */
export function breakGlassObjects(models: readonly StoppedModel[], account: string, owner: string): KubernetesObject[] {
  const namespaces = [...new Set(models.map(({ namespace }) => namespace))];
  return namespaces.flatMap((namespace): KubernetesObject[] => {
    const names = models
      .filter((model) => model.namespace === namespace)
      .flatMap(({ name }) => [name, `${name}-candidate`]);
    const metadata = { name: NAME, namespace, labels: { "ai-human-stop": owner } };
    const may = (apiGroup: string, resources: readonly string[], verbs: readonly string[]) => ({
      apiGroups: [apiGroup],
      resources,
      resourceNames: names,
      verbs,
    });
    return [
      {
        apiVersion: `${RBAC}/v1`,
        kind: "Role",
        metadata,
        rules: [
          may("apps", ["deployments"], ["get"]),
          may("apps", ["deployments/scale"], ["get", "patch", "update"]),
          may("argoproj.io", ["rollouts"], ["get"]),
          may("argoproj.io", ["rollouts/scale"], ["get", "patch", "update"]),
          may("keda.sh", ["scaledobjects"], ["get", "patch"]),
        ],
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
