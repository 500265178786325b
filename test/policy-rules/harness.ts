import {
  TerraformGraph,
  resourcesOf,
  type Block,
  type TerraformJson,
  type TerraformResourceBlock,
} from "../../lib/core";
import type { Rule, RuleContext, Verdict } from "../../lib/policy/rule";
import { SHIPPED_PACKS } from "../../lib/policy/shipped-packs";

export const rules = SHIPPED_PACKS.flatMap((pack) => pack.rules);

/** Resources by type, then by id: one stack, without construct paths. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Block>>>>;
export type Labels = Readonly<Record<string, string>>;

export function contextOf(
  stack: TerraformJson,
  labels: Labels = {},
  others: readonly TerraformJson[] = [],
): RuleContext {
  const graph = new TerraformGraph(stack);
  const all = [...graph.resources, ...others.flatMap(resourcesOf)];
  return { graph, labels, resources: (type) => all.filter((resource) => resource.type === type) };
}

export function speaksOf(rule: Rule, type: string): boolean {
  return rule.resourceTypes.some((glob) => new RegExp(`^${glob.replaceAll("*", ".*")}$`).test(type));
}

/** What a rule says of one resource. */
export function judged(rule: Rule, resource: TerraformResourceBlock, context: RuleContext): Verdict {
  return speaksOf(rule, resource.type) ? rule.check(resource.config, resource, context) : { status: "not-applicable" };
}

export interface Case {
  /** The resource that is judged; its id is `it`. */
  readonly type: string;
  readonly config: Block;
  /** What else is in the stack. */
  readonly beside?: Resources;
  readonly labels?: Labels;
}

/** What a rule says of a case. */
export function verdictOf(rule: Rule, { type, config, beside = {}, labels }: Case): Verdict {
  const stack = { resource: { ...beside, [type]: { ...beside[type], it: config } } } as TerraformJson;
  const context = contextOf(stack, labels);
  return judged(rule, context.graph.resource(`${type}.it`)!, context);
}

type Cases = readonly Case[];

/** The table of a rule: cases of each verdict. `unknown` is empty only where a rule looks at what is always known. */
export interface Table {
  readonly compliant: Cases;
  readonly violation: Cases;
  readonly unknown: Cases;
  readonly "not-applicable": Cases;
}

export function testTable(rule: Rule, table: Table): void {
  describe(rule.id, () => {
    for (const [status, cases] of Object.entries(table) as [Verdict["status"], Cases][]) {
      cases.forEach((one, index) =>
        test(`${status} ${index + 1}: ${one.type} ${JSON.stringify(one.config).slice(0, 90)}`, () => {
          expect(verdictOf(rule, one)).toMatchObject({ status });
        }),
      );
    }
  });
}

/** Cases of one type. */
export function of(type: string, ...configs: readonly Block[]): Case[] {
  return configs.map((config) => ({ type, config }));
}
