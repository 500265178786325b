import { Token, type IResolvable } from "cdktf";

/**
 * True for a value that only Terraform will know: a CDKTF token of any kind, or a string with `${…}` written by hand
 * (which `Token.isUnresolved` does not see).
 */
export function isLate(value: unknown): boolean {
  if (typeof value === "string") return value.includes("${") || Token.isUnresolved(value);
  if (Array.isArray(value)) return value.length === 1 && Token.isUnresolved(value);
  return Token.isUnresolved(value) || isTokenMap(value);
}

/** True where the value or anything inside of it is late. */
export function containsLate(value: unknown): boolean {
  if (isLate(value)) return true;
  if (Array.isArray(value)) return value.some(containsLate);
  if (typeof value === "object" && value !== null) return Object.values(value).some(containsLate);
  return false;
}

// cdktf encodes a map token as an object with one key of this form.
const MAP_TOKEN_KEY = /^&\{TfToken\[/;

function isTokenMap(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && MAP_TOKEN_KEY.test(keys[0]!);
}

/**
 * What code may pass where a configuration says `T`: the plain value, or a CDKTF token of the right kind in any place.
 * Strings, numbers, lists and maps carry tokens in their own type; booleans and fixed words need `IResolvable`.
 */
export type Tokenable<T> = T extends boolean
  ? boolean | IResolvable
  : T extends string
    ? string extends T
      ? T
      : T | IResolvable
    : T extends number
      ? T
      : T extends readonly (infer E)[]
        ? readonly Tokenable<E>[]
        : T extends object
          ? { readonly [K in keyof T]: Tokenable<T[K]> }
          : T;
