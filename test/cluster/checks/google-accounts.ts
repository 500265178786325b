import type { ModelConfig } from "../../../lib/serving";
import type { Right, Subject } from "../api/access-review";
import type { ApiClient } from "../api/client";
import { Problems } from "../checks";
import { OTHER_NAMESPACES, TRIED, TRIED_CLUSTER_WIDE } from "./access";
import { rightsOf } from "./accounts";
import { problemsOfStop } from "./stops";

type Model = Pick<ModelConfig, "name" | "team" | "replicas">;
type Where = { readonly namespace: string; readonly name: string };

const STOPS_MODELS = /-kill-switch@/;

/** By what is there of a model: nobody has a right to what somebody may yet make. */
const STOP: readonly { readonly apiVersion: string; readonly kind: string; readonly rights: readonly Right[] }[] = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    rights: ["get deployments.apps", "patch deployments.apps/scale", "update deployments.apps/scale"],
  },
  {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    rights: ["get rollouts.argoproj.io", "patch rollouts.argoproj.io/scale"],
  },
  { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", rights: ["patch scaledobjects.keda.sh"] },
];
const SHIFT: readonly Right[] = [
  "get httproutes.gateway.networking.k8s.io",
  "patch httproutes.gateway.networking.k8s.io",
];
const ON_ONE_OBJECT = [...STOP.flatMap(({ rights }) => rights), ...SHIFT];

/** Google service accounts with rights in the cluster, and what each may do to a model: by its name, and never to all objects of a kind. */
const ACCOUNTS: readonly {
  readonly account: RegExp;
  readonly may: (client: ApiClient, where: Where, account: RegExpExecArray) => Promise<readonly Right[]>;
}[] = [
  // Whoever is on call becomes this one, to stop a model without Terraform.
  { account: STOPS_MODELS, may: stops },
  // A workflow that shifts requests from one version of a model to the next, and looks whether the model's own replicas can take them.
  {
    account: /-rollout-([^@]+)@/,
    may: (_client, { name }, [, model]) => Promise.resolve(name === model ? [...SHIFT, "get deployments.apps"] : []),
  },
];

async function stops(client: ApiClient, { namespace, name }: Where): Promise<Right[]> {
  const there = await Promise.all(
    STOP.map(async ({ apiVersion, kind, rights }) => {
      const known = await client.knows(apiVersion, kind);
      return known && (await client.read(apiVersion, kind, { namespace, name })) ? rights : [];
    }),
  );
  return there.flat();
}

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
    for (const name of [model.name, `${model.name}-candidate`, "another"]) {
      const where = { namespace: model.team, name };
      const found = await rightsOf(client, subject, ON_ONE_OBJECT, where);
      const due = (await known?.may(client, where, known.account.exec(email)!)) ?? [];
      problems.push(
        ...due.filter((right) => !found.includes(right)).map((right) => `may not ${right} ${name}`),
        ...found.filter((right) => !due.includes(right)).map((right) => `may ${right} ${name} in ${model.team}`),
      );
    }
    if (STOPS_MODELS.test(email)) problems.push(...(await problemsOfStop(client, subject, model)));
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
