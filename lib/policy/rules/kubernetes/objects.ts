import { isLate, type Block, type TerraformResourceBlock } from "../../../core";
import type { RuleContext } from "../../rule";
import { blockOf, field, workloadOf } from "../workloads/pods";

/** A Kubernetes object, wherever Terraform holds it. Fields are read with `field` and `blockOf`: a typed resource spells them otherwise. */
export interface SeenObject {
  readonly kind: string;
  /** Where in the resource it stands; empty where the resource is the object. */
  readonly path: string;
  readonly block: Block;
}

export interface SeenObjects {
  readonly objects: readonly SeenObject[];
  /** Where there is something that cannot be read. */
  readonly unreadable?: string;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  Namespace: ["kubernetes_namespace", "kubernetes_namespace_v1"],
  NetworkPolicy: ["kubernetes_network_policy", "kubernetes_network_policy_v1"],
  Service: ["kubernetes_service", "kubernetes_service_v1"],
  ResourceQuota: ["kubernetes_resource_quota", "kubernetes_resource_quota_v1"],
  Role: ["kubernetes_role", "kubernetes_role_v1"],
  ClusterRole: ["kubernetes_cluster_role", "kubernetes_cluster_role_v1"],
  RoleBinding: ["kubernetes_role_binding", "kubernetes_role_binding_v1"],
  ClusterRoleBinding: ["kubernetes_cluster_role_binding", "kubernetes_cluster_role_binding_v1"],
};

const HOLDERS = ["helm_release", "kubernetes_manifest"];

/** Terraform types that may hold objects of some kinds. */
export function typesOf(kinds: readonly string[]): string[] {
  return [...kinds.flatMap((kind) => KINDS[kind] ?? []), ...HOLDERS];
}

// Rules ask the same releases again and again, and their values are YAML.
const seen = new WeakMap<Block, SeenObjects>();

export function objectsOf(resource: TerraformResourceBlock): SeenObjects {
  const known = seen.get(resource.config);
  if (known) return known;
  const found = HOLDERS.includes(resource.type) ? objectsIn(resource) : typedObject(resource);
  seen.set(resource.config, found);
  return found;
}

function typedObject({ type, config }: TerraformResourceBlock): SeenObjects {
  const kind = Object.keys(KINDS).find((name) => KINDS[name]!.includes(type));
  return { objects: kind === undefined ? [] : [{ kind, path: "", block: config }] };
}

/** A reference to an object has a kind too, but no metadata of its own. */
function objectsIn(resource: TerraformResourceBlock): SeenObjects {
  const { blocks, unreadable } = workloadOf(resource);
  const objects = blocks.flatMap(({ path, block }) => {
    const kind = block["kind"];
    const isObject = typeof kind === "string" && "apiVersion" in block && "metadata" in block;
    return isObject ? [{ kind, path, block }] : [];
  });
  return { objects, unreadable };
}

/** All objects of a kind in the program. */
export function objectsOfKind(kind: string, context: RuleContext): SeenObject[] {
  return typesOf([kind])
    .flatMap((type) => context.resources(type))
    .flatMap((resource) => objectsOf(resource).objects)
    .filter((object) => object.kind === kind);
}

/** Whether something in the program cannot be read, and might be what is looked for. */
export function somethingUnreadable(context: RuleContext): boolean {
  return HOLDERS.flatMap((type) => context.resources(type)).some((resource) => objectsOf(resource).unreadable);
}

export function metadataOf({ block }: SeenObject): Block | undefined {
  return blockOf(block, "metadata");
}

export function nameOf(object: SeenObject): unknown {
  return field(metadataOf(object), "name");
}

/** The namespace that it says; one that says none is in `default`. */
export function namespaceOf(object: SeenObject): unknown {
  return field(metadataOf(object), "namespace") ?? "default";
}

/** `metadata.labels` of `values[0].objects.x`, or of the resource itself. */
export function at({ path }: SeenObject, inner: string): string {
  return [path, inner].filter(Boolean).join(".");
}

/** Texts of a list of texts; late where it or one of them is. */
export function wordsOf(block: Block | undefined, name: string): readonly unknown[] {
  const value = field(block, name);
  return isLate(value) || !Array.isArray(value) ? [value].filter((item) => item !== undefined) : (value as unknown[]);
}

/** Blocks of a list, which Terraform names in the singular. */
export function itemsOf(block: Block | undefined, plural: string, singular: string): readonly Block[] {
  const value = field(block, plural, singular);
  return [value].flat().filter((item): item is Block => typeof item === "object" && item !== null);
}
