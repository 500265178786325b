import { Refusal, type ApiClient } from "../api/client";
import { droppedFields } from "../api/dropped-fields";
import { nameOf, type ApiObject } from "../api/objects";
import { Problems } from "../checks";

/** Strict server-side dry run of every object: schema, defaults, admission. Their namespaces are there already. */
export async function everyObjectIsAccepted(client: ApiClient, objects: readonly ApiObject[]): Promise<string> {
  const problems: string[] = [];
  for (const object of objects) problems.push(...(await problemsOf(client, object)));
  Problems.throwIfAny(problems);
  const kinds = new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`));
  return `${objects.length} objects of ${kinds.size} kinds`;
}

async function problemsOf(client: ApiClient, object: ApiObject): Promise<string[]> {
  const name = nameOf(object);
  if ((await client.isNamespaced(object.apiVersion, object.kind)) && object.metadata.namespace === undefined) {
    return [`${name}: names no namespace`];
  }
  try {
    const { object: accepted, warnings } = await client.apply(object, { dryRun: true });
    return [
      ...warnings.map((warning) => `${name}: warning: ${warning}`),
      ...droppedFields(object, accepted).map((field) => `${name}: the server drops ${field}`),
    ];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [`${name}: ${error.message}`];
  }
}

/** A check that refuses nothing proves nothing. */
export async function badObjectsAreRefused(client: ApiClient): Promise<string> {
  const metadata = { name: "bad", namespace: "default" };
  const bad: readonly (readonly [ApiObject, RegExp])[] = [
    [{ apiVersion: "v1", kind: "ConfigMap", metadata, dta: { a: "b" } }, /dta: field not declared/],
    [{ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1 } }, /selector/],
    [{ apiVersion: "example.com/v1", kind: "Nothing", metadata }, /no matches for kind/],
  ];
  const problems: string[] = [];
  for (const [object, message] of bad) {
    try {
      await client.apply(object, { dryRun: true });
      problems.push(`${nameOf(object)} is accepted: ${JSON.stringify(object)}`);
    } catch (error) {
      if (!(error instanceof Refusal) || !message.test(error.message)) throw error;
    }
  }
  Problems.throwIfAny(problems);
  return `${bad.length} objects`;
}
