import type { IConstruct } from "constructs";
import type { z } from "zod";
import { ConfigError, type Failure } from "./config-error";
import { containsLate } from "./late";
import { parseValue } from "./parse";
import { defOf, unwrap } from "./schema";
import { Scoped } from "./scoped";

/** A rule over several fields of one construct. It runs only when all the fields it reads are known and well-formed. */
export interface CrossFieldRule<T> {
  readonly reads: readonly (keyof T & string)[];
  readonly check: (values: T) => Failure | readonly Failure[] | undefined;
}

/** Where a value came from: the schema's default, defaults set on a scope, or the caller. */
export type Origin = "schema default" | "caller" | `defaults of ${string}`;

const defaultsByKind = new Scoped<Map<string, Readonly<Record<string, unknown>>>>("defaults");
const originsOf = new Scoped<ReadonlyMap<string, Origin>>("origins");

/**
 * Defaults for all constructs of one kind below a scope. They yield to what a caller gives and win over the schema's.
 * Not a means of enforcement: a rule judges what comes out.
 */
export const Defaults = {
  /**
   * @param kind the construct's name, e.g. `NodePool`
   * @param values some of its fields; inner scopes win over outer ones, maps are merged, lists and unions replaced
   */
  set(scope: IConstruct, kind: string, values: Readonly<Record<string, unknown>>): void {
    const here = defaultsByKind.own(scope) ?? new Map<string, Readonly<Record<string, unknown>>>();
    here.set(kind, { ...here.get(kind), ...values });
    defaultsByKind.set(scope, here);
  },
};

/** Where the value of `path` (e.g. `upgrade.strategy`) of a construct came from; undefined where it has no value. */
export function originOf(construct: IConstruct, path: string): Origin | undefined {
  return originsOf.own(construct)?.get(path);
}

/**
 * Reads a construct's plain props: scope defaults, then schema defaults, then every check, then the cross-field rules.
 *
 * @param kind the construct's name, for defaults and messages
 * @throws ConfigError with every failure of this construct
 */
export function parseProps<S extends z.ZodObject>(
  scope: IConstruct,
  kind: string,
  schema: S,
  props: unknown,
  rules: readonly CrossFieldRule<z.output<S>>[] = [],
): z.output<S> {
  const layers: [Origin, unknown][] = [
    ...scope.node.scopes.flatMap((s): [Origin, unknown][] => {
      const values = defaultsByKind.own(s)?.get(kind);
      return values ? [[`defaults of ${s.node.path || "the app"}`, values]] : [];
    }),
    ["caller", props],
  ];
  const origins = new Map<string, Origin>();
  const merged = layers.reduce<unknown>(
    (base, [origin, layer]) => overlay(schema, base, layer, origin, "", origins),
    {},
  );
  const { value, failures } = parseValue(schema, merged, "pass");
  const all = [...failures, ...crossFieldFailures(rules, value as z.output<S>, failures)];
  ConfigError.throwIfAny(`${kind} at ${scope.node.path}`, all);
  noteSchemaDefaults(value, "", origins);
  originsOf.set(scope, origins);
  return value as z.output<S>;
}

/** Runs the rules whose fields are known and without a failure of their own. */
export function crossFieldFailures<T>(
  rules: readonly CrossFieldRule<T>[],
  values: T,
  found: readonly Failure[],
): Failure[] {
  const broken = new Set(found.map((f) => f.path.split(/[.[]/, 1)[0]));
  return rules.flatMap((rule) =>
    rule.reads.some((name) => broken.has(name) || containsLate(values[name])) ? [] : (rule.check(values) ?? []),
  );
}

function overlay(
  schema: z.ZodType | undefined,
  base: unknown,
  layer: unknown,
  origin: Origin,
  path: string,
  origins: Map<string, Origin>,
): unknown {
  if (layer === undefined) return base;
  const shape = schema && defOf(unwrap(schema).core).shape;
  if (!shape || !isRecord(layer) || containsLateKey(layer)) {
    if (path) noteOrigin(layer, path, origin, origins);
    return layer;
  }
  const result: Record<string, unknown> = { ...(isRecord(base) ? base : {}) };
  for (const [key, value] of Object.entries(layer)) {
    result[key] = overlay(shape[key], result[key], value, origin, path ? `${path}.${key}` : key, origins);
  }
  return result;
}

function noteOrigin(value: unknown, path: string, origin: Origin, origins: Map<string, Origin>): void {
  for (const known of origins.keys()) if (known.startsWith(`${path}.`)) origins.delete(known);
  origins.set(path, origin);
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) noteOrigin(inner, `${path}.${key}`, origin, origins);
  }
}

function noteSchemaDefaults(value: unknown, path: string, origins: Map<string, Origin>): void {
  if (path && !origins.has(path) && !isRecord(value)) origins.set(path, "schema default");
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    noteSchemaDefaults(inner, path ? `${path}.${key}` : key, origins);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value.constructor === Object;
}

function containsLateKey(value: Record<string, unknown>): boolean {
  return Object.keys(value).some((key) => key.includes("TfToken["));
}
