import type { z } from "zod";

/** What a schema field may say of itself besides its description. */
export interface FieldNotes {
  /** Why the value must be known when the program runs: tokens are refused with this reason. */
  readonly known?: string;
  /** What to do when the value is refused; without it the text is derived from the check that failed. */
  readonly fix?: string;
  /** What a pattern asks for, in words. */
  readonly allowed?: string;
}

// Apart from zod's own metadata, so that none of it ends up in the JSON Schema.
const notes = new WeakMap<z.ZodType, FieldNotes>();

function annotate<S extends z.ZodType>(schema: S, more: FieldNotes): S {
  const copy = schema.meta(schema.meta() ?? {});
  notes.set(copy, { ...notes.get(schema), ...more });
  return copy;
}

/** Marks a field whose value shapes the output (a lookup key, a count, a name): it refuses tokens, and says why. */
export function known<S extends z.ZodType>(schema: S, why: string): S {
  return annotate(schema, { known: why });
}

/** Says in words what a check asks for, and how to mend a value it refuses. */
export function explained<S extends z.ZodType>(schema: S, allowed: string, fix?: string): S {
  return annotate(schema, fix === undefined ? { allowed } : { allowed, fix });
}

/** The parts of zod's internals that this package walks; one place to mend should they change. */
export interface Def {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly defaultValue?: unknown;
  readonly entries?: Record<string, string>;
  readonly values?: readonly unknown[];
}

export function defOf(schema: z.ZodType): Def {
  return (schema as unknown as { _zod: { def: Def } })._zod.def;
}

const WRAPPERS = new Set(["optional", "nullable", "default", "prefault", "readonly", "nonoptional"]);

export interface Unwrapped {
  /** The schema below every wrapper. */
  readonly core: z.ZodType;
  readonly optional: boolean;
  readonly hasDefault: boolean;
  readonly defaultValue?: unknown;
  readonly notes: FieldNotes;
  readonly description?: string;
}

const unwrapped = new WeakMap<z.ZodType, Unwrapped>();

/** Takes `.optional()`, `.default()` and the like off a schema and gathers what they and the core say. */
export function unwrap(schema: z.ZodType): Unwrapped {
  const cached = unwrapped.get(schema);
  if (cached) return cached;
  let core = schema;
  let optional = false;
  let hasDefault = false;
  let defaultValue: unknown;
  let merged: FieldNotes = {};
  let description: string | undefined;
  for (;;) {
    merged = { ...notes.get(core), ...merged };
    description ??= core.description;
    const def = defOf(core);
    if (!WRAPPERS.has(def.type)) break;
    if (def.type === "optional") optional = true;
    if ((def.type === "default" || def.type === "prefault") && !hasDefault) {
      hasDefault = true;
      defaultValue = def.defaultValue;
    }
    core = def.innerType!;
  }
  const result: Unwrapped = { core, optional, hasDefault, defaultValue, notes: merged, description };
  unwrapped.set(schema, result);
  return result;
}

/** True where two types are the same, not merely assignable. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/**
 * Binds a hand-written interface to its schema at compile time: `assertSchema<NodePoolConfig, typeof nodePoolSchema>(true)`
 * compiles only while both say the same of what callers may give.
 */
export function assertSchema<Config, Schema extends z.ZodType>(
  _same: Equal<DeepReadonly<Config>, DeepReadonly<z.input<Schema>>>,
): void {
  // The argument's type is the assertion.
}
