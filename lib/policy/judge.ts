import {
  ConfigError,
  isExpired,
  resourcesOf,
  TerraformGraph,
  type Acknowledgement,
  type Block,
  type TerraformJson,
  type TerraformResourceBlock,
} from "../core";
import type { ActiveRule } from "./active-rules";
import type { DeployedStack } from "./ordering";
import type { Finding, RuleContext, Verdict } from "./rule";

/** One stack as it will be deployed, with the labels that governance sets on it. */
export interface JudgedStack extends DeployedStack {
  readonly labels: Readonly<Record<string, string>>;
}

/** Acknowledgements by path of the construct that they were made on; the path of the app is empty. */
export type AcknowledgementsByPath = ReadonlyMap<string, readonly Acknowledgement[]>;

/** `acknowledged` is a violation that someone answers for. */
export type JudgementStatus = Verdict["status"] | "acknowledged";

/** What one rule says of one resource. */
export interface Judgement extends ActiveRule {
  readonly status: JudgementStatus;
  readonly stack: string;
  readonly address: string;
  readonly constructPath: string;
  /** Of a violation, acknowledged or not. */
  readonly findings: readonly Finding[];
  /** Attribute that only Terraform will know; of the status `unknown`. */
  readonly unknownPath?: string;
  /** The acknowledgement that holds, and the path of the construct that it was made on. */
  readonly acknowledgement?: { readonly constructPath: string; readonly given: Acknowledgement };
}

/**
 * Judges what is written: every rule on every resource that it speaks of, once. Pure.
 *
 * @param stacks all stacks that belong together; rules see the resources of all of them
 * @param day on which acknowledgements hold or have expired, `YYYY-MM-DD`
 * @returns sorted by stack, address and rule
 */
export function judge(
  stacks: readonly JudgedStack[],
  rules: readonly ActiveRule[],
  acknowledgements: AcknowledgementsByPath,
  day: string,
): Judgement[] {
  const inventories = stacks.map((stack) => ({ stack, inventory: new Inventory(blocksOf(stack)) }));
  const everything = new Inventory(inventories.flatMap(({ inventory }) => inventory.blocks));
  const judgements = inventories.flatMap(({ stack, inventory }) => {
    const context: RuleContext = {
      resources: (type) => everything.matching(type),
      graph: new TerraformGraph(stack.json),
      labels: stack.labels,
    };
    return rules.flatMap((active) =>
      inventory
        .matchingAny(active.rule.resourceTypes)
        .map((resource) => judgement(stack, active, resource, context, acknowledgements, day)),
    );
  });
  return judgements.sort(
    (a, b) => compare(a.stack, b.stack) || compare(a.address, b.address) || compare(a.rule.id, b.rule.id),
  );
}

function judgement(
  stack: JudgedStack,
  active: ActiveRule,
  resource: TerraformResourceBlock,
  context: RuleContext,
  acknowledgements: AcknowledgementsByPath,
  day: string,
): Judgement {
  const { address, constructPath } = resource;
  const said = verdictOf(active, resource, context, stack.name);
  const base = { ...active, stack: stack.name, address, constructPath };
  if (said.status !== "violation") {
    const unknown = said.status === "unknown" ? { unknownPath: said.path } : {};
    return { ...base, status: said.status, findings: [], ...unknown };
  }
  const acknowledgement = holdingAt(constructPath, active, acknowledgements, day);
  if (acknowledgement === undefined) return { ...base, status: "violation", findings: said.findings };
  return { ...base, status: "acknowledged", findings: said.findings, acknowledgement };
}

// A rule that breaks on what it did not expect has not said that all is well.
function verdictOf(
  { rule }: ActiveRule,
  resource: TerraformResourceBlock,
  context: RuleContext,
  stack: string,
): Verdict {
  try {
    return rule.check(resource.config, resource, context);
  } catch (error) {
    throw new ConfigError("the rules", [
      {
        code: "rule-broke",
        path: `${stack} ${resource.address}`,
        message: `could not be judged by ${rule.id}: ${String(error)}`,
        fix: "let the rule's check take any value in any attribute, and call what it cannot read unknown",
      },
    ]);
  }
}

/** The nearest acknowledgement of a rule, from a construct upwards. */
function holdingAt(
  constructPath: string,
  { rule }: ActiveRule,
  acknowledgements: AcknowledgementsByPath,
  day: string,
): Judgement["acknowledgement"] {
  if (rule.nonNegotiable) return undefined;
  for (const path of pathsUpwards(constructPath)) {
    const given = acknowledgements.get(path)?.find((a) => a.rule === rule.id && !isExpired(a, day));
    if (given) return { constructPath: path, given };
  }
  return undefined;
}

/** `a/b`, `a` and the app's own, which is empty. */
export function pathsUpwards(constructPath: string): string[] {
  const steps = constructPath === "" ? [] : constructPath.split("/");
  return [...steps.map((_step, index) => steps.slice(0, steps.length - index).join("/")), ""];
}

/** What rules may speak of, found by type once. */
class Inventory {
  private readonly byType = new Map<string, TerraformResourceBlock[]>();
  private readonly matches = new Map<string, readonly TerraformResourceBlock[]>();

  constructor(readonly blocks: readonly TerraformResourceBlock[]) {
    for (const block of blocks) {
      const known = this.byType.get(block.type);
      if (known) known.push(block);
      else this.byType.set(block.type, [block]);
    }
  }

  matching(pattern: string): readonly TerraformResourceBlock[] {
    if (!pattern.includes("*")) return this.byType.get(pattern) ?? [];
    const cached = this.matches.get(pattern);
    if (cached) return cached;
    const types = [...this.byType.keys()].filter((type) => matchesType(type, pattern));
    const found = types.flatMap((type) => this.byType.get(type)!);
    this.matches.set(pattern, found);
    return found;
  }

  /** Each once, though several patterns match it. */
  matchingAny(patterns: readonly string[]): readonly TerraformResourceBlock[] {
    if (patterns.length === 1) return this.matching(patterns[0]!);
    return [...new Set(patterns.flatMap((pattern) => this.matching(pattern)))];
  }
}

const SETTINGS = "terraform";

/** Whether a type is one that a rule speaks of. `*` alone means every resource, not data sources, providers and settings. */
export function matchesType(type: string, pattern: string): boolean {
  if (!pattern.includes("*")) return type === pattern;
  const isResource = type !== SETTINGS && !type.includes(".");
  if (!isResource && !pattern.includes(".")) return false;
  const parts = pattern.split("*").map((part) => part.replace(/[.\\^$+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(type);
}

function blocksOf({ name, json }: JudgedStack): TerraformResourceBlock[] {
  const settings = { address: SETTINGS, type: SETTINGS, config: json.terraform ?? {}, constructPath: name };
  return [...resourcesOf(json), ...dataSourcesOf(json), ...providersOf(json, name), settings];
}

function dataSourcesOf({ data }: TerraformJson): TerraformResourceBlock[] {
  return resourcesOf({ resource: data }).map((block) => ({
    ...block,
    address: `data.${block.address}`,
    type: `data.${block.type}`,
  }));
}

function providersOf({ provider }: TerraformJson, stack: string): TerraformResourceBlock[] {
  return Object.entries(provider ?? {}).flatMap(([name, configs]) =>
    configs.map((config: Block) => {
      const alias = typeof config["alias"] === "string" ? `.${config["alias"]}` : "";
      const type = `provider.${name}`;
      return { address: `${type}${alias}`, type, config, constructPath: stack };
    }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
