import { mayDo, type Right, type Subject } from "../api/access-review";
import type { ApiClient } from "../api/client";
import type { ApiObject } from "../api/objects";
import { Problems } from "../checks";

/** What the operators whose rights we write ourselves need everywhere, by service account. */
const NEEDED: Readonly<Record<string, readonly Right[]>> = {
  "argo-rollouts/argo-rollouts": [
    "patch rollouts.argoproj.io/status",
    "create analysisruns.argoproj.io",
    "create replicasets.apps",
    "patch services",
    "patch httproutes.gateway.networking.k8s.io",
  ],
};

/** What gives whoever has it the rights of others: no operator has it over all namespaces. */
const NEVER: readonly Right[] = [
  "get secrets",
  "list secrets",
  "create pods/exec",
  "create serviceaccounts/token",
  "impersonate users",
  "impersonate serviceaccounts",
  "bind clusterroles.rbac.authorization.k8s.io",
  "escalate clusterroles.rbac.authorization.k8s.io",
  "create clusterrolebindings.rbac.authorization.k8s.io",
  "create rolebindings.rbac.authorization.k8s.io",
  "get nodes/proxy",
  "patch validatingadmissionpolicies.admissionregistration.k8s.io",
];

/** Accounts that the environment binds to rights over the whole cluster have those they need, and none that grow. */
export async function operatorsHaveBoundedRights(client: ApiClient, objects: readonly ApiObject[]): Promise<string> {
  const bindings = objects.filter(({ kind }) => kind === "ClusterRoleBinding");
  const bound = bindings.flatMap(({ subjects = [] }) => subjects).filter(({ kind }: any) => kind === "ServiceAccount");
  const accounts = new Set([...bound.map(({ namespace, name }: any) => `${namespace}/${name}`)]);
  const problems: string[] = [];
  for (const account of accounts) {
    const [namespace, name] = account.split("/") as [string, string];
    const subject: Subject = {
      user: `system:serviceaccount:${namespace}:${name}`,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    };
    for (const right of NEVER) if (await mayDo(client, subject, right, {})) problems.push(`${account}: may ${right}`);
    for (const right of NEEDED[account] ?? []) {
      if (!(await mayDo(client, subject, right, {}))) problems.push(`${account}: may not ${right}`);
    }
  }
  Problems.throwIfAny(problems);
  return [...accounts].join(", ") || "none";
}
