import { setTimeout as sleep } from "node:timers/promises";
import type { TeamConfig } from "../../../lib/tenants";
import { Refusal, type ApiClient } from "../api/client";
import type { ApiObject } from "../api/objects";
import { Problems } from "../checks";

// An admission policy holds a moment after it is stored.
const POLICY_MS = 15_000;
const LOOK_MS = 500;

/** A team's batch work goes through its queue: the API server itself turns away what does not name it. */
export async function jobsGoThroughQueues(client: ApiClient, teams: readonly TeamConfig[]): Promise<string> {
  const problems: string[] = [];
  for (const { name: namespace } of teams) {
    const [queue] = (await client.list("kueue.x-k8s.io/v1beta2", "LocalQueue", { namespace })).filter(isBatch);
    if (queue === undefined) {
      problems.push(`${namespace}: has no queue for batch work`);
      continue;
    }
    const queued = job(namespace, { "kueue.x-k8s.io/queue-name": queue.metadata.name });
    for (const [what, unqueued] of Object.entries({
      "that names no queue": job(namespace, {}),
      "of another queue": job(namespace, { "kueue.x-k8s.io/queue-name": "serving" }),
      "with the priority of model servers": withPriority(queued, "real-time"),
    })) {
      const refusal = await refusedInTime(client, unqueued);
      if (refusal === undefined) problems.push(`${namespace}: takes a job ${what}`);
      else if (!refusal.includes("ValidatingAdmissionPolicy")) problems.push(`${namespace}: ${refusal}`);
    }
    const refusal = await refusalOf(client, queued);
    if (refusal !== undefined) problems.push(`${namespace}: refuses a queued job: ${refusal}`);
  }
  Problems.throwIfAny(problems);
  return `${teams.length} teams`;
}

function isBatch({ metadata }: ApiObject): boolean {
  return metadata.name === "batch";
}

function job(namespace: string, labels: Readonly<Record<string, string>>): ApiObject {
  const container = {
    name: "main",
    image: "example.invalid/main",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  const spec = { restartPolicy: "Never", securityContext, containers: [container] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "job", namespace, labels },
    spec: { template: { spec } },
  };
}

function withPriority(object: ApiObject, priorityClassName: string): ApiObject {
  const { template } = object["spec"];
  return { ...object, spec: { template: { ...template, spec: { ...template.spec, priorityClassName } } } };
}

async function refusedInTime(client: ApiClient, object: ApiObject): Promise<string | undefined> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const refusal = await refusalOf(client, object);
    if (refusal !== undefined || waited > POLICY_MS) return refusal;
    await sleep(LOOK_MS);
  }
}

async function refusalOf(client: ApiClient, object: ApiObject): Promise<string | undefined> {
  try {
    await client.create(object, { dryRun: true });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
