import { createHash } from "node:crypto";
import { isLate } from "../core";

const SUFFIX_LENGTH = 6;

/**
 * A suffix that changes when and only when one of the values does: six hexadecimal characters. Values that only Terraform
 * knows count as one and the same: a name cannot be made of what is not known yet, so a change of such a value keeps the
 * name.
 */
export function suffixOf(values: unknown): string {
  return createHash("sha256").update(canonical(values)).digest("hex").slice(0, SUFFIX_LENGTH);
}

/** JSON with sorted keys, without what is undefined, and with one mark for every late value. */
function canonical(value: unknown): string {
  if (isLate(value)) return '"late"';
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.join(",")}}`;
}
