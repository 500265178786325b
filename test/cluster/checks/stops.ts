import type { ModelConfig } from "../../../lib/serving";
import type { ApiClient, Asker } from "../api/client";
import { nameOf, type ApiObject } from "../api/objects";
import { refusalOf, refusedInTime } from "./refusal";

const PAUSED = "autoscaling.keda.sh/paused-replicas";

/** What is tried on an object, by what it is called. */
interface Attempts {
  readonly part?: string;
  readonly allowed: Readonly<Record<string, unknown>>;
  readonly refused: Readonly<Record<string, unknown>>;
}

/** Whoever stops a model takes it down and gives it back, with its own rights, and the API server refuses all else. */
export async function problemsOfStop(
  client: ApiClient,
  as: Asker,
  { name, team, replicas }: Pick<ModelConfig, "name" | "team" | "replicas">,
): Promise<string[]> {
  const least = Math.max(1, replicas?.min ?? 1);
  const problems: string[] = [];
  for (const [apiVersion, kind] of [
    ["apps/v1", "Deployment"],
    ["argoproj.io/v1alpha1", "Rollout"],
    ["keda.sh/v1alpha1", "ScaledObject"],
  ] as const) {
    const known = await client.knows(apiVersion, kind);
    const object = known ? await client.read(apiVersion, kind, { namespace: team, name }) : undefined;
    if (object === undefined) continue;
    const attempts = kind === "ScaledObject" ? onScaler(object) : onScale(least);
    problems.push(...(await problemsOf(client, as, { ...object, apiVersion, kind }, attempts)));
  }
  return problems;
}

async function problemsOf(
  client: ApiClient,
  as: Asker,
  object: ApiObject,
  { part, allowed, refused }: Attempts,
): Promise<string[]> {
  const problems: string[] = [];
  const patch = (change: unknown) => () => client.merge(object, change, { as, part, dryRun: true });
  for (const [what, change] of Object.entries(refused)) {
    const refusal = await refusedInTime(patch(change));
    if (refusal === undefined) problems.push(`may ${what}: ${nameOf(object)}`);
    else if (!refusal.includes("ValidatingAdmissionPolicy")) problems.push(`${nameOf(object)}, ${what}: ${refusal}`);
  }
  for (const [what, change] of Object.entries(allowed)) {
    const refusal = await refusalOf(patch(change));
    if (refusal !== undefined) problems.push(`may not ${what}: ${nameOf(object)}: ${refusal}`);
  }
  return problems;
}

function onScale(least: number): Attempts {
  const to = (replicas: number) => ({ spec: { replicas } });
  return {
    part: "scale",
    allowed: { "take it down": to(0), "give it back": to(least) },
    refused: { "scale above its minimum": to(least + 1) },
  };
}

function onScaler({ spec }: ApiObject): Attempts {
  const annotated = (annotations: object) => ({ metadata: { annotations } });
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" };
  return {
    allowed: { "pause it": annotated({ [PAUSED]: "0" }), "let it go": annotated({ [PAUSED]: null }) },
    refused: {
      "pause it at more than nothing": annotated({ [PAUSED]: "5" }),
      "annotate it otherwise": annotated({ "autoscaling.keda.sh/paused": "true" }),
      "raise its maximum": { spec: { maxReplicaCount: Number(spec["maxReplicaCount"]) + 1 } },
      "have it scale another": { spec: { scaleTargetRef: { name: "another" } } },
      "change its labels": { metadata: { labels: { owner: "somebody" } } },
      "have it collected as garbage": { metadata: { ownerReferences: [owner] } },
    },
  };
}
