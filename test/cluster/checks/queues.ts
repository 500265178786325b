import type { TeamConfig } from "../../../lib/tenants";
import type { ApiClient, Asker } from "../api/client";
import type { ApiObject } from "../api/objects";
import { Problems } from "../checks";
import { refusalOf, refusedInTime } from "./refusal";

type Change = Readonly<Record<string, unknown>>;

/** A kind that submitters make, with pods of a spec. */
interface Submitted {
  readonly apiVersion: string;
  readonly kind: string;
  readonly of: (metadata: ApiObject["metadata"], pod: Change) => ApiObject;
}

const JOB: Submitted = {
  apiVersion: "batch/v1",
  kind: "Job",
  of: (metadata, pod) => ({ apiVersion: "batch/v1", kind: "Job", metadata, spec: { template: { spec: pod } } }),
};

const SUBMITTED: readonly Submitted[] = [
  JOB,
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    of: ({ labels, ...metadata }, pod) => ({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: { ...(labels ? { metadata: { labels } } : {}), spec: { template: { spec: pod } } },
      },
    }),
  },
  {
    apiVersion: "jobset.x-k8s.io/v1alpha2",
    kind: "JobSet",
    of: (metadata, pod) => ({
      apiVersion: "jobset.x-k8s.io/v1alpha2",
      kind: "JobSet",
      metadata,
      spec: { replicatedJobs: [{ name: "workers", template: { spec: { template: { spec: pod } } } }] },
    }),
  },
];

// Who makes jobs of a job set or a cron job, with the rights that its own role gives it.
const CONTROLLERS: readonly Asker[] = [
  "system:serviceaccount:kube-system:cronjob-controller",
  "system:serviceaccount:jobset-system:jobset-controller",
].map((user) => ({ user, groups: ["system:masters"] }));

/** A team's batch work goes through its queue: the API server itself turns away what does not name it. */
export async function jobsGoThroughQueues(client: ApiClient, teams: readonly TeamConfig[]): Promise<string> {
  const problems: string[] = [];
  for (const { name: namespace } of teams) {
    const [queue] = (await client.list("kueue.x-k8s.io/v1beta2", "LocalQueue", { namespace })).filter(isBatch);
    if (queue === undefined) {
      problems.push(`${namespace}: has no queue for batch work`);
      continue;
    }
    for (const submitted of SUBMITTED) {
      if (!(await client.knows(submitted.apiVersion, submitted.kind))) continue;
      const found = await problemsOf(client, submitted, namespace, queue.metadata.name);
      problems.push(...found.map((problem) => `${namespace}: ${problem}`));
    }
    for (const as of CONTROLLERS) {
      const unqueued = JOB.of({ name: "job", namespace }, POD);
      const refusal = await refusalOf(() => client.create(unqueued, { dryRun: true, as }));
      if (refusal !== undefined) problems.push(`${namespace}: refuses a job of ${as.user}: ${refusal}`);
    }
  }
  Problems.throwIfAny(problems);
  return `${teams.length} teams`;
}

async function problemsOf(
  client: ApiClient,
  { kind, of }: Submitted,
  namespace: string,
  queue: string,
): Promise<string[]> {
  const problems: string[] = [];
  const named = (labels?: Readonly<Record<string, string>>, metadata = {}, pod = {}) =>
    of({ name: "job", namespace, ...(labels ? { labels } : {}), ...metadata }, { ...POD, ...pod });
  const queued = { "kueue.x-k8s.io/queue-name": queue };
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "kube-root-ca.crt", uid: "0" };
  for (const [what, object] of Object.entries({
    "that names no queue": named(),
    "of another queue": named({ "kueue.x-k8s.io/queue-name": "serving" }),
    "that says itself that it has an owner": named(undefined, { ownerReferences: [owner] }),
    "with the priority of model servers": named(queued, {}, { priorityClassName: "real-time" }),
    "that runs as a model server": named(queued, {}, { serviceAccountName: "vision" }),
    "that runs as a model server, by the field's old name": named(queued, {}, { serviceAccount: "vision" }),
    "that asks for a GPU and does not tolerate its taint": named(queued, {}, onGpu([])),
    "that tolerates another taint": named(queued, {}, onGpu([{ ...TOLERATION, key: "google.com/tpu" }])),
  })) {
    const refusal = await refusedInTime(() => client.create(object, { dryRun: true }));
    if (refusal === undefined) problems.push(`takes a ${kind} ${what}`);
    else if (!refusal.includes("ValidatingAdmissionPolicy")) problems.push(`${kind} ${what}: ${refusal}`);
  }
  for (const pod of [
    {},
    { serviceAccountName: "batch", priorityClassName: "batch" },
    onGpu([TOLERATION]),
    onGpu([{ key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" }]),
  ]) {
    const refusal = await refusalOf(() => client.create(named(queued, {}, pod), { dryRun: true }));
    if (refusal !== undefined) problems.push(`refuses a queued ${kind}: ${refusal}`);
  }
  return problems;
}

function isBatch({ metadata }: ApiObject): boolean {
  return metadata.name === "batch";
}

const TOLERATION = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

function onGpu(tolerations: readonly Change[]): Change {
  const [main] = POD.containers;
  const limits = { ...main!.resources.limits, "nvidia.com/gpu": "1" };
  return { containers: [{ ...main, resources: { limits } }], tolerations };
}

const POD = {
  restartPolicy: "Never",
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name: "main",
      image: "example.invalid/main",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
    },
  ],
};
