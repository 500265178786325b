import { containsLate, isLate, type Block } from "../core";
import type { Finding, Verdict } from "./rule";

/** What an attribute must be: in words, and as a test. */
export interface Requirement {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** True where the test takes expressions too, because something is set whatever it will be. Else they are unknown. */
  readonly lateHolds?: boolean;
}

export const NOT_APPLICABLE: Verdict = { status: "not-applicable" };

// Stands for everything inside of a block that only Terraform knows.
const UNKNOWN_BLOCK = "${unknown}";

/**
 * Every value at a path. A nested block may be written as an object, as a list, or as a `dynamic` block, and null is the same as nothing.
 * Where there is none, one `undefined`.
 */
export function valuesAt(config: unknown, path: string): unknown[] {
  const found = path
    .split(".")
    .reduce<unknown[]>((values, key) => values.flatMap((value) => childrenOf(value, key)), [config]);
  return found.length > 0 ? found : [undefined];
}

/** The value at a path; the first where a block is repeated. */
export function valueAt(config: unknown, path: string): unknown {
  return valuesAt(config, path)[0];
}

/** The blocks at a path, whether written as one object or as a list. */
export function blocksAt(config: unknown, path: string): Block[] {
  return valuesAt(config, path)
    .flat()
    .filter((value): value is Block => typeof value === "object" && value !== null);
}

function childrenOf(value: unknown, key: string): unknown[] {
  if (isLate(value)) return [UNKNOWN_BLOCK];
  if (Array.isArray(value)) return value.flatMap((item) => childrenOf(item, key));
  if (typeof value !== "object" || value === null) return [undefined];
  const block = value as Block;
  return [block[key] ?? dynamicBlock(block, key) ?? undefined];
}

function dynamicBlock(block: Block, key: string): unknown {
  const dynamic = block["dynamic"] as Record<string, Block> | undefined;
  return dynamic?.[key]?.["content"];
}

/** Judges a resource by what single attributes of it must be. What is wrong for sure weighs more than what is not known yet. */
export function judgeValues(config: Block, requirements: Readonly<Record<string, Requirement>>): Verdict {
  const findings: Finding[] = [];
  let unknown: string | undefined;
  for (const [path, { expected, holds, lateHolds }] of Object.entries(requirements)) {
    for (const value of valuesAt(config, path)) {
      const late = isLate(value) || (!lateHolds && containsLate(value));
      if (late && (!lateHolds || value === UNKNOWN_BLOCK)) unknown ??= path;
      else if (!holds(value)) findings.push({ path, found: value, expected });
    }
  }
  return verdict(findings, unknown);
}

/** The verdict of what was found, and of what could not be known. */
export function verdict(findings: readonly Finding[], unknown?: string): Verdict {
  if (findings.length > 0) return { status: "violation", findings };
  return unknown === undefined ? { status: "compliant" } : { status: "unknown", path: unknown };
}

type Plain = string | number | boolean;

/** Terraform takes `"true"` for true, and `"90"` for 90. */
export function same(value: unknown, wanted: Plain | undefined): boolean {
  return value === wanted || (isPlain(value) && isPlain(wanted) && String(value) === String(wanted));
}

function isPlain(value: unknown): value is Plain {
  return ["string", "number", "boolean"].includes(typeof value);
}

export function is(wanted: Plain): Requirement {
  return { expected: String(wanted), holds: (value) => same(value, wanted) };
}

export function isNot(refused: Plain): Requirement {
  return { expected: `anything but ${String(refused)}`, holds: (value) => !same(value, refused) };
}

/** One of some words; an attribute that is absent passes where `undefined` is one of them. */
export function oneOf(...allowed: readonly (Plain | undefined)[]): Requirement {
  const words = allowed.map((value) => (value === undefined ? "nothing" : String(value)));
  return { expected: words.join(" or "), holds: (value) => allowed.some((wanted) => same(value, wanted)) };
}

/** Any text, or a reference, in the words of what it should be. */
export function isSetTo(expected: string): Requirement {
  return { expected, holds: (value) => typeof value === "string" && value !== "", lateHolds: true };
}

/** Any text, or a reference. */
export const isSet = isSetTo("a value");

/** A number, or a text of one, in a range. */
export function isWithin(min: number, max: number, expected: string): Requirement {
  return {
    expected,
    holds: (value) => value !== undefined && value !== "" && Number(value) >= min && Number(value) <= max,
  };
}

/** A block, empty or not. */
export const isPresent: Requirement = {
  expected: "a block",
  holds: (value) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  lateHolds: true,
};

/** A list with all of some words in it. */
export function includes(...wanted: readonly string[]): Requirement {
  return {
    expected: `a list with ${wanted.join(" and ")}`,
    holds: (value) => Array.isArray(value) && wanted.every((word) => (value as unknown[]).includes(word)),
  };
}

/** The same, or nothing where what is absent has a default that meets the rule. */
export function orAbsent({ expected, holds, ...rest }: Requirement): Requirement {
  return { ...rest, expected: `${expected}, or nothing`, holds: (value) => value === undefined || holds(value) };
}
