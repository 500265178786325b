import { Token } from "cdktf";
import type { z } from "zod";
import type { Failure } from "./config-error";
import { containsLate, isLate } from "./late";
import { useNearest } from "./nearest";
import { defOf, unwrap, type Unwrapped } from "./schema";

/** Whether tokens may stand where the schema asks for plain values. */
export type LateValues = "pass" | "refuse";

/**
 * Reads `value` by a pure schema, token-tolerantly: defaults are applied, every failure is gathered with its path, and a
 * token of any kind stands for any field that is not marked `known`. The schema itself stays pure, so that its JSON
 * Schema says what a file may hold.
 */
export function parseValue(
  schema: z.ZodType,
  value: unknown,
  late: LateValues,
): { readonly value: unknown; readonly failures: Failure[] } {
  const failures: Failure[] = [];
  return { value: new Reader(late, failures).read(schema, value, ""), failures };
}

class Reader {
  constructor(
    private readonly late: LateValues,
    private readonly failures: Failure[],
  ) {}

  read(schema: z.ZodType, given: unknown, path: string): unknown {
    const field = unwrap(schema);
    const value = given === undefined && field.hasDefault ? field.defaultValue : given;
    if (value === undefined) {
      if (!field.optional) this.missing(field, path);
      return undefined;
    }
    if (isLate(value)) return this.readLate(field, value, path);
    switch (defOf(field.core).type) {
      case "object":
        return this.readObject(field, value, path);
      case "array":
        return this.readArray(field, value, path);
      case "record":
        return this.readRecord(field, value, path);
      case "union":
        return this.readUnion(field, value, path);
      default:
        return this.readLeaf(field, value, path);
    }
  }

  private missing(field: Unwrapped, path: string): void {
    this.failures.push({
      code: "missing",
      path,
      message: field.description ? `is required: ${field.description}` : "is required",
      allowed: allowedBy(field),
      fix: field.notes.fix ?? "give a value",
    });
  }

  private readLate(field: Unwrapped, value: unknown, path: string): unknown {
    if (this.late === "refuse") {
      this.failures.push({
        code: "expression-in-file",
        path,
        message: "holds a Terraform expression; a file holds plain values",
        got: value,
        fix: "write the value itself, or compose the environment in TypeScript where tokens are allowed",
      });
      return value;
    }
    if (field.notes.known !== undefined) {
      this.failures.push({
        code: "late-value",
        path,
        message: `must be known when the program runs: ${field.notes.known}`,
        got: typeof value === "string" ? value : "a token",
        fix: "give a plain value here; use Fn.* on the provider resource where Terraform must compute it",
      });
      return value;
    }
    const kind = defOf(field.core).type;
    if (isBlock(field.core)) {
      this.failures.push({
        code: "late-block",
        path,
        message: "decides which blocks are written, so its shape must be known",
        got: typeof value === "string" ? value : "a token",
        fix: "write it out and put tokens into its fields",
      });
      return value;
    }
    return asTokenOf(kind, value);
  }

  private readObject(field: Unwrapped, value: unknown, path: string): unknown {
    if (!isPlainObject(value)) return this.wrongKind(field, value, path, "an object");
    const shape = defOf(field.core).shape!;
    const names = Object.keys(shape);
    for (const key of Object.keys(value)) {
      if (key in shape) continue;
      this.failures.push({
        code: "unknown-key",
        path: join(path, key),
        message: "is not a known key",
        got: key,
        allowed: names.join(", "),
        fix: useNearest(key, names, "remove it"),
      });
    }
    const result: Record<string, unknown> = {};
    for (const name of names) {
      const read = this.read(shape[name]!, value[name], join(path, name));
      if (read !== undefined) result[name] = read;
    }
    return result;
  }

  private readArray(field: Unwrapped, value: unknown, path: string): unknown {
    if (!Array.isArray(value)) return this.wrongKind(field, value, path, "a list");
    const before = this.failures.length;
    const element = defOf(field.core).element!;
    const items = value.map((item, index) => this.read(element, item, `${path}[${index}]`));
    // The list's own checks (its length) can only be asked of zod once the elements hold.
    if (this.failures.length === before && !containsLate(items)) this.check(field, value, path);
    return items;
  }

  private readRecord(field: Unwrapped, value: unknown, path: string): unknown {
    if (!isPlainObject(value)) return this.wrongKind(field, value, path, "a map");
    const { keyType, valueType } = defOf(field.core);
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      this.readLeaf(unwrap(keyType!), key, join(path, key));
      result[key] = this.read(valueType!, item, join(path, key));
    }
    return result;
  }

  private readUnion(field: Unwrapped, value: unknown, path: string): unknown {
    const { discriminator, options } = defOf(field.core);
    if (discriminator === undefined) {
      // Of "an object or a word", the object is read like any other, so that its failures have paths.
      const asObject = isPlainObject(value) ? options!.find((o) => defOf(unwrap(o).core).type === "object") : undefined;
      return asObject ? this.read(asObject, value, path) : this.readLeaf(field, value, path);
    }
    if (!isPlainObject(value)) return this.wrongKind(field, value, path, `an object with ${discriminator}`);
    const tag = value[discriminator];
    const tagOf = (option: z.ZodType) => defOf(unwrap(defOf(option).shape![discriminator]!).core).values![0];
    const option = options!.find((o) => tagOf(o) === tag);
    if (option) return this.read(option, value, path);
    const tags = options!.map(tagOf) as string[];
    this.failures.push({
      code: tag === undefined ? "missing" : "not-allowed",
      path: join(path, discriminator),
      message: tag === undefined ? "is required" : "is not one of the allowed values",
      ...(tag === undefined ? {} : { got: tag }),
      allowed: list(tags),
      fix: useNearest(tag, tags, "choose one of the allowed values"),
    });
    return value;
  }

  private readLeaf(field: Unwrapped, value: unknown, path: string): unknown {
    return this.check(field, value, path) ?? value;
  }

  private check(field: Unwrapped, value: unknown, path: string): unknown {
    // jitless: a schema is used once or twice a run, so compiling it never pays (reference, construct-libraries §4.5).
    const result = field.core.safeParse(value, { jitless: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.failures.push(failureOf(issue, field, value, path));
    return undefined;
  }

  private wrongKind(field: Unwrapped, value: unknown, path: string, expected: string): unknown {
    this.failures.push({
      code: "wrong-type",
      path,
      message: `must be ${expected}`,
      got: value,
      fix: field.notes.fix ?? `write ${expected}`,
    });
    return value;
  }
}

type Issue = z.core.$ZodIssue;

const KINDS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Formats whose pattern says nothing to a reader. */
const FORMATS: Readonly<Record<string, string>> = {
  email: "an e-mail address: name@domain, nothing before it",
};

function failureOf(issue: Issue, field: Unwrapped, value: unknown, path: string): Failure {
  const { allowed, fix } = field.notes;
  const base = { path, got: value };
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected] ?? issue.expected;
      return {
        ...base,
        code: "wrong-type",
        message: `must be ${kind}`,
        allowed,
        fix: fix ?? unquoteFix(issue.expected, value) ?? `write ${kind}`,
      };
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      return {
        ...base,
        code: "not-allowed",
        message: "is not one of the allowed values",
        allowed: list(values),
        fix: fix ?? useNearest(value, values, "choose one of the allowed values"),
      };
    }
    case "too_big":
    case "too_small": {
      const [word, limit] = issue.code === "too_big" ? ["at most", issue.maximum] : ["at least", issue.minimum];
      const unit = unitOf(issue.origin, Number(limit));
      const bound = [word, limit, unit].filter(Boolean).join(" ");
      return {
        ...base,
        code: "out-of-range",
        message: `must be ${unit ? "of " : ""}${bound}`,
        allowed: allowed ?? bound,
        fix: fix ?? `give ${unit ? "a value of " : ""}${bound}`,
      };
    }
    case "invalid_format":
      return {
        ...base,
        code: "wrong-format",
        message: allowed ? "is not of the form asked for" : issue.message.toLowerCase(),
        allowed: allowed ?? FORMATS[issue.format] ?? ("pattern" in issue ? String(issue.pattern) : issue.format),
        fix: fix ?? "rewrite it in the allowed form",
      };
    default:
      return {
        ...base,
        code: "not-allowed",
        message: issue.message.toLowerCase(),
        allowed,
        fix: fix ?? "correct the value",
      };
  }
}

function unitOf(origin: string, count: number): string {
  if (origin === "string") return count === 1 ? "character" : "characters";
  if (origin === "array") return count === 1 ? "entry" : "entries";
  return "";
}

function unquoteFix(expected: string, value: unknown): string | undefined {
  if (expected === "string" && typeof value === "number") return `put it in quotes: "${value}"`;
  const isQuotedNumber = typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value));
  return expected !== "string" && isQuotedNumber ? `write it without quotes: ${value}` : undefined;
}

function allowedBy(field: Unwrapped): string | undefined {
  const { entries } = defOf(field.core);
  return field.notes.allowed ?? (entries ? list(Object.values(entries)) : undefined);
}

/** A token given as `IResolvable`, in the form the provider bindings take for a field of this kind. */
function asTokenOf(kind: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Token.isUnresolved(value)) return value;
  switch (kind) {
    case "string":
    case "enum":
    case "literal":
      return Token.asString(value);
    case "number":
    case "int":
      return Token.asNumber(value);
    default:
      return value;
  }
}

/** An object, a choice between objects, or a list of either: CDKTF has no token for those. */
function isBlock(schema: z.ZodType): boolean {
  const { type, element } = defOf(schema);
  if (type === "array") return isBlock(unwrap(element!).core);
  return type === "object" || type === "union";
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(values: readonly unknown[]): string {
  return values.map(String).join(", ");
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
