import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import type { AddOnContext } from "./add-on";
import { kubernetesResource } from "./kubernetes-resource";

/** Pod Security, as the cluster's own minor version reads it: an upgrade that tightens the standard then stops nothing that runs today. */
function restricted(version: string): Record<string, string> {
  const minor = `v${version.split(".").slice(0, 2).join(".")}`;
  return Object.fromEntries(
    ["enforce", "audit", "warn"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, "restricted"],
      [`pod-security.kubernetes.io/${mode}-version`, minor],
    ]),
  );
}

/**
 * A namespace for an add-on, made before its chart: charts make namespaces without labels, and without labels nothing holds pods back. No pod in
 * it gets an accelerator.
 */
export function operatorNamespace(
  scope: Construct,
  name: string,
  { cluster, after }: Pick<AddOnContext, "cluster" | "after">,
): TerraformResource {
  const metadata = { name, labels: restricted(cluster.version) };
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
