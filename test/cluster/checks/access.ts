import type { TeamConfig } from "../../../lib/tenants";
import { mayDo, type Right, type Subject } from "../api/access-review";
import type { ApiClient } from "../api/client";
import { Problems } from "../checks";

type Role = keyof Required<NonNullable<TeamConfig["access"]>>;

/** What each role may do in its team's namespace. What a role is not said to be allowed here, it is not allowed. */
const MAY: Readonly<Record<Role, readonly Right[]>> = {
  viewers: [
    "get pods",
    "list pods",
    "watch pods",
    "get pods/log",
    "list events",
    "list configmaps",
    "list services",
    "list deployments.apps",
    "list jobs.batch",
    "list networkpolicies.networking.k8s.io",
    "list resourcequotas",
    "list rolebindings.rbac.authorization.k8s.io",
    "list horizontalpodautoscalers.autoscaling",
    "get rollouts.argoproj.io",
    "list workloads.kueue.x-k8s.io",
    "list httproutes.gateway.networking.k8s.io",
  ],
  submitters: ["create jobs.batch", "delete jobs.batch", "create jobsets.jobset.x-k8s.io"],
  operators: ["create pods/exec", "get pods/exec", "create pods/portforward", "delete pods"],
};

/** Whoever may do more may look, too. */
const INCLUDES: Readonly<Record<Role, readonly Role[]>> = {
  viewers: ["viewers"],
  submitters: ["submitters", "viewers"],
  operators: ["operators", "viewers"],
};

/** What no role of a team gives, in its own namespace or elsewhere: what holds credentials, what governs, what Terraform owns. */
const NOBODY: readonly Right[] = [
  "get secrets",
  "list secrets",
  "create secrets",
  "create serviceaccounts/token",
  "impersonate serviceaccounts",
  "create pods",
  "patch pods",
  "patch pods/ephemeralcontainers",
  "create pods/attach",
  "create pods/eviction",
  "get services/proxy",
  "create deployments.apps",
  "patch deployments.apps",
  "patch deployments.apps/scale",
  "patch rollouts.argoproj.io",
  "patch configmaps",
  "patch resourcequotas",
  "delete networkpolicies.networking.k8s.io",
  "create networkpolicies.networking.k8s.io",
  "create rolebindings.rbac.authorization.k8s.io",
  "bind roles.rbac.authorization.k8s.io",
  "escalate roles.rbac.authorization.k8s.io",
  "patch localqueues.kueue.x-k8s.io",
  "get secretproviderclasses.secrets-store.csi.x-k8s.io",
  "patch httproutes.gateway.networking.k8s.io",
];

/** What belongs to the whole cluster. */
export const TRIED_CLUSTER_WIDE: readonly Right[] = [
  "list namespaces",
  "patch namespaces",
  "list nodes",
  "get nodes/proxy",
  "list persistentvolumes",
  "list clusterqueues.kueue.x-k8s.io",
  "patch clusterqueues.kueue.x-k8s.io",
  "create clusterrolebindings.rbac.authorization.k8s.io",
  "escalate clusterroles.rbac.authorization.k8s.io",
  "approve certificatesigningrequests.certificates.k8s.io",
  "create customresourcedefinitions.apiextensions.k8s.io",
  "patch validatingwebhookconfigurations.admissionregistration.k8s.io",
  "impersonate users",
  "impersonate groups",
];

/** All that is tried within a namespace. */
export const TRIED: readonly Right[] = [...new Set([...Object.values(MAY).flat(), ...NOBODY])];
export const OTHER_NAMESPACES = ["default", "kube-system"];

/** Each group of each team may do what its roles say, there and nowhere else. */
export async function groupsMayDoWhatTheirRolesSay(client: ApiClient, teams: readonly TeamConfig[]): Promise<string> {
  const groups = new Set(teams.flatMap(({ access = {} }) => Object.values(access).flat() as string[]));
  const namespaces = [...teams.map(({ name }) => name), ...OTHER_NAMESPACES];
  const problems: string[] = [];
  let reviews = 0;
  const expect = async (subject: Subject, right: Right, namespace: string | undefined, expected: boolean) => {
    reviews++;
    if ((await mayDo(client, subject, right, { namespace })) === expected) return;
    problems.push(`${subject.groups[0]} may ${expected ? "not " : ""}${right} in ${namespace ?? "the cluster"}`);
  };
  for (const group of groups) {
    const member = { user: "someone@example.com", groups: [group, "system:authenticated"] };
    for (const namespace of namespaces) {
      const may = rightsOf(
        group,
        teams.find(({ name }) => name === namespace),
      );
      await Promise.all(TRIED.map((right) => expect(member, right, namespace, may.has(right))));
    }
    await Promise.all(TRIED_CLUSTER_WIDE.map((right) => expect(member, right, undefined, false)));
  }
  Problems.throwIfAny(problems);
  return `${groups.size} groups of ${teams.length} teams, ${reviews} reviews`;
}

function rightsOf(group: string, team: TeamConfig | undefined): ReadonlySet<Right> {
  const roles = (Object.keys(MAY) as Role[]).filter((role) => team?.access?.[role]?.includes(group));
  return new Set(roles.flatMap((role) => INCLUDES[role]).flatMap((role) => MAY[role]));
}
