import type { Failure } from "../core";
import { useNearest } from "../core";
import { terraformText } from "./object-values";

/**
 * How a value of Kubernetes' API becomes one of the provider's typed resources: `as-is`, `text` (the provider takes numbers as strings), a map
 * of texts, a list of one shape, or a block of known fields.
 */
export type Shape = "as-is" | "text" | "texts" | { readonly list: Shape } | Block;

export interface Block {
  /** By the API's name of the field. */
  readonly fields: Readonly<Record<string, Shape | Renamed>>;
}

/** A field that the provider calls otherwise: blocks in the singular, `clusterIP` as `clusterIp`. */
export interface Renamed {
  readonly as: string;
  readonly shape: Shape;
}

export const block = (fields: Block["fields"]): Block => ({ fields });
export const listOf = (shape: Shape): Shape => ({ list: shape });
export const renamed = (as: string, shape: Shape): Renamed => ({ as, shape });

/** The value in the provider's form; a field that the provider does not know is a failure, never dropped. */
export function mapped(shape: Shape, value: unknown, path: string, failures: Failure[]): unknown {
  if (shape === "as-is") return typeof value === "string" ? terraformText(value) : listed(value, path, failures);
  if (shape === "text") return scalar(value, path, failures);
  if (shape === "texts") {
    if (!isRecord(value)) return wrong(value, path, "a map", failures);
    return entries(value).reduce<Record<string, unknown>>((texts, [key, text]) => {
      texts[terraformText(key)] = scalar(text, `${path}.${key}`, failures);
      return texts;
    }, {});
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) return wrong(value, path, "a list", failures);
    return value.map((item, index) => mapped(shape.list, item, `${path}[${index}]`, failures));
  }
  if (!isRecord(value)) return wrong(value, path, "an object", failures);
  const result: Record<string, unknown> = {};
  for (const [name, inner] of entries(value)) {
    const field = shape.fields[name];
    if (field === undefined) failures.push(unknownField(`${path}.${name}`, name, Object.keys(shape.fields)));
    else if (isRenamed(field)) result[field.as] = mapped(field.shape, inner, `${path}.${name}`, failures);
    else result[name] = mapped(field, inner, `${path}.${name}`, failures);
  }
  return result;
}

function listed(value: unknown, path: string, failures: Failure[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => scalar(item, `${path}[${index}]`, failures));
  if (typeof value === "number" || typeof value === "boolean") return value;
  return wrong(value, path, "a string, a number, true or false, or a list of strings", failures);
}

function scalar(value: unknown, path: string, failures: Failure[]): unknown {
  if (typeof value === "string") return terraformText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return wrong(value, path, "a string", failures);
}

function entries(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}

function isRenamed(field: Shape | Renamed): field is Renamed {
  return typeof field === "object" && "as" in field;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(got: unknown, path: string, allowed: string, failures: Failure[]): undefined {
  failures.push({
    code: "wrong-type",
    path,
    message: "is not what the Kubernetes API takes here",
    got,
    allowed,
    fix: "write it as the API reference shows",
  });
  return undefined;
}

function unknownField(path: string, name: string, fields: readonly string[]): Failure {
  return {
    code: "unknown-field",
    path,
    message: "is not a field that the kubernetes provider knows",
    got: name,
    allowed: fields.join(", "),
    fix: useNearest(name, fields, "deliver the object in a ManifestRelease, which takes every field of the API"),
  };
}
