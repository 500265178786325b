import { ConfigError, useNearest, type Failure } from "../core";
import { SEVERITIES, type Rule, type RulePack, type Severity } from "./rule";

/** A rule as an environment runs it. */
export interface ActiveRule {
  readonly rule: Rule;
  /** The rule's own severity, or the one that the environment gives it. */
  readonly severity: Severity;
  /** Id of the pack that it came with; the first where several hold it. */
  readonly pack: string;
}

/** Severities by id of a rule or of a pack; a rule's own id wins. */
export type SeverityOverrides = Readonly<Record<string, Severity>>;

/**
 * The rules of some packs, each once, sorted by id.
 * @throws ConfigError for two rules of one id, an override of what is not there, and a lower severity for a non-negotiable rule
 */
export function activeRules(packs: readonly RulePack[], overrides: SeverityOverrides = {}): ActiveRule[] {
  const active = new Map<string, ActiveRule>();
  const failures: Failure[] = unknownOverrides(packs, overrides);
  for (const { id: pack, rules } of packs) {
    for (const rule of rules) {
      const known = active.get(rule.id);
      if (known === undefined) {
        const severity = overrides[rule.id] ?? overrides[pack] ?? rule.severity;
        active.set(rule.id, { rule, severity, pack });
        if (rule.nonNegotiable && isBelow(severity, rule.severity)) failures.push(lowered(rule, severity));
      } else if (known.rule !== rule) failures.push(doubled(rule.id, known.pack, pack));
    }
  }
  ConfigError.throwIfAny("the rule packs", failures);
  return [...active.values()].sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
}

/** True where `severity` is less bad than `other`. */
export function isBelow(severity: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(other);
}

function unknownOverrides(packs: readonly RulePack[], overrides: SeverityOverrides): Failure[] {
  const ids = packs.flatMap(({ id, rules }) => [id, ...rules.map((rule) => rule.id)]);
  return Object.entries(overrides)
    .filter(([id]) => !ids.includes(id))
    .map(([id, severity]) => ({
      code: "unknown-rule",
      path: `severities.${id}`,
      message: "is neither a rule nor a pack that was chosen",
      got: severity,
      fix: useNearest(id, ids, "name a rule or pack of `packs`, or remove it"),
    }));
}

function lowered(rule: Rule, severity: Severity): Failure {
  return {
    code: "non-negotiable",
    path: `severities.${rule.id}`,
    message: "cannot be lowered: no exception to this rule is accepted",
    got: severity,
    allowed: SEVERITIES.filter((s) => !isBelow(s, rule.severity)).join(", "),
    fix: "remove it",
  };
}

function doubled(id: string, first: string, second: string): Failure {
  return {
    code: "duplicate-rule",
    path: `packs.${second}.${id}`,
    message: `is the id of another rule in the pack ${first}`,
    fix: "give the rule an id of its own: `<pack>.<camelCase>`",
  };
}
