import type { ClusterRef, Governance } from "../core";
import { restrictedPods, type KubernetesObject } from "../delivery";
import type { TeamValues } from "./team-config";

type Labels = Readonly<Record<string, string>>;

/**
 * Labels of everything that a team runs: the environment's governance, with the team's own owner and cost centre. GKE's cost allocation
 * books by them.
 */
export function teamLabels(governance: Governance, { name, owner, costCenter }: TeamValues): Labels {
  return { ...governance.labels, owner, team: name, "cost-center": costCenter };
}

/** The namespace. Pods that break the `restricted` standard are refused. */
export function namespaceObject(
  name: string,
  labels: Labels,
  { version }: Pick<ClusterRef, "version">,
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { ...labels, ...restrictedPods(version) } },
  };
}
