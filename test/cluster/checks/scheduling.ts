import { setTimeout as sleep } from "node:timers/promises";
import { Refusal, type ApiClient } from "../api/client";
import { nameOf, type ApiObject } from "../api/objects";
import { hasOwnController, podOf, podTemplatesOf } from "../api/pods";
import { Problems } from "../checks";
import { ACCELERATOR_LABEL, POOL_LABEL } from "../nodes/gke-nodes";

const LOOK_MS = 1_000;
// Controllers make pods within a second or two, the scheduler places hundreds a second; it tries again after at most ten.
const STILL_MS = 15_000;

/** The scheduler finds a node for every pod of the objects, and for each the right one. */
export async function everyPodIsPlaced(client: ApiClient, objects: readonly ApiObject[]): Promise<string> {
  if (objects.every((object) => podTemplatesOf(object).length === 0)) return "no pods";
  const problems: string[] = [];
  for (const template of objects.flatMap(podTemplatesOf)) {
    const wanted = Math.max(template.replicas, leastReplicas(template.owner, objects));
    // A controller of the control plane makes as many as the object itself says.
    for (let index = hasOwnController(template.owner) ? template.replicas : 0; index < wanted; index++) {
      try {
        await client.create(podOf(template, index));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        problems.push(`pod of ${nameOf(template.owner)}: ${error.message}`);
      }
    }
  }
  const namespaces = new Set(objects.filter((o) => podTemplatesOf(o).length > 0).map((o) => o.metadata.namespace));
  const ofObjects = async () =>
    (await client.list("v1", "Pod")).filter(({ metadata }) => namespaces.has(metadata.namespace));
  const pods = await settled(ofObjects);
  problems.push(...(await missingPods(client, objects)));
  problems.push(...pods.filter((pod) => !isPlaced(pod)).map((pod) => `${nameOf(pod)}: ${whyNot(pod)}`));
  const nodes = new Map((await client.list("v1", "Node")).map((node) => [node.metadata.name, node]));
  problems.push(...pods.flatMap((pod) => problemsOfPlace(pod, nodes.get(pod["spec"].nodeName))));
  Problems.throwIfAny(problems);
  return `${pods.length} pods ${placesOf(pods, nodes)}`;
}

/** A pod without accelerators stays away from nodes that have them, even where it asks for such a node by name. */
export async function cpuPodsStayOffAccelerators(client: ApiClient): Promise<string> {
  const nodes = await client.list("v1", "Node", { labels: ACCELERATOR_LABEL });
  const pools = new Set(nodes.map(({ metadata }) => metadata.labels![POOL_LABEL]!));
  const problems: string[] = [];
  for (const pool of pools) {
    const pod = cpuPod(pool);
    await client.create(pod);
    try {
      const seen = await scheduled(client, pod);
      if (isPlaced(seen)) problems.push(`a CPU pod is placed on ${seen["spec"].nodeName}`);
      else if (!/untolerated taint/.test(whyNot(seen)))
        problems.push(`a CPU pod waits for another reason: ${whyNot(seen)}`);
    } finally {
      await client.delete("v1", "Pod", pod.metadata, 0);
    }
  }
  Problems.throwIfAny(problems);
  return `${pools.size} pools with accelerators`;
}

/** The least that an autoscaler gives an object: KEDA, which would see to it, does not run here. */
function leastReplicas({ kind, metadata: { name, namespace } }: ApiObject, objects: readonly ApiObject[]): number {
  const scaler = objects.find((object) => {
    const target = object.kind === "ScaledObject" ? object["spec"].scaleTargetRef : undefined;
    return target?.name === name && (target.kind ?? "Deployment") === kind && object.metadata.namespace === namespace;
  });
  return Number(scaler?.["spec"].minReplicaCount ?? 0);
}

async function settled(pods: () => Promise<ApiObject[]>): Promise<ApiObject[]> {
  let last = "";
  for (let still = 0; ; still += LOOK_MS) {
    const now = await pods();
    const state = now.map((pod) => `${nameOf(pod)} ${pod["spec"].nodeName}`).join();
    if (state !== last) still = 0;
    last = state;
    const done = now.length > 0 && now.every(isPlaced) && still >= 3 * LOOK_MS;
    if (done || still >= STILL_MS) return now;
    await sleep(LOOK_MS);
  }
}

async function scheduled(client: ApiClient, { metadata }: ApiObject): Promise<ApiObject> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const pod = (await client.read("v1", "Pod", metadata))!;
    if (isPlaced(pod) || condition(pod) !== undefined || waited > STILL_MS) return pod;
    await sleep(LOOK_MS);
  }
}

/** Pods that a controller of the control plane did not make: for a quota, a security level, a missing account. */
async function missingPods(client: ApiClient, objects: readonly ApiObject[]): Promise<string[]> {
  const owners = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  const now = await Promise.all(owners.map((owner) => client.read(owner.apiVersion, owner.kind, owner.metadata)));
  return now.flatMap((owner) => {
    const { replicas: made = 0, conditions = [] } = owner!["status"] ?? {};
    if (made >= (owner!["spec"].replicas ?? 1)) return [];
    const failure = conditions.find(({ type }: any) => type === "ReplicaFailure");
    return [
      `${nameOf(owner!)}: has ${made} pods of ${owner!["spec"].replicas}: ${failure?.message ?? "nobody says why"}`,
    ];
  });
}

function problemsOfPlace(pod: ApiObject, node: ApiObject | undefined): string[] {
  if (node === undefined) return [];
  const labels = node.metadata.labels ?? {};
  const gpus = (pod["spec"].containers as any[]).map(({ resources }) =>
    Number(resources?.limits?.["nvidia.com/gpu"] ?? 0),
  );
  if (labels[ACCELERATOR_LABEL] !== undefined && gpus.every((count) => count === 0)) {
    return [`${nameOf(pod)}: takes room on ${node.metadata.name}, a node with GPUs, and asks for none`];
  }
  // The device plugin, which has the last word on a real node, gives a container of a shared GPU no more than one
  // (GoogleCloudPlatform/container-engine-accelerators, pkg/gpu/nvidia/gpusharing).
  if (labels["cloud.google.com/gke-gpu-sharing-strategy"] === "time-sharing" && gpus.some((count) => count > 1)) {
    return [
      `${nameOf(pod)}: asks for ${Math.max(...gpus)} GPUs on ${node.metadata.name}, whose shares are given one at a time`,
    ];
  }
  return [];
}

function isPlaced(pod: ApiObject): boolean {
  return pod["spec"].nodeName !== undefined;
}

function condition(pod: ApiObject): { readonly message?: string } | undefined {
  return pod["status"]?.conditions?.find(({ type, status }: any) => type === "PodScheduled" && status === "False");
}

function whyNot(pod: ApiObject): string {
  return condition(pod)?.message ?? "the scheduler has not looked at it";
}

function placesOf(pods: readonly ApiObject[], nodes: ReadonlyMap<string, ApiObject>): string {
  const pools = pods.map(({ spec: { nodeName } }) => nodes.get(nodeName)?.metadata.labels?.[POOL_LABEL] ?? nodeName);
  const count = (pool: string) => pools.filter((p) => p === pool).length;
  return [...new Set(pools)]
    .sort()
    .map((pool) => `${count(pool)} on ${pool}`)
    .join(", ");
}

function cpuPod(pool: string): ApiObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `cpu-on-${pool}`.slice(0, 60), namespace: "default" },
    spec: {
      nodeSelector: { [POOL_LABEL]: pool },
      containers: [{ name: "main", image: "example.invalid/main", resources: { requests: { cpu: "100m" } } }],
    },
  };
}
