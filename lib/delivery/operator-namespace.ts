import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import type { AddOnContext } from "./add-on";
import { kubernetesResource } from "./kubernetes-resource";
import { restrictedPods } from "./pod-security";

/**
 * A namespace for an add-on, made before its chart: charts make namespaces without labels, and without labels nothing holds pods back. No pod in
 * it gets an accelerator.
 */
export function operatorNamespace(
  scope: Construct,
  name: string,
  { cluster, after }: Pick<AddOnContext, "cluster" | "after">,
): TerraformResource {
  const metadata = { name, labels: restrictedPods(cluster.version) };
  const namespace = kubernetesResource(scope, "namespace", { apiVersion: "v1", kind: "Namespace", metadata }, after);
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "no-accelerators", namespace: name },
    spec: { hard: { "requests.nvidia.com/gpu": "0" } },
  };
  kubernetesResource(scope, "no-accelerators", quota, [namespace]);
  return namespace;
}
