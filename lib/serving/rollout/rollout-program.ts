import type { AnalysisQueries } from "./analysis-queries";
import type { RolloutValues } from "../config/rollout-config";
import { readArguments } from "./rollout-arguments";
import { attemptShadow, attemptTraffic, goBack, persistent } from "./rollout-attempts";
import { failed } from "./rollout-failure";
import { logged } from "./rollout-log";
import { MEASURING, observation } from "./rollout-observation";
import { MAY_PASS, type TrafficSurface } from "./traffic";
import type { Steps, Subworkflow, WorkflowDefinition } from "./workflow-definition";

/** Why a rollout ended early, as its log and its error say. */
export type RolloutEnd =
  /** The surface does not offer both versions; nothing was touched. */
  | "not-ready"
  /** Another rollout is under way, or one was broken off; nothing was touched. */
  | "in-progress"
  /** `restart` and `finish` at once; nothing was touched. */
  | "contradictory"
  /** `finish` before the file gave the model the candidate's version; nothing was touched. */
  | "too-early"
  /** A rollout of a version that the file gives to the model itself already; nothing was touched. */
  | "handed-over"
  /** The model's own replicas are not ready to take the requests: nothing was touched, or they are back at the candidate. */
  | "unready"
  /** A check failed more often than is forgiven. */
  | "worse"
  /** Too few requests came within the patience of a step. */
  | "inconclusive"
  /** Queries failed several times in a row. */
  | "blind"
  /** Somebody else changed the traffic: it is left as it is. */
  | "moved"
  /** Anything else, e.g. a missing right. */
  | "error";

export interface RolloutProgramInput {
  /** Name of the model, for the log. */
  readonly model: string;
  readonly rollout: RolloutValues;
  readonly analysis: AnalysisQueries;
  readonly traffic: TrafficSurface;
  /** What is to be done after it has succeeded, as people are told. */
  readonly next: string;
}

/** The program of a model that has nothing to shift: it says why, and touches nothing. */
export function idleProgram(reason: "not-ready" | "handed-over", message: string): WorkflowDefinition {
  return { main: { steps: [{ refuse: { raise: { reason, message } } }] } };
}

/**
 * The program that takes a new version from none to all of the requests, or back. It reads what is, and changes only what is still as it was
 * read: that the new version has no requests is what lets a rollout start, so that two never run at once, and a second start does no harm.
 *
 * It ends with all requests on the new version. The plan of Terraform still calls it the candidate: naming its version the stable one in the
 * environment file hands over. Where the model's own replicas are others than the candidate's, `promotionProgram` then moves the requests to them.
 */
export function rolloutProgram(input: RolloutProgramInput): WorkflowDefinition {
  const { rollout, traffic } = input;
  const shadowed = rollout.shadow !== undefined && traffic.subworkflows.write_shadow !== undefined;
  return {
    main: main(input, shadowed),
    observe: observation(rollout, input.model),
    measure: MEASURING.measure(input.analysis),
    ask: MEASURING.ask(),
    set_traffic: persistent("attempt_traffic", ["from", "to"]),
    attempt_traffic: attemptTraffic,
    ...(shadowed ? { set_shadow: persistent("attempt_shadow", ["copied"]), attempt_shadow: attemptShadow } : {}),
    go_back: goBack({ to: 0, shadowed }),
    may_pass: MAY_PASS,
    ...traffic.subworkflows,
  };
}

function main({ model, rollout, next }: RolloutProgramInput, shadowed: boolean): Subworkflow {
  const observe = (percent: string | number): Steps => [
    {
      observe: {
        call: "observe",
        args: { percent, names: "${before.names}", failures: "${failures}" },
        result: "failures",
      },
    },
  ];
  const shadow: Steps = [
    { copy: { call: "set_shadow", args: { copied: true } } },
    {
      observe_copies: {
        call: "observe",
        args: { percent: 0, names: "${before.names}", failures: "${failures}" },
        result: "failures",
      },
    },
    { copy_no_more: { call: "set_shadow", args: { copied: false } } },
  ];
  return {
    params: ["args"],
    steps: [
      {
        plan: {
          assign: [{ percents: rollout.steps }, { weight: 0 }, { aim: 0 }, { failures: {} }],
        },
      },
      ...readArguments(),
      {
        not_yet: {
          switch: [
            {
              condition: "${finish}",
              steps: [
                {
                  too_early: {
                    raise: {
                      reason: "too-early",
                      message: `the file still gives the model another version than its candidate, and its own replicas would take the requests back to that: once the candidate has them all, ${next}`,
                    },
                  },
                },
              ],
            },
          ],
        },
      },
      { look: { call: "read_traffic", result: "before" } },
      {
        free: {
          switch: [
            { condition: "${before.weight == 0 and not before.shadowed}", next: "start" },
            { condition: "${restart}", next: "clear" },
          ],
        },
      },
      {
        refuse: {
          raise: {
            reason: "in-progress",
            message:
              '${"the new version has " + string(before.weight) + " % of the requests already: a rollout is under way, or was broken off; restart=true takes it back to none first"}',
          },
        },
      },
      { clear: { assign: [{ ours: [] }, { ours: "${list.concat(ours, before.weight)}" }] } },
      { clear_traffic: { call: "go_back", args: { ours: "${ours}" } } },
      { start: logged("NOTICE", model, { event: "started", steps: "${percents}" }) },
      {
        roll: {
          try: {
            steps: [
              ...(shadowed ? shadow : []),
              {
                each_step: {
                  for: {
                    value: "percent",
                    in: "${percents}",
                    steps: [
                      { aim_higher: { assign: [{ aim: "${percent}" }] } },
                      { shift: { call: "set_traffic", args: { from: "${weight}", to: "${percent}" } } },
                      { reached: { assign: [{ weight: "${percent}" }] } },
                      ...observe("${percent}"),
                    ],
                  },
                },
              },
              { aim_at_all: { assign: [{ aim: 100 }] } },
              { give_all: { call: "set_traffic", args: { from: "${weight}", to: 100 } } },
            ],
          },
          except: { as: "e", steps: failed(model, 0) },
        },
      },
      { done: logged("NOTICE", model, { event: "succeeded", next }) },
      { result: { return: { outcome: "succeeded", weight: 100, failures: "${failures}" } } },
    ],
  };
}
