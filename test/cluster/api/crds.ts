import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import { COMPUTE_CLASS } from "../definitions/compute-class";
import { GKE_NETWORK_PARAM_SET, NETWORK } from "../definitions/networks";
import type { ApiClient } from "./client";
import type { ApiObject } from "./objects";

const CRD = ["apiextensions.k8s.io/v1", "CustomResourceDefinition"] as const;
/** Of GKE, where the folder does not have them. */
const OWN: readonly ApiObject[] = [COMPUTE_CLASS, GKE_NETWORK_PARAM_SET, NETWORK];

const SERVE_MS = 60_000;

/** The folder of CRDs, one file a project, or undefined where there is none. */
export function crdFolder(root: string): string | undefined {
  const folder = path.resolve(root, process.env["CRD_DIR"] || "../shared/data/crds");
  return fs.existsSync(folder) ? folder : undefined;
}

/** The definitions in a folder, and those of GKE that it lacks. */
export function readCrds(folder: string): readonly ApiObject[] {
  const files = fs.readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  const found = files.sort().flatMap((file) => {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    const documents = parseAllDocuments(text, { logLevel: "silent" }) as { toJS(): unknown }[];
    const objects = documents.map((document) => document.toJS() as ApiObject | null);
    return objects.filter((object): object is ApiObject => object?.kind === CRD[1]);
  });
  const names = new Set(found.map(({ metadata }) => metadata.name));
  return [...found, ...OWN.filter(({ metadata }) => !names.has(metadata.name))];
}

/** Applies definitions and waits until the server serves all of them. */
export async function applyCrds(client: ApiClient, crds: readonly ApiObject[]): Promise<void> {
  for (const crd of crds) await client.apply(crd);
  for (const crd of crds) {
    const { group, names, versions } = crd["spec"];
    const served = versions.filter((version: any) => version.served).map(({ name }: any) => `${group}/${name}`);
    await until(`${crd.metadata.name} is served`, async () => {
      const conditions = (await client.read(...CRD, crd.metadata))?.["status"]?.conditions ?? [];
      if (!conditions.some((c: any) => c.type === "Established" && c.status === "True")) return false;
      const known = await Promise.all(served.map((version: string) => client.knows(version, names.kind)));
      return known.every(Boolean);
    });
  }
}

/** Deletes definitions, and with each its objects. */
export async function deleteCrds(client: ApiClient, crds: readonly ApiObject[]): Promise<void> {
  for (const crd of crds) await client.delete(...CRD, crd.metadata);
  const names = new Set(crds.map(({ metadata }) => metadata.name));
  await until("CRDs are gone", async () => {
    return (await client.list(...CRD)).every(({ metadata }) => !names.has(metadata.name));
  });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + SERVE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`gave up waiting until ${what}`);
    await sleep(100);
  }
}
