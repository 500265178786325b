import type { FreezeConfig, MaintenanceConfig } from "../../lib/cluster/maintenance";
import type { Failure } from "../../lib/core";
import { clusterStack } from "./fixture";
import { failuresOf } from "./refused";

function policyOf(props: { maintenance?: MaintenanceConfig; freeze?: readonly FreezeConfig[] }) {
  return clusterStack(props).only("google_container_cluster")["maintenance_policy"];
}

function refused(props: { maintenance?: MaintenanceConfig; freeze?: readonly FreezeConfig[] }): readonly Failure[] {
  return failuresOf(() => clusterStack(props));
}

function freeze(name: string, from: string, to: string, scope?: FreezeConfig["scope"]): FreezeConfig {
  return { name, from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z`, scope };
}

describe("the maintenance window", () => {
  test("opens every night for six hours unless told otherwise", () => {
    expect(policyOf({})).toEqual({
      maintenance_exclusion: [],
      recurring_window: {
        start_time: "2024-01-01T01:00:00Z",
        end_time: "2024-01-01T07:00:00Z",
        recurrence: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
      },
    });
  });

  test("may end on the next day, and lists its days in the week's order, each once", () => {
    expect(policyOf({ maintenance: { days: ["SU", "SA", "SU"], startHourUtc: 22, lengthHours: 8 } })).toMatchObject({
      recurring_window: {
        start_time: "2024-01-01T22:00:00Z",
        end_time: "2024-01-02T06:00:00Z",
        recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
      },
    });
  });

  test.each([
    [["SU"], 12],
    [["SA", "SU"], 6],
    [["MO", "WE", "FR"], 4],
  ] as const)("is accepted with just 48 hours in 32 days: %j for %d h", (days, lengthHours) => {
    expect(policyOf({ maintenance: { days, lengthHours } })).toBeDefined();
  });

  test("is refused below 48 hours in 32 days, with the arithmetic", () => {
    expect(refused({ maintenance: { days: ["SA", "SU"], lengthHours: 5 } })).toEqual([
      {
        code: "window-too-short",
        path: "maintenance",
        message: "leaves GKE 40 hours in 32 days: 4 weeks × 2 days × 5 h",
        got: { days: ["SA", "SU"], lengthHours: 5 },
        allowed: "at least 48 hours in 32 days",
        fix: "set lengthHours to 6 or more, or add days",
      },
    ]);
  });

  test("counts a day that is listed twice once", () => {
    expect(refused({ maintenance: { days: ["SU", "SU"], lengthHours: 6 } })).toMatchObject([
      {
        message: "leaves GKE 24 hours in 32 days: 4 weeks × 1 day × 6 h",
        fix: "set lengthHours to 12 or more, or add days",
      },
    ]);
  });

  test("is refused with fewer than four hours, which GKE does not count, an hour that does not exist, and no day", () => {
    const maintenance = { days: [], startHourUtc: 24, lengthHours: 3 };
    expect(refused({ maintenance })).toMatchObject([
      { path: "maintenance.days", code: "out-of-range", message: "must be of at least 1 entry" },
      { path: "maintenance.startHourUtc", code: "out-of-range", allowed: "at most 23" },
      { path: "maintenance.lengthHours", code: "out-of-range", allowed: "at least 4" },
    ]);
  });
});

describe("a freeze", () => {
  test("becomes an exclusion that keeps nodes and minor versions as they are, patches of the control plane excepted", () => {
    expect(policyOf({ freeze: [freeze("training", "2026-12-01", "2027-01-05")] })).toMatchObject({
      maintenance_exclusion: [
        {
          exclusion_name: "training",
          start_time: "2026-12-01T00:00:00Z",
          end_time: "2027-01-05T00:00:00Z",
          exclusion_options: { scope: "NO_MINOR_OR_NODE_UPGRADES" },
        },
      ],
    });
  });

  test.each([
    ["NO_UPGRADES", "2027-01-31", "2027-02-01", 30],
    ["NO_MINOR_UPGRADES", "2027-06-30", "2027-07-01", 180],
    ["NO_MINOR_OR_NODE_UPGRADES", "2027-06-30", "2027-07-01", 180],
  ] as const)("of scope %s may end on %s, not on %s", (scope, last, tooLate, max) => {
    expect(policyOf({ freeze: [freeze("f", "2027-01-01", last, scope)] })).toBeDefined();
    expect(refused({ freeze: [freeze("f", "2027-01-01", tooLate, scope)] })).toMatchObject([
      {
        code: "freeze-too-long",
        path: "freeze[0].to",
        message: `makes a freeze of ${max + 1} days with scope ${scope}`,
        allowed: `at most ${max} days`,
        fix: expect.stringContaining(`end it by ${last}T00:00:00Z`),
      },
    ]);
  });

  test("is refused where it ends before it begins, and where it has no length", () => {
    expect(
      refused({ freeze: [freeze("a", "2026-12-15", "2026-01-05"), freeze("b", "2026-12-15", "2026-12-15")] }),
    ).toMatchObject([
      { code: "freeze-backwards", path: "freeze[0].to", message: "does not come after from (2026-12-15T00:00:00Z)" },
      { code: "freeze-backwards", path: "freeze[1].to" },
    ]);
  });

  test("may overlap one of another scope, as in Google's own example, and touch one of its own", () => {
    const exclusions = [
      freeze("season", "2026-09-30", "2027-01-15", "NO_MINOR_UPGRADES"),
      freeze("sales", "2026-11-19", "2026-12-04", "NO_UPGRADES"),
      freeze("after-sales", "2026-12-04", "2026-12-15", "NO_UPGRADES"),
      freeze("before-sales", "2026-11-12", "2026-11-19", "NO_UPGRADES"),
    ];
    expect(policyOf({ freeze: exclusions })).toBeDefined();
  });

  test("is refused where it overlaps one of its own scope, or takes its name: all failures at once", () => {
    expect(
      refused({
        freeze: [
          freeze("sales", "2026-11-19", "2026-12-04", "NO_UPGRADES"),
          freeze("sales", "2026-12-01", "2026-12-15", "NO_UPGRADES"),
        ],
      }),
    ).toMatchObject([
      { code: "duplicate", path: "freeze[1].name", got: "sales" },
      {
        code: "freeze-overlap",
        path: "freeze[1]",
        message: 'overlaps freeze "sales" (2026-11-19T00:00:00Z to 2026-12-04T00:00:00Z) of the same scope',
      },
    ]);
  });

  test("is refused as the fourth that stops everything, and as the 21st of all", () => {
    const day = (n: number) => `2027-01-${String(n).padStart(2, "0")}`;
    const freezes = Array.from({ length: 21 }, (_, i) =>
      freeze(`f${i}`, day(i + 1), day(i + 2), i < 4 ? "NO_UPGRADES" : "NO_MINOR_UPGRADES"),
    );
    expect(refused({ freeze: freezes })).toMatchObject([
      { code: "too-many-freezes", message: "has 21 entries", allowed: "at most 20" },
      { code: "too-many-freezes", message: "has 4 entries with scope NO_UPGRADES", allowed: "at most 3" },
    ]);
  });

  test.each(["2026-12-15", "2026-02-30T00:00:00Z", "2026-12-15T00:00:00+01:00", "2026-12-15T00:00:00.5Z", "Christmas"])(
    "is refused with %s as its beginning",
    (from) => {
      expect(refused({ freeze: [{ name: "f", from, to: "2027-01-05T00:00:00Z" }] })).toMatchObject([
        {
          code: "wrong-format",
          path: "freeze[0].from",
          got: from,
          allowed: "a time in UTC such as 2026-12-15T00:00:00Z",
          fix: "write date and time in UTC, ending in Z",
        },
      ]);
    },
  );
});
