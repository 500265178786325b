import { DefaultTokenResolver, StringConcat, TerraformStack, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";
import { Document } from "yaml";
import { RESOURCE_NAMES } from "../catalog/resource-names";
import { ForeseenValues, OutputFiles, Scoped, isLate, type Failure, type TerraformJson } from "../core";
import { objectName, type KubernetesObject } from "./kubernetes-object";
import { MANIFESTS_FOLDER } from "./manifests-folder";
import { TOKEN } from "./object-values";

interface KnownObjects {
  /** By group, kind, namespace and name. */
  readonly identities: Map<string, IConstruct>;
  readonly files: Set<string>;
}

const known = new Scoped<KnownObjects>("kubernetes-objects");

/** The Kubernetes objects of a stack: each of them once, and each of them as a file that can be applied as it is. */
export const StackObjects = {
  /**
   * Notes an object of the stack of `scope`, to be written to `manifests/<stack>/`.
   * @returns why it cannot be one of the stack's
   */
  add(scope: IConstruct, path: string, object: KubernetesObject): Failure[] {
    const stack = TerraformStack.of(scope);
    const objects = known.own(stack) ?? { identities: new Map<string, IConstruct>(), files: new Set<string>() };
    known.set(stack, objects);
    const identity = `${groupOf(object)} ${objectName(object)}`;
    const holder = objects.identities.get(identity);
    if (holder) return [duplicate(path, object, holder)];
    const late = lateFailures(path, object);
    if (late.length > 0) return late;
    objects.identities.set(identity, scope);
    OutputFiles.inFolder(scope, MANIFESTS_FOLDER, freeFile(objects.files, object), () => manifestOf(stack, object));
    return [];
  },
};

/** `apps` of `apps/v1`; empty for the core API. */
export function groupOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function duplicate(path: string, object: KubernetesObject, holder: IConstruct): Failure {
  return {
    code: "duplicate-object",
    path,
    message: `is in this stack already: ${holder.node.path} makes it; two owners would overwrite each other`,
    got: objectName(object),
    fix: "give it another name, or leave it to one of the two",
  };
}

// Where dashes make two names one file, or kinds of two groups share a name: the later one is numbered.
function freeFile(taken: Set<string>, { kind, metadata: { namespace, name } }: KubernetesObject): string {
  const stem = [kind, namespace, name]
    .filter((part) => part !== undefined)
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, "_");
  let file = `${stem}.yaml`;
  for (let number = 2; taken.has(file); number++) file = `${stem}-${number}.yaml`;
  taken.add(file);
  return file;
}

/** Values of a chart are text: only a string may hold a token, and no name of an object may. */
function lateFailures(path: string, object: KubernetesObject): Failure[] {
  const { apiVersion, kind, metadata } = object;
  const names = { apiVersion, kind, "metadata.name": metadata.name, "metadata.namespace": metadata.namespace };
  const named = Object.entries(names).filter(([, value]) => isLate(value));
  return [
    ...named.map(([field, value]) =>
      lateFailure(join(path, field), "must be known when the program runs: it names the object", value),
    ),
    ...[...unwritable(object, path)].map((at) =>
      lateFailure(at, "is neither plain data nor a string, and only a string can hold what Terraform fills in"),
    ),
  ];
}

function lateFailure(path: string, message: string, got?: unknown): Failure {
  return { code: "late-value", path, message, got, fix: "give a plain value, or a token of a string" };
}

function* unwritable(value: unknown, path: string): Generator<string> {
  if (typeof value === "string") return;
  if (typeof value === "function" || isLate(value)) yield path;
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* unwritable(item, `${path}[${index}]`);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* unwritable(item, join(path, key));
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** A stack that keeps the JSON it wrote is not resolved once more for every object. */
interface Written {
  readonly terraform?: TerraformJson;
}

function manifestOf(stack: TerraformStack & Written, object: KubernetesObject): string {
  const foreseen = new ForeseenValues(stack.terraform ?? (stack.toTerraform() as TerraformJson), RESOURCE_NAMES);
  const literal = (text: string) =>
    text
      .split(TOKEN)
      .map((part) => (TOKEN.test(part) ? foreseen.resolve(reference(stack, part)) : part))
      .join("");
  return new Document(mapTexts(object, literal)).toString({ lineWidth: 0, aliasDuplicateObjects: false } as object);
}

function reference(stack: TerraformStack, token: string): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  return String(Tokenization.resolve(token, { scope: stack, resolver, preparing: false }));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
