import type { ModelConfig } from "../../../lib/serving";
import type { Right, Subject } from "../api/access-review";
import type { ApiClient } from "../api/client";
import { Problems } from "../checks";
import { OTHER_NAMESPACES, TRIED, TRIED_CLUSTER_WIDE } from "./access";
import { rightsOf } from "./accounts";

type Model = Pick<ModelConfig, "name" | "team">;

const STOP: readonly Right[] = [
  "get deployments.apps",
  "patch deployments.apps/scale",
  "update deployments.apps/scale",
  "get rollouts.argoproj.io",
  "patch rollouts.argoproj.io/scale",
  "patch scaledobjects.keda.sh",
];
const SHIFT: readonly Right[] = [
  "get httproutes.gateway.networking.k8s.io",
  "patch httproutes.gateway.networking.k8s.io",
];
const ON_ONE_OBJECT = [...STOP, ...SHIFT];

/** Google service accounts with rights in the cluster, and what each may do to a model: by its name, and never to all objects of a kind. */
const ACCOUNTS: readonly {
  readonly account: RegExp;
  readonly may: (model: Model, account: RegExpExecArray) => readonly Right[];
}[] = [
  // Whoever is on call becomes this one, to stop a model without Terraform.
  { account: /-kill-switch@/, may: () => STOP },
  // A workflow that shifts requests from one version of a model to the next.
  { account: /-rollout-([^@]+)@/, may: ({ name }, [, model]) => (name === model ? SHIFT : []) },
];

/** Google's accounts, break glass among them, may do to models what their duty is, and nothing else. */
export async function googleAccountsMayDoTheirDuty(client: ApiClient, models: readonly Model[]): Promise<string> {
  const emails = await emailsWithRights(client);
  const problems = await Promise.all(emails.map((email) => problemsOf(client, email, models)));
  Problems.throwIfAny(problems.flat());
  return emails.join(", ") || "none";
}

async function problemsOf(client: ApiClient, email: string, models: readonly Model[]): Promise<string[]> {
  const subject: Subject = { user: email, groups: ["system:authenticated"] };
  const known = ACCOUNTS.find(({ account }) => account.test(email));
  const problems: string[] = known ? [] : ["is an account that nobody foresaw"];
  for (const model of models) {
    const where = { namespace: model.team, name: model.name };
    const found = await rightsOf(client, subject, ON_ONE_OBJECT, where);
    const due = known?.may(model, known.account.exec(email)!) ?? [];
    problems.push(
      ...due.filter((right) => !found.includes(right)).map((right) => `may not ${right} ${model.name}`),
      ...found.filter((right) => !due.includes(right)).map((right) => `may ${right} ${model.name}`),
    );
    const others = await rightsOf(client, subject, ON_ONE_OBJECT, { ...where, name: "another" });
    problems.push(...others.map((right) => `may ${right} another in ${model.team}`));
  }
  for (const namespace of [...new Set(models.map(({ team }) => team)), ...OTHER_NAMESPACES]) {
    const found = await rightsOf(client, subject, [...TRIED, ...ON_ONE_OBJECT], { namespace });
    problems.push(...found.map((right) => `may ${right}, whatever its name, in ${namespace}`));
  }
  problems.push(...(await rightsOf(client, subject, TRIED_CLUSTER_WIDE, {})).map((right) => `may ${right}`));
  return problems.map((problem) => `${email}: ${problem}`);
}

// The Connect Gateway makes a Google service account known to Kubernetes by its address.
async function emailsWithRights(client: ApiClient): Promise<string[]> {
  const api = "rbac.authorization.k8s.io/v1";
  const bindings = [...(await client.list(api, "RoleBinding")), ...(await client.list(api, "ClusterRoleBinding"))];
  const subjects = bindings.flatMap(({ subjects: bound = [] }) => bound as { kind: string; name: string }[]);
  const users = subjects.filter(({ kind, name }) => kind === "User" && name.endsWith(".gserviceaccount.com"));
  return [...new Set(users.map(({ name }) => name))];
}
