import type { IConstruct } from "constructs";
import { ConfigError, type Failure } from "./config-error";
import { isLate } from "./late";

/** What names of one resource type may look like. The table of them is in the catalogue. */
export interface NameLimit {
  readonly resourceType: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly allowed: string;
}

/** Why a name does not fit a resource type, or undefined where it does. */
export function nameFailure(path: string, limit: NameLimit, name: string): Failure | undefined {
  if (name.length > limit.maxLength || name.length < limit.minLength) {
    const excess = name.length - limit.maxLength;
    return {
      code: excess > 0 ? "name-too-long" : "name-too-short",
      path,
      message: `makes a name of ${name.length} characters for ${limit.resourceType}`,
      got: name,
      allowed: `${limit.minLength} to ${limit.maxLength} characters`,
      fix: excess > 0 ? `shorten it by ${excess}` : `lengthen it by ${limit.minLength - name.length}`,
    };
  }
  if (limit.pattern.test(name)) return undefined;
  return {
    code: "name-malformed",
    path,
    message: `makes a name that ${limit.resourceType} refuses`,
    got: name,
    allowed: limit.allowed,
    fix: "use only the allowed characters",
  };
}

/**
 * A deterministic name: the parts joined by `-` (`_` where the type knows no `-`), checked against the type's limits. No random suffix, no
 * truncation: two long names must not become one.
 *
 * @param path the prop that the name comes from, for the message
 * @throws ConfigError where the type refuses the name, or a part is a token
 */
export function resourceName(scope: IConstruct, path: string, limit: NameLimit, ...parts: readonly string[]): string {
  const separator = limit.pattern.test("a-a") || limit.pattern.test("a-aaaaaaaa") ? "-" : "_";
  const name = parts.join(separator);
  const failure: Failure | undefined = isLate(name)
    ? {
        code: "late-value",
        path,
        message: "must be known when the program runs: a name is made of it",
        got: name,
        fix: "give a plain value",
      }
    : nameFailure(path, limit, name);
  if (failure) throw new ConfigError(scope.node.path, [failure]);
  return name;
}
