import type { Block, TerraformGraph, TerraformResourceBlock } from "../core";

/** How bad a violation is, worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A requirement of a published framework that a rule helps to meet. */
export interface Control {
  /** Framework and its version. */
  readonly framework:
    "CIS GKE 1.4" | "CIS GKE 2.0.0" | "CIS GCP 4.0.0" | "NIST AI RMF" | "ISO 42001" | "EU AI Act" | "Google hardened";
  /** Id within it, e.g. `5.5.2`, `A.6.2.8`, `Art. 12`, `custom.gkeRequireSecureBoot`. */
  readonly id: string;
}

/** One thing that is wrong with a resource. */
export interface Finding {
  /** Attribute, e.g. `node_config.metadata`. */
  readonly path: string;
  /** What stands there; undefined where nothing does. */
  readonly found?: unknown;
  /** What must stand there, in words. */
  readonly expected: string;
}

/** What a rule says of one resource. `unknown`: only Terraform will know. */
export type Verdict =
  | { readonly status: "compliant" }
  | { readonly status: "not-applicable" }
  | { readonly status: "unknown"; readonly path: string }
  | { readonly status: "violation"; readonly findings: readonly Finding[] };

/** What a rule may look at besides the resource: everything else that is written, and what the environment is. */
export interface RuleContext {
  /** Resources of all stacks of the program, by type; of one stack where only one is judged. */
  resources(type: string): readonly TerraformResourceBlock[];
  /** The graph of the resource's own stack. */
  readonly graph: TerraformGraph;
  /** Labels that governance sets, e.g. `ai-risk-tier`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A pure judgement over Terraform values, from a synth or from a plan. */
export interface Rule {
  /** Stable id. Google's own name where the rule is Google's (`custom.gkeRequireSecureBoot`), else `<pack>.<camelCase>`. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Why it matters. */
  readonly rationale: string;
  /** What to do about a violation. */
  readonly fix: string;
  readonly controls: readonly Control[];
  /**
   * Terraform types that it judges; a `*` matches anything (`google_*_iam_member`). What is no resource is judged where it is named:
   * `data.<type>` a data source, `provider.<name>` a provider, `terraform` the stack's settings.
   */
  readonly resourceTypes: readonly string[];
  /** True for a rule that no acknowledgement can waive. */
  readonly nonNegotiable?: boolean;
  readonly check: (config: Block, resource: TerraformResourceBlock, context: RuleContext) => Verdict;
}

/** Rules that belong together; an environment chooses packs. */
export interface RulePack {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly Rule[];
}
