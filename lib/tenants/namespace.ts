import type { ClusterRef, Governance } from "../core";
import type { KubernetesObject } from "../delivery";
import type { TeamValues } from "./team-config";

type Labels = Readonly<Record<string, string>>;

/**
 * Labels of everything that a team runs: the environment's governance, with the team's own owner and cost centre. GKE's cost allocation
 * books by them.
 */
export function teamLabels(governance: Governance, { name, owner, costCenter }: TeamValues): Labels {
  return { ...governance.labels, owner, team: name, "cost-center": costCenter };
}

/**
 * The namespace. Pods that break the `restricted` standard are refused, as it reads in the cluster's own minor version: an upgrade that
 * tightens the standard then stops no pod that runs today.
 */
export function namespaceObject(
  name: string,
  labels: Labels,
  { version }: Pick<ClusterRef, "version">,
): KubernetesObject {
  const minor = `v${version.split(".").slice(0, 2).join(".")}`;
  const standard = ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, "restricted"],
    [`pod-security.kubernetes.io/${mode}-version`, minor],
  ]);
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { ...labels, ...(Object.fromEntries(standard) as Labels) } },
  };
}
