import type { Block, TerraformResourceBlock } from "../../../core";
import type { Rule, RuleContext, Verdict } from "../../rule";
import { NOT_APPLICABLE } from "../../values";

const CLUSTER = "google_container_cluster";

/** Resources that AI systems run on. */
export const ENVIRONMENT_TYPES = [CLUSTER, "google_vertex_ai_endpoint"];

/** Resources on which a rule judges what must be somewhere in the program, so that its absence has an address. */
export interface JudgedOn {
  readonly types: readonly string[];
  readonly includes: (resource: TerraformResourceBlock, context: RuleContext) => boolean;
}

/** What an environment owes as a whole is said once: at its clusters, at endpoints where it has none. */
const environments: JudgedOn = {
  types: ENVIRONMENT_TYPES,
  includes: ({ type }, context) => type === CLUSTER || context.resources(CLUSTER).length === 0,
};

/** Label that gives the risk tier: `minimal`, `limited` or `high`. */
export const TIER_LABEL = "ai-risk-tier";

/** A rule that asks for something somewhere in the program. */
export interface PresenceRule extends Omit<Rule, "resourceTypes" | "check"> {
  /** @default the environment */
  readonly judgedOn?: JudgedOn;
  /** Risk tiers that it holds for. */
  readonly tiers: readonly string[];
  /** What must be there, in words. */
  readonly expected: string;
  /** Types of what may be it. */
  readonly types: readonly string[];
  /** Whether one of them is it. */
  readonly judge: (config: Block) => Verdict;
}

export function presenceRule({ judgedOn = environments, tiers, expected, types, judge, ...rule }: PresenceRule): Rule {
  return {
    ...rule,
    resourceTypes: judgedOn.types,
    check: (_config, system, context) => {
      if (!tiers.includes(context.labels[TIER_LABEL] ?? "") || !judgedOn.includes(system, context))
        return NOT_APPLICABLE;
      const verdicts = candidates(types, system, context).map(({ address, config }) => ({ address, ...judge(config) }));
      if (verdicts.some(({ status }) => status === "compliant")) return { status: "compliant" };
      const unknown = verdicts.find(({ status }) => status === "unknown");
      if (unknown) return { status: "unknown", path: unknown.address };
      return { status: "violation", findings: [{ path: "", expected }] };
    },
  };
}

/** Resources of some types that are not of another project, as far as that is written. */
function candidates(types: readonly string[], system: TerraformResourceBlock, context: RuleContext) {
  const project = projectOf(system.config);
  return types
    .flatMap((type) => context.resources(type))
    .filter(({ config }) => project === undefined || [undefined, project].includes(projectOf(config)));
}

function projectOf({ project, parent }: Block): string | undefined {
  const named = project ?? /^projects\/([^/]+)$/.exec(String(parent))?.[1];
  return typeof named === "string" && !named.includes("${") ? named : undefined;
}
