import type { TeamConfig } from "../../../lib/tenants";
import { mayDo, type Right, type Subject, type Where } from "../api/access-review";
import type { ApiClient } from "../api/client";
import { Problems } from "../checks";
import { OTHER_NAMESPACES, TRIED, TRIED_CLUSTER_WIDE } from "./access";

/** Service accounts in teams' namespaces that are more than an identity, and what they may do there. All others may do nothing. */
const MORE_THAN_AN_IDENTITY: readonly { readonly account: RegExp; readonly may: readonly Right[] }[] = [
  // The endpoint picker of an inference pool looks at the pods behind it.
  { account: /-epp$/, may: ["get pods", "list pods", "watch pods"] },
];

/** Service accounts of teams may do nothing, in their namespace or elsewhere: what runs there needs no Kubernetes API. */
export async function accountsMayDoNothing(client: ApiClient, teams: readonly TeamConfig[]): Promise<string> {
  const namespaces = teams.map(({ name }) => name);
  const accounts = await Promise.all(namespaces.map((namespace) => client.list("v1", "ServiceAccount", { namespace })));
  const problems: string[] = [];
  for (const { metadata, automountServiceAccountToken } of accounts.flat()) {
    const home = metadata.namespace!;
    const account = `${home}/${metadata.name}`;
    if (automountServiceAccountToken !== false) problems.push(`${account}: its token is put into every pod`);
    const exception = MORE_THAN_AN_IDENTITY.find((candidate) => candidate.account.test(metadata.name));
    const places = [...namespaces, ...OTHER_NAMESPACES].map((namespace) => ({ namespace }));
    for (const place of places) {
      const found = await rightsOf(client, subjectOf(home, metadata.name), TRIED, place);
      const may = place.namespace === home ? (exception?.may ?? []) : [];
      const more = found.filter((right) => !may.includes(right));
      problems.push(...more.map((right) => `${account}: may ${right} in ${place.namespace}`));
    }
    const found = await rightsOf(client, subjectOf(home, metadata.name), TRIED_CLUSTER_WIDE, {});
    problems.push(...found.map((right) => `${account}: may ${right}`));
  }
  Problems.throwIfAny(problems);
  return `${accounts.flat().length} accounts in ${namespaces.length} namespaces`;
}

function subjectOf(namespace: string, name: string): Subject {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
}

/** Those of the rights that somebody has. */
export async function rightsOf(
  client: ApiClient,
  subject: Subject,
  rights: readonly Right[],
  where: Where,
): Promise<readonly Right[]> {
  const answers = await Promise.all(rights.map((right) => mayDo(client, subject, right, where)));
  return rights.filter((_, index) => answers[index]);
}
