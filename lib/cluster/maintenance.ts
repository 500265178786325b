import type { ContainerClusterMaintenancePolicy } from "@cdktf/provider-google/lib/container-cluster";
import { z } from "zod";
import { assertSchema, explained, known, type CrossFieldRule, type Failure } from "../core";

/** Days of the week as GKE's recurrence rules name them, in the order in which they are written. */
export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What a freeze keeps from happening, in GKE's words. */
export const FREEZE_SCOPES = ["NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"] as const;
export type FreezeScope = (typeof FREEZE_SCOPES)[number];

/** When GKE may upgrade a cluster by itself: a window that opens on some days of every week. */
export interface MaintenanceConfig {
  /** Days on which the window opens. @default ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] */
  readonly days?: readonly Weekday[];
  /** Hour at which it opens, UTC. @default 1 */
  readonly startHourUtc?: number;
  /** How long it stays open, in hours. Together with `days` it must leave GKE 48 hours in 32 days. @default 6 */
  readonly lengthHours?: number;
}

/** A time in which GKE must not upgrade, e.g. a sales week or a long training run. */
export interface FreezeConfig {
  /** Name of the exclusion, unique in the cluster. */
  readonly name: string;
  /** First moment, UTC, as `2026-12-15T00:00:00Z`. */
  readonly from: string;
  /** Moment at which it ends, UTC. */
  readonly to: string;
  /** What may not happen. `NO_UPGRADES` also holds back security patches. @default "NO_MINOR_OR_NODE_UPGRADES" */
  readonly scope?: FreezeScope;
}

const COMPILED = "it is compiled into the cluster's maintenance policy and checked against GKE's limits";

// Only windows of at least four hours count as availability (GKE docs, "Configure maintenance windows and exclusions").
const MIN_WINDOW_HOURS = 4;

export const maintenanceSchema = z.strictObject({
  days: known(
    z
      .array(known(z.enum(WEEKDAYS), COMPILED))
      .min(1)
      .describe("Days of the week on which the window opens")
      .default([...WEEKDAYS]),
    COMPILED,
  ),
  startHourUtc: known(z.int().min(0).max(23).describe("Hour at which the window opens, UTC").default(1), COMPILED),
  lengthHours: known(
    z.int().min(MIN_WINDOW_HOURS).max(24).describe("How long the window stays open, in hours").default(6),
    COMPILED,
  ),
});

assertSchema<MaintenanceConfig, typeof maintenanceSchema>(true);

export const freezeSchema = z.strictObject({
  name: known(z.string().min(1).max(63).describe("Name of the exclusion"), "it tells exclusions apart"),
  from: moment("First moment of the freeze, UTC"),
  to: moment("Moment at which the freeze ends, UTC"),
  scope: known(
    z.enum(FREEZE_SCOPES).describe("What may not happen meanwhile").default("NO_MINOR_OR_NODE_UPGRADES"),
    COMPILED,
  ),
});

assertSchema<FreezeConfig, typeof freezeSchema>(true);

// GKE gives times back in UTC and whole seconds: anything else would differ in every plan (provider docs, container_cluster).
function moment(what: string) {
  return known(
    explained(
      z.iso.datetime({ precision: 0 }).describe(what),
      "a time in UTC such as 2026-12-15T00:00:00Z",
      "write date and time in UTC, ending in Z",
    ),
    COMPILED,
  );
}

type Window = z.output<typeof maintenanceSchema>;
type Freeze = z.output<typeof freezeSchema>;
type Policy = { readonly maintenance: Window; readonly freeze: readonly Freeze[] };

// GKE docs, "Maintenance windows and exclusions": 48 hours in any 32 days. Of 32 days only 28 hold each weekday a fixed number of times.
const MIN_AVAILABLE_HOURS = 48;
const FULL_WEEKS = 4;

// GKE docs, same page: 180 days, and not past the end of support of the minor version, which is not known here. NO_UPGRADES was 30 days;
// June 2026 release notes are reported to make it 90.
const MAX_FREEZE_DAYS: Readonly<Record<FreezeScope, number>> = {
  NO_UPGRADES: 30,
  NO_MINOR_UPGRADES: 180,
  NO_MINOR_OR_NODE_UPGRADES: 180,
};
// GKE docs, same page.
const MAX_FREEZES = 20;
const MAX_NO_UPGRADES = 3;

const DAY_MS = 24 * 3600 * 1000;

/** What GKE refuses of a window and of freezes. For constructs whose props hold both. */
export const maintenanceRules: readonly CrossFieldRule<Policy>[] = [
  { reads: ["maintenance"], check: ({ maintenance }) => windowFailure(maintenance) },
  {
    reads: ["freeze"],
    check: ({ freeze }) => [...freeze.flatMap(freezeFailures), ...countFailures(freeze), ...pairFailures(freeze)],
  },
];

function windowFailure({ days, lengthHours }: Window): Failure | undefined {
  const opened = new Set(days).size;
  const hours = FULL_WEEKS * opened * lengthHours;
  if (hours >= MIN_AVAILABLE_HOURS) return undefined;
  const enough = Math.ceil(MIN_AVAILABLE_HOURS / (FULL_WEEKS * opened));
  return {
    code: "window-too-short",
    path: "maintenance",
    message: `leaves GKE ${hours} hours in 32 days: ${FULL_WEEKS} weeks × ${opened} ${opened === 1 ? "day" : "days"} × ${lengthHours} h`,
    got: { days, lengthHours },
    allowed: `at least ${MIN_AVAILABLE_HOURS} hours in 32 days`,
    fix: `set lengthHours to ${enough} or more, or add days`,
  };
}

function freezeFailures({ from, to, scope }: Freeze, index: number): Failure[] {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  const max = MAX_FREEZE_DAYS[scope];
  if (days <= 0) {
    return [
      {
        code: "freeze-backwards",
        path: `freeze[${index}].to`,
        message: `does not come after from (${from})`,
        got: to,
        fix: "swap from and to, or correct the year",
      },
    ];
  }
  if (days <= max) return [];
  return [
    {
      code: "freeze-too-long",
      path: `freeze[${index}].to`,
      message: `makes a freeze of ${Math.ceil(days)} days with scope ${scope}`,
      got: { from, to },
      allowed: `at most ${max} days`,
      fix: `end it by ${utc(Date.parse(from) + max * DAY_MS)}${scope === "NO_UPGRADES" ? ", or take a scope that lets patches through" : ""}`,
    },
  ];
}

function countFailures(freeze: readonly Freeze[]): Failure[] {
  const total = freeze.length;
  const complete = freeze.filter((f) => f.scope === "NO_UPGRADES").length;
  const failures: Failure[] = [];
  if (total > MAX_FREEZES) {
    failures.push({
      code: "too-many-freezes",
      path: "freeze",
      message: `has ${total} entries`,
      allowed: `at most ${MAX_FREEZES}`,
      fix: `remove ${total - MAX_FREEZES}: those that are over first`,
    });
  }
  if (complete > MAX_NO_UPGRADES) {
    failures.push({
      code: "too-many-freezes",
      path: "freeze",
      message: `has ${complete} entries with scope NO_UPGRADES`,
      allowed: `at most ${MAX_NO_UPGRADES}`,
      fix: `remove ${complete - MAX_NO_UPGRADES}, or give them the scope NO_MINOR_OR_NODE_UPGRADES`,
    });
  }
  return failures;
}

function pairFailures(freeze: readonly Freeze[]): Failure[] {
  return freeze.flatMap((later, index) =>
    freeze.slice(0, index).flatMap((earlier) => pairFailure(earlier, later, index)),
  );
}

function pairFailure(one: Freeze, other: Freeze, index: number): Failure[] {
  const failures: Failure[] = [];
  if (one.name === other.name) {
    failures.push({
      code: "duplicate",
      path: `freeze[${index}].name`,
      message: "is the name of another freeze",
      got: other.name,
      fix: "give each freeze a name of its own",
    });
  }
  const overlap = Date.parse(one.from) < Date.parse(other.to) && Date.parse(other.from) < Date.parse(one.to);
  if (one.scope === other.scope && overlap) {
    failures.push({
      code: "freeze-overlap",
      path: `freeze[${index}]`,
      message: `overlaps freeze ${JSON.stringify(one.name)} (${one.from} to ${one.to}) of the same scope`,
      got: { from: other.from, to: other.to, scope: other.scope },
      fix: "make one freeze of the two, or move one",
    });
  }
  return failures;
}

// A Monday in the past: GKE needs a first occurrence, and a date that moved with the clock would change in every plan.
const FIRST_DAY = "2024-01-01T00:00:00Z";

/** The maintenance policy of a cluster, from checked values. */
export function maintenancePolicy(maintenance: Window, freeze: readonly Freeze[]): ContainerClusterMaintenancePolicy {
  const { days, startHourUtc, lengthHours } = maintenance;
  const start = Date.parse(FIRST_DAY) + startHourUtc * 3600 * 1000;
  return {
    recurringWindow: {
      startTime: utc(start),
      endTime: utc(start + lengthHours * 3600 * 1000),
      recurrence: `FREQ=WEEKLY;BYDAY=${WEEKDAYS.filter((day) => days.includes(day)).join(",")}`,
    },
    maintenanceExclusion: freeze.map(({ name, from, to, scope }) => ({
      exclusionName: name,
      startTime: from,
      endTime: to,
      exclusionOptions: { scope },
    })),
  };
}

function utc(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
