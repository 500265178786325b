import type { Block } from "../core";
import type { Rule, RuleContext } from "./rule";
import { judgeValues, NOT_APPLICABLE, type Requirement } from "./values";

/** A rule that asks no more than that attributes have certain values. */
export interface AttributeRule extends Omit<Rule, "resourceTypes" | "check"> {
  /** By resource type, then by path of the attribute, e.g. `node_config.image_type`. All must hold. */
  readonly requires: Readonly<Record<string, Readonly<Record<string, Requirement>>>>;
  /** Resources that it speaks of. @default all of the types */
  readonly applies?: (config: Block, context: RuleContext) => boolean;
}

export function attributeRule({ requires, applies, ...rule }: AttributeRule): Rule {
  return {
    ...rule,
    resourceTypes: Object.keys(requires),
    check: (config, { type }, context) =>
      applies && !applies(config, context) ? NOT_APPLICABLE : judgeValues(config, requires[type] ?? {}),
  };
}
