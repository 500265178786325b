import { OrgPolicyCustomConstraint } from "@cdktf/provider-google/lib/org-policy-custom-constraint";
import { OrgPolicyPolicy, type OrgPolicyPolicySpecRules } from "@cdktf/provider-google/lib/org-policy-policy";
import { Construct } from "constructs";
import { z } from "zod";
import {
  ORGANISATION_CONSTRAINTS,
  canDryRun,
  type ConstraintName,
  type ConstraintRule,
  type CustomConstraint,
  type OrganisationConstraint,
} from "../catalog/org-policies";
import {
  Environment,
  assertSchema,
  explained,
  known,
  parseProps,
  useNearest,
  type CrossFieldRule,
  type Tokenable,
} from "../core";

/** What a constraint does: refuses, only reports, or nothing. */
export const POLICY_MODES = ["enforce", "dry-run", "off"] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

export interface OrganisationPoliciesConfig {
  /** For all constraints; `dry-run` leaves out those that know none. @default "enforce" */
  readonly mode?: "enforce" | "dry-run";
  /** For single constraints, by name, e.g. `compute.requireOsLogin: off`. @default {} */
  readonly modes?: Readonly<Record<string, PolicyMode>>;
  /** Number of the organisation that the project belongs to. Without it there are no custom constraints. @default - none */
  readonly organisationId?: string;
  /**
   * True defines the custom constraints in the organisation. One environment of an organisation does, before the others use them.
   * @default true
   */
  readonly defineCustom?: boolean;
  /** Customer id of Google Workspace or Cloud Identity, e.g. `C0abc123d`: rights stay within it. @default - not restricted */
  readonly customerId?: string;
  /** Domain of the organisation's mail: contacts stay within it. @default - not restricted */
  readonly contactDomain?: string;
  /** Issuers that workload identity pools may trust. @default [] */
  readonly identityProviders?: readonly string[];
  /** Services that may be used, in full. @default - not restricted */
  readonly services?: readonly string[];
}

const SHAPES = "it decides which policies are written";

export const organisationPoliciesSchema = z.strictObject({
  mode: known(
    z.enum(["enforce", "dry-run"]).describe("What all constraints do: refuse, or only report"),
    SHAPES,
  ).default("enforce"),
  modes: known(
    z
      .record(z.string(), known(z.enum(POLICY_MODES).describe("What this constraint does"), SHAPES))
      .describe("What single constraints do, by name"),
    SHAPES,
  ).default({}),
  organisationId: explained(
    z
      .string()
      .regex(/^\d{1,19}$/)
      .describe("Number of the organisation that the project belongs to")
      .optional(),
    "digits, in quotes",
  ),
  defineCustom: known(
    z.boolean().describe("Whether this environment defines the organisation's custom constraints"),
    SHAPES,
  ).default(true),
  customerId: explained(
    z
      .string()
      .regex(/^C[0-9a-z]+$/)
      .describe("Customer id of Google Workspace or Cloud Identity")
      .optional(),
    "C and lower-case letters and digits, as gcloud organizations list prints it",
  ),
  contactDomain: explained(
    z
      .string()
      .regex(/^[a-z0-9.-]+\.[a-z]+$/)
      .describe("Domain of the organisation's mail")
      .optional(),
    "a domain without @",
  ),
  identityProviders: z.array(z.string().min(1)).describe("Issuers that workload identity pools may trust").default([]),
  services: z.array(z.string().min(1)).min(1).describe("Services that may be used, in full").optional(),
});

assertSchema<OrganisationPoliciesConfig, typeof organisationPoliciesSchema>(true);

export type OrganisationPoliciesProps = Tokenable<Omit<OrganisationPoliciesConfig, "mode" | "modes" | "defineCustom">> &
  Pick<OrganisationPoliciesConfig, "mode" | "modes" | "defineCustom">;

type Config = z.output<typeof organisationPoliciesSchema>;

const names = Object.keys(ORGANISATION_CONSTRAINTS) as ConstraintName[];

const rules: readonly CrossFieldRule<Config>[] = [
  {
    reads: ["modes"],
    check: ({ modes }) =>
      Object.keys(modes)
        .filter((name) => !(name in ORGANISATION_CONSTRAINTS))
        .map((name) => ({
          code: "unknown-key",
          path: `modes.${name}`,
          message: "is not a constraint of the hardened set",
          got: name,
          allowed: "the constraints of lib/catalog/org-policies",
          fix: useNearest(name, names, "remove it; set other constraints with OrgPolicyPolicy"),
        })),
  },
  {
    reads: ["modes"],
    check: ({ modes }) =>
      Object.entries(modes)
        .filter(([name, mode]) => mode === "dry-run" && name in ORGANISATION_CONSTRAINTS && !canDryRun(name))
        .map(([name]) => ({
          code: "no-dry-run",
          path: `modes.${name}`,
          message: "knows no dry run: only managed and custom constraints do",
          got: "dry-run",
          allowed: "enforce, off",
          fix: "choose enforce or off",
        })),
  },
];

/**
 * What nobody can do in the project whatever their rights: the constraints of Google's hardened set that concern what the platform makes.
 * Whoever applies them needs `roles/orgpolicy.policyAdmin`, which is given on an organisation only.
 */
export class OrganisationPolicies extends Construct {
  readonly resources: {
    readonly policies: ReadonlyMap<ConstraintName, OrgPolicyPolicy>;
    readonly customConstraints: ReadonlyMap<ConstraintName, OrgPolicyCustomConstraint>;
  };

  constructor(scope: Construct, id: string, props: OrganisationPoliciesProps = {}) {
    super(scope, id);
    const config = parseProps(this, "OrganisationPolicies", organisationPoliciesSchema, props, rules);
    const policies = new Map<ConstraintName, OrgPolicyPolicy>();
    const customConstraints = new Map<ConstraintName, OrgPolicyCustomConstraint>();
    for (const name of names) {
      const constraint: OrganisationConstraint = ORGANISATION_CONSTRAINTS[name];
      const policyRule = this.ruleOf(constraint.rule, config);
      const mode = modeOf(name, config);
      if (mode === "off" || !policyRule || (constraint.custom && config.organisationId === undefined)) continue;
      if (constraint.custom && config.defineCustom) {
        customConstraints.set(name, this.define(name, constraint.why, constraint.custom, config.organisationId!));
      }
      policies.set(name, this.policy(customConstraints.get(name)?.name ?? name, name, mode, policyRule));
    }
    this.resources = { policies, customConstraints };
  }

  private policy(constraint: string, id: string, mode: PolicyMode, rule: OrgPolicyPolicySpecRules): OrgPolicyPolicy {
    const parent = `projects/${Environment.of(this).projectId}`;
    return new OrgPolicyPolicy(this, id, {
      name: `${parent}/policies/${constraint}`,
      parent,
      ...(mode === "enforce" ? { spec: { rules: [rule] } } : { dryRunSpec: { rules: [rule] } }),
    });
  }

  private define(
    name: string,
    why: string,
    { resourceType, denyWhen, methods }: CustomConstraint,
    organisationId: string,
  ): OrgPolicyCustomConstraint {
    return new OrgPolicyCustomConstraint(this, `define-${name}`, {
      name,
      parent: `organizations/${organisationId}`,
      displayName: name,
      description: why,
      resourceTypes: [resourceType],
      methodTypes: [...methods],
      actionType: "DENY",
      condition: denyWhen,
    });
  }

  /** The rule with facts filled in; undefined where one of them was not given. */
  private ruleOf(rule: ConstraintRule, config: Config): OrgPolicyPolicySpecRules | undefined {
    if ("enforce" in rule) return { enforce: "TRUE" };
    if ("denyAll" in rule) return { denyAll: "TRUE" };
    if ("deny" in rule) return { values: { deniedValues: [...rule.deny] } };
    if ("allowListed" in rule) return listedRule(config[rule.allowListed]);
    const facts = { projectId: Environment.of(this).projectId, ...config };
    const filled = rule.allow.map((value) => fill(value, facts));
    return filled.every((value) => value !== undefined) ? { values: { allowedValues: filled } } : undefined;
  }
}

function modeOf(name: ConstraintName, { mode, modes }: Config): PolicyMode {
  const own = modes[name];
  if (own !== undefined) return own;
  return mode === "dry-run" && !canDryRun(name) ? "off" : mode;
}

function listedRule(listed: string[] | undefined): OrgPolicyPolicySpecRules | undefined {
  if (listed === undefined) return undefined;
  return listed.length === 0 ? { denyAll: "TRUE" } : { values: { allowedValues: listed } };
}

type Facts = Pick<Config, "customerId" | "contactDomain"> & { readonly projectId: string };

function fill(value: string, facts: Facts): string | undefined {
  const [placeholder, name] = /\{(\w+)\}/.exec(value) ?? [];
  if (placeholder === undefined) return value;
  const fact = facts[name as keyof Facts];
  return fact === undefined ? undefined : value.replace(placeholder, () => fact);
}
