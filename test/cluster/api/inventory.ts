import { setTimeout as sleep } from "node:timers/promises";
import { Refusal, type ApiClient } from "./client";
import { nameOf, type ApiObject } from "./objects";

const GONE_MS = 90_000;
const LOOK_MS = 500;

/** The order in which objects can be made; what is not named comes in between. */
const FIRST = ["Namespace", "PriorityClass", "ServiceAccount", "ConfigMap", "LimitRange", "ResourceQuota"];
const LAST = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "HorizontalPodAutoscaler"];

function rank({ kind }: ApiObject): number {
  const first = FIRST.indexOf(kind);
  if (first >= 0) return first - FIRST.length;
  return LAST.indexOf(kind) + 1;
}

/** Applies objects for good. @returns what was refused */
export async function applyAll(client: ApiClient, objects: readonly ApiObject[]): Promise<string[]> {
  const problems: string[] = [];
  for (const object of [...objects].sort((a, b) => rank(a) - rank(b))) {
    try {
      await client.apply(object);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(`${nameOf(object)}: ${error.message}`);
    }
  }
  return problems;
}

/** Deletes objects, and with a namespace all that is in it, and waits until they are gone. */
export async function deleteAll(client: ApiClient, objects: readonly ApiObject[]): Promise<void> {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const own = objects.filter(({ metadata }) => !namespaces.includes(metadata.namespace ?? ""));
  for (const { apiVersion, kind, metadata } of own) {
    if (await client.knows(apiVersion, kind)) await client.delete(apiVersion, kind, metadata);
  }
  for (let waited = 0; ; waited += LOOK_MS) {
    const left = (await client.list("v1", "Namespace")).filter(({ metadata }) => namespaces.includes(metadata.name));
    if (left.length === 0) return;
    if (waited > GONE_MS) throw new Error(`namespaces do not go: ${JSON.stringify(left.map((n) => n["status"]))}`);
    await sleep(LOOK_MS);
  }
}

// Records of what happened and heartbeats: they come and go by themselves.
const FLEETING = ["Event", "Lease"];

/** All objects of all kinds, by group, kind and name. */
export async function inventory(client: ApiClient): Promise<ReadonlyMap<string, ApiObject>> {
  const kinds = (await client.listableKinds()).filter(({ kind }) => !FLEETING.includes(kind));
  const lists = await Promise.all(
    kinds.map(async ({ apiVersion, kind }) => {
      try {
        return await client.list(apiVersion, kind);
      } catch (error) {
        // Its CRD has just gone.
        if (error instanceof Refusal && error.status === 404) return [];
        throw error;
      }
    }),
  );
  return new Map(lists.flat().map((object) => [identityOf(object), object]));
}

/** `apps Deployment search/ranker`: the same in each version of its group. */
export function identityOf(object: ApiObject): string {
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0]! : "core";
  return `${group} ${nameOf(object)}`;
}
