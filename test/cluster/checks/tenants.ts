import type { TeamConfig } from "../../../lib/tenants";
import { Refusal, type ApiClient } from "../api/client";
import type { ApiObject } from "../api/objects";
import { Problems } from "../checks";

/** Each team's namespace is closed, bounded and has its queue. */
export async function tenantsAreBounded(client: ApiClient, teams: readonly TeamConfig[]): Promise<string> {
  const problems = await Promise.all(
    teams.map(async (team) => (await problemsOf(client, team)).map((problem) => `${team.name}: ${problem}`)),
  );
  Problems.throwIfAny(problems.flat());
  return `${teams.length} teams: restricted, default deny, quota, limits, no tokens`;
}

async function problemsOf(client: ApiClient, { name: namespace, quota }: TeamConfig): Promise<string[]> {
  const [object, policies, quotas, limits] = await Promise.all([
    client.read("v1", "Namespace", { name: namespace }),
    client.list("networking.k8s.io/v1", "NetworkPolicy", { namespace }),
    client.list("v1", "ResourceQuota", { namespace }),
    client.list("v1", "LimitRange", { namespace }),
  ]);
  if (object === undefined) return ["has no namespace"];
  const labels = object.metadata.labels ?? {};
  const gpus = quotas.map(({ spec }) => Number(spec.hard?.["requests.nvidia.com/gpu"] ?? Infinity));
  return [
    ...(labels["pod-security.kubernetes.io/enforce"] === "restricted" ? [] : ["does not enforce restricted"]),
    ...(policies.some(isDefaultDeny) ? [] : ["has no policy that denies what none allows"]),
    ...policies.filter(opensTheWorld).map(({ metadata }) => `network policy ${metadata.name} opens the whole world`),
    ...(limits.length > 0 ? [] : ["has no limit range"]),
    ...(Math.min(...gpus, Infinity) === (quota?.gpus ?? 0)
      ? []
      : [`its GPUs are bounded by ${gpus.join() || "nothing"}`]),
    ...(await problemsOfQuota(client, namespace, Math.min(...gpus, Infinity))),
  ];
}

function isDefaultDeny({ spec }: ApiObject): boolean {
  const { podSelector, policyTypes, ingress = [], egress = [] } = spec;
  const everyPod = Object.keys(podSelector ?? {}).length === 0;
  return everyPod && policyTypes.length === 2 && ingress.length === 0 && egress.length === 0;
}

function opensTheWorld({ spec }: ApiObject): boolean {
  const peers = [...(spec.ingress ?? []).map(({ from }: any) => from), ...(spec.egress ?? []).map(({ to }: any) => to)];
  return peers.some((peer) => peer === undefined || peer.some(({ ipBlock }: any) => ipBlock?.cidr === "0.0.0.0/0"));
}

/** A pod with one GPU more than the quota is refused, and the quota is the reason. */
async function problemsOfQuota(client: ApiClient, namespace: string, gpus: number): Promise<string[]> {
  if (gpus === Infinity) return [];
  const resources = { limits: { cpu: "1", memory: "1Gi", "nvidia.com/gpu": String(gpus + 1) } };
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const pod: ApiObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "over-quota", namespace },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name: "main", image: "example.invalid/main", resources, securityContext }],
    },
  };
  try {
    await client.create(pod, { dryRun: true });
    return [`takes a pod with ${gpus + 1} GPUs`];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message.includes("exceeded quota")
      ? []
      : [`refuses a pod over its quota for another reason: ${error.message}`];
  }
}
