import type { IConstruct } from "constructs";
import { z } from "zod";
import { ConfigError, type Failure } from "./config-error";
import { parseValue } from "./parse";
import { assertSchema, explained } from "./schema";
import { Scoped } from "./scoped";

/** A rule that someone decided not to meet for a while. Every report lists it. */
export interface AcceptedRisk {
  /** Id of the rule, e.g. `baseline.deletionProtection`. */
  readonly rule: string;
  /** Why it is not met, at least 20 characters. */
  readonly reason: string;
  /** Who answers for it: a team, a role or an address. */
  readonly owner: string;
  /** Last day on which it holds, `2027-03-31`; at most a year away. */
  readonly expires: string;
}

/** A rule that the platform itself cannot meet: what a product or a provider forces, not a decision. Every report lists it. */
export interface ForcedException {
  /** Id of the rule, e.g. `custom.gkeRequireNodePoolAutoRepair`. */
  readonly rule: string;
  /** Why it cannot be met, at least 20 characters. */
  readonly reason: string;
  /** What would end it, e.g. `google provider 7.22 (sandbox_config)`. */
  readonly until: string;
  /** Where the reason is documented. */
  readonly source: string;
}

/** A rule that a construct does not meet, named where it is broken, with the reason. */
export type Acknowledgement = AcceptedRisk | ForcedException;

/** An acknowledgement and the construct that it was made on. */
export interface PlacedAcknowledgement {
  readonly construct: IConstruct;
  readonly acknowledgement: Acknowledgement;
}

function text(what: string, minLength: number) {
  return explained(
    z.string().trim().min(minLength).describe(what),
    minLength > 1 ? `at least ${minLength} characters` : "a text",
    minLength > 1 ? "say what stands against the rule, and what is done instead" : undefined,
  );
}

export const acceptedRiskSchema = z.strictObject({
  rule: text("Id of the rule", 1),
  reason: text("Why the rule is not met", 20),
  owner: text("Who answers for it", 1),
  expires: explained(
    z.iso.date().describe("Last day on which it holds"),
    "a day, YYYY-MM-DD",
    "give the last day on which it holds, at most a year away",
  ),
});

export const forcedExceptionSchema = z.strictObject({
  rule: text("Id of the rule", 1),
  reason: text("Why the rule cannot be met", 20),
  until: text("What would end it", 1),
  source: text("Where the reason is documented", 1),
});

assertSchema<AcceptedRisk, typeof acceptedRiskSchema>(true);
assertSchema<ForcedException, typeof forcedExceptionSchema>(true);

const scoped = new Scoped<readonly Acknowledgement[]>("acknowledgements");

/**
 * Names a rule that `construct`, and what is below it, does not meet. The rule still runs; what it finds there is reported as acknowledged.
 * @throws ConfigError for a reason of less than 20 characters, a missing owner, and a last day that is none or more than a year away
 */
export function acknowledge(construct: IConstruct, acknowledgement: Acknowledgement): void {
  const schema = "until" in acknowledgement ? forcedExceptionSchema : acceptedRiskSchema;
  const { value, failures } = parseValue(schema, acknowledgement, "refuse");
  const all = failures.length > 0 ? failures : failuresOfExpiry(value as Acknowledgement, today());
  if (all.length > 0) {
    const { rule } = acknowledgement;
    throw new ConfigError(`the acknowledgement of ${rule} on ${construct.node.path || "the app"}`, all);
  }
  scoped.set(construct, [...(scoped.own(construct) ?? []), value as Acknowledgement]);
}

/** The acknowledgements in `scope` and below, each with the construct it was made on, in tree order. */
export function acknowledgements(scope: IConstruct): readonly PlacedAcknowledgement[] {
  return scope.node
    .findAll()
    .flatMap((construct) => (scoped.own(construct) ?? []).map((acknowledgement) => ({ construct, acknowledgement })));
}

/** The acknowledgements that hold at `construct`: its own and those above it. */
export function acknowledgementsAt(construct: IConstruct): readonly Acknowledgement[] {
  return scoped.all(construct).flat();
}

/** True for a decision of someone, which has an owner and ends on a day. */
export function isAcceptedRisk(acknowledgement: Acknowledgement): acknowledgement is AcceptedRisk {
  return "expires" in acknowledgement;
}

/** When an acknowledgement ends, for people: its last day, or what would end it. */
export function endOf(acknowledgement: Acknowledgement): string {
  return isAcceptedRisk(acknowledgement) ? acknowledgement.expires : acknowledgement.until;
}

/** True after the last day on which an acknowledgement holds. */
export function isExpired(acknowledgement: Acknowledgement, day: string): boolean {
  return isAcceptedRisk(acknowledgement) && acknowledgement.expires < day;
}

/**
 * The day on which the program runs, `YYYY-MM-DD` in UTC: that of `CDKTF_AI_PLATFORM_TODAY` where it is set, for runs that can be repeated,
 * else the clock's. It decides what has expired and is never written.
 * @throws ConfigError where the variable holds no day
 */
export function today(): string {
  const set = process.env[TODAY];
  if (set === undefined || set === "") return new Date().toISOString().slice(0, DAY_LENGTH);
  if (z.iso.date().safeParse(set).success) return set;
  throw new ConfigError("the environment variables", [
    {
      code: "wrong-format",
      path: TODAY,
      message: "is not a day",
      got: set,
      allowed: "a day, YYYY-MM-DD",
      fix: "give the day on which the run is to be judged, or unset the variable to take the clock's",
    },
  ]);
}

const TODAY = "CDKTF_AI_PLATFORM_TODAY";
const DAY_LENGTH = "2026-11-21".length;

// What has expired is not refused here but with all else that is wrong with the stacks.
function failuresOfExpiry(acknowledgement: Acknowledgement, day: string): Failure[] {
  if (!isAcceptedRisk(acknowledgement)) return [];
  const latest = aYearAfter(day);
  if (acknowledgement.expires <= latest) return [];
  return [
    {
      code: "out-of-range",
      path: "expires",
      message: "is more than a year away",
      got: acknowledgement.expires,
      allowed: `${latest} at the latest`,
      fix: "choose an earlier day: a risk that is accepted for longer is looked at again each year",
    },
  ];
}

function aYearAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString().slice(0, DAY_LENGTH);
}
