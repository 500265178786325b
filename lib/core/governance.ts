import type { IConstruct } from "constructs";
import { z } from "zod";
import { ConfigError } from "./config-error";
import { crossFieldFailures, type CrossFieldRule } from "./props";
import { parseValue } from "./parse";
import { assertSchema, explained, known } from "./schema";
import { Scoped } from "./scoped";

/** Sensitivity of the data that an environment may hold, lowest first. */
export const DATA_CLASSES = ["public", "internal", "confidential", "restricted"] as const;
/** Risk tier of the AI systems that an environment runs, after the EU AI Act's classes, lowest first. */
export const RISK_TIERS = ["minimal", "limited", "high"] as const;

export type DataClass = (typeof DATA_CLASSES)[number];
export type RiskTier = (typeof RISK_TIERS)[number];

/** Who answers for an environment, who pays, and what it may hold. Nothing of it has a default. */
export interface GovernanceConfig {
  /** The accountable team or role, as a label value, e.g. `ml-platform-lead`. */
  readonly owner: string;
  /** The team that runs it. */
  readonly team: string;
  /** Where cost is booked, e.g. `cc-4711`. */
  readonly costCenter: string;
  /** Sensitivity of the data held. */
  readonly dataClass: DataClass;
  /** Risk tier of the AI systems run. */
  readonly riskTier: RiskTier;
  /** Further labels for every resource. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
}

// Requirements for labels, Google Cloud Resource Manager docs: 63 characters, lowercase letters, digits, - and _; keys start with a letter.
function labelValue(what: string) {
  return explained(
    z
      .string()
      .regex(/^[a-z0-9_-]{1,63}$/)
      .describe(what),
    "1 to 63 lowercase letters, digits, - or _",
    "write it as a Google Cloud label value: lowercase, with - for spaces, @ and dots",
  );
}

export const governanceSchema = z.strictObject({
  owner: labelOf("Accountable team or role"),
  team: labelOf("Team that runs the environment"),
  costCenter: labelOf("Cost centre that pays"),
  dataClass: known(z.enum(DATA_CLASSES).describe("Sensitivity of the data held"), "controls depend on it"),
  riskTier: known(z.enum(RISK_TIERS).describe("Risk tier of the AI systems run"), "controls depend on it"),
  labels: z
    .record(
      explained(
        z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/),
        "a key of at most 63 lowercase letters, digits, - or _, starting with a letter",
      ),
      labelValue("Label value"),
    )
    .describe("Further labels for every resource")
    .default({}),
});

function labelOf(what: string) {
  return known(labelValue(what), "it becomes a label on every resource");
}

assertSchema<GovernanceConfig, typeof governanceSchema>(true);

const RESERVED = ["owner", "team", "cost-center", "environment", "data-class", "ai-risk-tier", "managed-by"] as const;

// 64 labels a resource (Resource Manager docs); the rest is left to Google's own and the users' labels on single resources.
const MAX_FURTHER_LABELS = 32;

export const governanceRules: readonly CrossFieldRule<z.output<typeof governanceSchema>>[] = [
  {
    reads: ["labels"],
    check: ({ labels }) =>
      RESERVED.filter((key) => key in labels).map((key) => ({
        code: "reserved-label",
        path: `labels.${key}`,
        message: "is a label that governance sets itself",
        got: labels[key],
        allowed: `any key but ${RESERVED.join(", ")}`,
        fix: "set the governance field of that name, or choose another key",
      })),
  },
  {
    reads: ["labels"],
    check: ({ labels }) =>
      Object.keys(labels).length <= MAX_FURTHER_LABELS
        ? undefined
        : {
            code: "out-of-range",
            path: "labels",
            message: `has ${Object.keys(labels).length} labels`,
            allowed: `at most ${MAX_FURTHER_LABELS}`,
            fix: "drop some: Google Cloud takes 64 a resource, and the platform and Google add their own",
          },
  },
];

const scoped = new Scoped<Governance>("governance");

/** The governance of a scope: found by every construct below it, never guessed. */
export class Governance {
  /** Labels for every resource of this scope that can carry labels, sorted by key. */
  readonly labels: Readonly<Record<string, string>>;

  private constructor(
    readonly config: Readonly<z.output<typeof governanceSchema>>,
    /** Name of the environment, e.g. `prod`. */
    readonly environment: string,
  ) {
    const labels: Record<string, string> = {
      ...config.labels,
      owner: config.owner,
      team: config.team,
      "cost-center": config.costCenter,
      environment,
      "data-class": config.dataClass,
      "ai-risk-tier": config.riskTier,
      "managed-by": "cdktf-ai-platform",
    };
    this.labels = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * Sets the governance of `scope` and all below it.
   * @throws ConfigError for a missing or malformed field
   */
  static on(scope: IConstruct, environment: string, config: GovernanceConfig): Governance {
    const { value, failures } = parseValue(governanceSchema, config, "pass");
    const values = value as z.output<typeof governanceSchema>;
    const all = [...failures, ...crossFieldFailures(governanceRules, values, failures)];
    ConfigError.throwIfAny(`governance of ${environment}`, all);
    const governance = new Governance(values, environment);
    scoped.set(scope, governance);
    return governance;
  }

  /**
   * The governance that holds at `scope`.
   * @throws ConfigError where none was set
   */
  static of(scope: IConstruct): Governance {
    return scoped.require(scope, {
      code: "no-governance",
      path: "governance",
      message: "no owner, cost centre, data class and risk tier hold here",
      fix: "put the construct in a PlatformStack, or call Governance.on(scope, environment, {...}) above it",
    });
  }
}
