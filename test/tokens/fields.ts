import { TerraformVariable, Token, type IResolvable, type TerraformStack } from "cdktf";
import type { z } from "zod";
import { defOf, unwrap } from "../../lib/core";

/** One place in a construct's schema, reached through sample values. */
export interface Field {
  /** Path with list positions, e.g. `taints[0].key`. */
  readonly path: readonly (string | number)[];
  /** What zod says it is: string, number, enum, boolean, array, record, object, union. */
  readonly kind: string;
  /** Element kind of a list. */
  readonly element?: string;
  /** Why tokens are refused here, or undefined where they pass. */
  readonly known?: string;
}

const isBlock = ({ kind, element }: Field) => [kind, element].some((k) => k === "object" || k === "union");

/** Every field of a schema that the sample reaches and that a token can stand for. */
export function tokenFieldsOf(schema: z.ZodType, sample: unknown): Field[] {
  return fieldsOf(schema, sample).filter((field) => !isBlock(field));
}

function fieldsOf(schema: z.ZodType, sample: unknown, path: readonly (string | number)[] = []): Field[] {
  const { core, notes } = unwrap(schema);
  const def = defOf(core);
  const field: Field = {
    path,
    kind: def.type,
    ...(def.element ? { element: defOf(unwrap(def.element).core).type } : {}),
    ...(notes.known ? { known: notes.known } : {}),
  };
  const own = path.length > 0 ? [field] : [];
  if (sample === undefined) return own;
  switch (def.type) {
    case "object":
      return [...own, ...inside(def.shape!, sample as Record<string, unknown>, path)];
    case "union":
      return [...own, ...insideUnion(core, sample, path)];
    case "array":
      return [...own, ...(sample as unknown[]).flatMap((item, i) => fieldsOf(def.element!, item, [...path, i]))];
    case "record":
      return [
        ...own,
        ...Object.entries(sample as object).flatMap(([key, item]) => fieldsOf(def.valueType!, item, [...path, key])),
      ];
    default:
      return own;
  }
}

function inside(
  shape: Record<string, z.ZodType>,
  sample: Record<string, unknown>,
  path: readonly (string | number)[],
): Field[] {
  return Object.entries(shape).flatMap(([key, schema]) => fieldsOf(schema, sample[key], [...path, key]));
}

// The tag of a union chooses the shape: it is no field of its own.
function insideUnion(core: z.ZodType, sample: unknown, path: readonly (string | number)[]): Field[] {
  const { discriminator, options } = defOf(core);
  if (typeof sample !== "object" || sample === null) return [];
  const option = options!.find((o) => {
    const shape = defOf(unwrap(o).core).shape;
    if (!shape) return false;
    if (discriminator === undefined) return true;
    return defOf(unwrap(shape[discriminator]!).core).values![0] === (sample as Record<string, unknown>)[discriminator];
  });
  return fieldsOf(option!, sample, path).filter((f) => f.path.at(-1) !== discriminator && f.path.length > path.length);
}

/** Every path of a schema, whatever the sample: what a set of samples must reach. List positions are `[]`, union options `(tag)`. */
export function pathsOf(schema: z.ZodType, prefix = ""): string[] {
  const def = defOf(unwrap(schema).core);
  switch (def.type) {
    case "object":
      return Object.entries(def.shape!).flatMap(([key, inner]) => pathsOf(inner, `${prefix}.${key}`));
    case "array":
      return pathsOf(def.element!, `${prefix}[]`);
    case "record":
      return [`${prefix}{}`];
    case "union":
      return def.options!.flatMap((option) => {
        const shape = defOf(unwrap(option).core).shape;
        if (!shape) return [];
        const tag = def.discriminator ? defOf(unwrap(shape[def.discriminator]!).core).values![0] : "object";
        return Object.entries(shape)
          .filter(([key]) => key !== def.discriminator)
          .flatMap(([key, inner]) => pathsOf(inner, `${prefix}(${String(tag)}).${key}`));
      });
    default:
      return [prefix];
  }
}

/** The paths, in the form of `pathsOf`, that a sample reaches. */
export function reachedBy(schema: z.ZodType, sample: unknown, prefix = ""): string[] {
  const { core } = unwrap(schema);
  const def = defOf(core);
  if (sample === undefined) return [];
  switch (def.type) {
    case "object":
      return Object.entries(def.shape!).flatMap(([key, inner]) =>
        reachedBy(inner, (sample as Record<string, unknown>)[key], `${prefix}.${key}`),
      );
    case "array":
      return (sample as unknown[]).flatMap((item) => reachedBy(def.element!, item, `${prefix}[]`));
    case "record":
      return [`${prefix}{}`];
    case "union": {
      if (typeof sample !== "object" || sample === null) return [];
      const tag = def.discriminator ? (sample as Record<string, unknown>)[def.discriminator] : "object";
      const option = def.options!.find((o) => {
        const shape = defOf(unwrap(o).core).shape;
        return shape && (!def.discriminator || defOf(unwrap(shape[def.discriminator]!).core).values![0] === tag);
      });
      return Object.entries(defOf(unwrap(option!).core).shape!)
        .filter(([key]) => key !== def.discriminator)
        .flatMap(([key, inner]) =>
          reachedBy(inner, (sample as Record<string, unknown>)[key], `${prefix}(${String(tag)}).${key}`),
        );
    }
    default:
      return [prefix];
  }
}

/** What the probe's token looks like in the Terraform JSON. */
export const PROBE = "var.probe";

/** A token of the kind that a field takes. */
export function tokenFor(stack: TerraformStack, { kind, element }: Field): unknown {
  const probe: IResolvable = new TerraformVariable(stack, "probe", { type: "any" }).value;
  switch (kind) {
    case "number":
    case "int":
      return Token.asNumber(probe);
    case "boolean":
      return probe;
    case "array":
      return element === "number" || element === "int" ? Token.asNumberList(probe) : Token.asList(probe);
    case "record":
      return Token.asStringMap(probe);
    default:
      return Token.asString(probe);
  }
}

/** A copy of `sample` with `value` at `path`. */
export function withValue(sample: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (Array.isArray(sample)) return sample.map((item, i) => (i === head ? withValue(item, rest, value) : item));
  const record = sample as Record<string, unknown> | undefined;
  return { ...record, [head]: withValue(record?.[head], rest, value) };
}
