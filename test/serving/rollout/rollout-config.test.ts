import { parseValue, type Failure } from "../../../lib/core";
import {
  rolloutFailures,
  rolloutSchema,
  surfaceFailures,
  type RolloutConfig,
  type RolloutValues,
} from "../../../lib/serving";

function failuresOf(rollout: object): Failure[] {
  const { value, failures } = parseValue(rolloutSchema, rollout, "refuse");
  return failures.length > 0 ? failures : rolloutFailures(value as RolloutValues);
}

const accepted: RolloutConfig[] = [
  {},
  { steps: [5, 10, 50] },
  { steps: [1] },
  { steps: [10, 99] },
  { stepMinutes: 30, maxStepMinutes: 30 },
  { rollback: true },
  { shadow: 20 },
];

test.each(accepted)("%j is a rollout", (rollout) => {
  expect(failuresOf(rollout)).toEqual([]);
});

test("by default it goes over 5, 10 and 50 per cent, ten minutes each", () => {
  expect(rolloutSchema.parse({})).toMatchObject({
    steps: [5, 10, 50],
    stepMinutes: 10,
    minRequests: 100,
    failureLimit: 1,
    rollback: true,
    checks: { errors: { timesStable: 1.5, acceptedRatio: 0.01 }, latency: { timesStable: 1.3 } },
  });
});

describe("is refused, with the way out", () => {
  test.each<[string, object, Partial<Failure>]>([
    [
      "a canary that skips the small step",
      { steps: [25, 50] },
      {
        code: "first-step-too-large",
        path: "rollout.steps[0]",
        message: "sends 25 % of the requests to a version that nothing is known of yet",
        allowed: "at most 10",
        fix: "start with a small step: [5, 25, 50]",
      },
    ],
    [
      "a step twice",
      { steps: [5, 5, 50] },
      {
        code: "steps-not-rising",
        path: "rollout.steps[1]",
        message: "repeats the step before it",
        fix: "leave it out; stepMinutes makes steps longer",
      },
    ],
    [
      "a step back",
      { steps: [5, 50, 20] },
      { code: "steps-not-rising", path: "rollout.steps[2]", message: "goes back from 50 %", allowed: "more than 50" },
    ],
    [
      "a wait that ends before its step",
      { stepMinutes: 30, maxStepMinutes: 20 },
      { code: "out-of-range", path: "rollout.maxStepMinutes", allowed: "at least stepMinutes (30)" },
    ],
    [
      "a wait so long that measurements leave gaps",
      { stepMinutes: 10, maxStepMinutes: 601 },
      { code: "out-of-range", path: "rollout.maxStepMinutes", fix: "raise stepMinutes: requests are counted over it" },
    ],
  ])("%s", (_what, rollout, failure) => {
    expect(failuresOf(rollout)).toEqual([expect.objectContaining(failure)]);
  });

  test.each<[string, object, Partial<Failure>]>([
    [
      "all requests as a step",
      { steps: [5, 100] },
      { path: "steps[1]", fix: "leave 0 and 100 out: every rollout starts from none and ends with all" },
    ],
    ["none as a step", { steps: [0, 5] }, { path: "steps[0]", allowed: "whole numbers from 1 to 99" }],
    ["no step at all", { steps: [] }, { path: "steps" }],
    [
      "no rollback",
      { rollback: false },
      { path: "rollback", fix: "leave it out: rollback is automated and cannot be switched off" },
    ],
    ["a misspelt check", { checks: { error: {} } }, { code: "unknown-key", fix: 'did you mean "errors"?' }],
    ["steps that only Terraform knows", { steps: "${var.steps}" }, { path: "steps", code: "expression-in-file" }],
  ])("%s", (_what, rollout, failure) => {
    expect(failuresOf(rollout)).toEqual([expect.objectContaining(failure)]);
  });

  test("several at once", () => {
    const failures = failuresOf({ steps: [20, 20], stepMinutes: 30, maxStepMinutes: 20 });
    expect(failures.map(({ code }) => code)).toEqual(["first-step-too-large", "steps-not-rising", "out-of-range"]);
  });
});

describe("copies of requests", () => {
  const shadowed = rolloutSchema.parse({ shadow: 10 });
  test("go to a candidate behind a route", () => {
    expect(surfaceFailures(shadowed, "route-weights")).toEqual([]);
  });

  test.each(["argo-rollouts", "cloud-run", "vertex"] as const)("are refused on %s, with the reason", (surface) => {
    expect(surfaceFailures(shadowed, surface)).toMatchObject([{ code: "no-shadow", path: "rollout.shadow" }]);
    expect(surfaceFailures(rolloutSchema.parse({}), surface)).toEqual([]);
  });
});
