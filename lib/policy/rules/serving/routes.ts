import { isLate, type Block } from "../../../core";
import { itemsOf, namespaceOf, type SeenObject } from "../kubernetes/objects";
import { blockOf, field } from "../workloads/pods";

/** What a route sends requests to. */
export interface SeenBackend {
  readonly kind: unknown;
  readonly name: unknown;
  readonly namespace: unknown;
  readonly weight: unknown;
}

/** One of the rules of a route. */
export interface SeenRouteRule {
  /** Within the object, e.g. `spec.rules[0]`. */
  readonly path: string;
  readonly block: Block;
  readonly backends: readonly SeenBackend[];
  /** Path that it is for; `/` where it says none. */
  readonly prefixes: readonly unknown[];
}

export function specOf({ block }: SeenObject): Block | undefined {
  return blockOf(block, "spec");
}

/** The rules of an `HTTPRoute`; undefined where they cannot be read. */
export function routeRules(route: SeenObject): readonly SeenRouteRule[] | undefined {
  const spec = specOf(route);
  if (isLate(field(route.block, "spec")) || isLate(field(spec, "rules"))) return undefined;
  return itemsOf(spec, "rules", "rule").map((block, index) => ({
    path: `spec.rules[${index}]`,
    block,
    backends: itemsOf(block, "backendRefs", "backend_ref").map((backend) => ({
      kind: field(backend, "kind") ?? "Service",
      name: field(backend, "name"),
      namespace: field(backend, "namespace") ?? namespaceOf(route),
      weight: field(backend, "weight") ?? 1,
    })),
    prefixes: itemsOf(block, "matches", "match").map((match) => field(blockOf(match, "path"), "value") ?? "/"),
  }));
}

/** True for a rule that does no more than send callers elsewhere. */
export function onlyRedirects({ block, backends }: SeenRouteRule): boolean {
  const filters = itemsOf(block, "filters", "filter");
  return backends.length === 0 && filters.some((filter) => field(filter, "type") === "RequestRedirect");
}
