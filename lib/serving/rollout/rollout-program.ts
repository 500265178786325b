import type { AnalysisQueries } from "./analysis-queries";
import type { RolloutValues } from "./rollout-config";
import { attemptShadow, attemptTraffic, goBack, persistent } from "./rollout-attempts";
import { MEASURING, observation } from "./rollout-observation";
import { MAY_PASS, notReady, type TrafficSurface } from "./traffic";
import type { Steps, Subworkflow, WorkflowDefinition } from "./workflow-definition";

/** Why a rollout ended early, as its log and its error say. */
export type RolloutEnd =
  /** The surface does not offer both versions; nothing was touched. */
  | "not-ready"
  /** Another rollout is under way, or one was broken off; nothing was touched. */
  | "in-progress"
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
}

/** The program of a model without a version under test: it says so, and touches nothing. */
export function idleProgram(model: string): WorkflowDefinition {
  const message = `${model} has no candidate: name one in its candidate, apply, and start again`;
  return { main: { steps: [{ refuse: { raise: notReady(message) } }] } };
}

/**
 * The program that takes a new version from none to all of the requests, or back. It reads what is, and changes only what is still as it was
 * read: that the new version has no requests is what lets a rollout start, so that two never run at once, and a second start does no harm.
 *
 * It ends with all requests on the new version. The plan of Terraform still calls it the candidate: naming its version the stable one in the
 * environment file, and after that was applied removing the candidate, hands over without a request on old pods.
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
    go_back: goBack(shadowed),
    may_pass: MAY_PASS,
    ...traffic.subworkflows,
  };
}

function main({ model, rollout }: RolloutProgramInput, shadowed: boolean): Subworkflow {
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
          assign: [{ percents: rollout.steps }, { weight: 0 }, { aim: 0 }, { failures: {} }, { restart: false }],
        },
      },
      {
        with_arguments: {
          switch: [
            {
              condition: "${args != null}",
              steps: [{ read: { assign: [{ restart: '${default(map.get(args, "restart"), false)}' }] } }],
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
          except: { as: "e", steps: failed(model) },
        },
      },
      {
        done: logged("NOTICE", model, {
          event: "succeeded",
          next: "name the candidate's version the stable one, apply, then remove the candidate",
        }),
      },
      { result: { return: { outcome: "succeeded", weight: 100, failures: "${failures}" } } },
    ],
  };
}

function failed(model: string): Steps {
  return [
    {
      why: {
        assign: [
          { reason: '${default(map.get(e, "reason"), "error")}' },
          { message: '${default(map.get(e, "message"), "unexpected error")}' },
          { left: 0 },
          { ours: [] },
          { ours: "${list.concat(list.concat(ours, weight), aim)}" },
        ],
      },
    },
    {
      whose: {
        switch: [
          { condition: '${reason == "moved"}', steps: [{ untouched: { assign: [{ left: "unchanged" }] } }] },
          {
            condition: "${true}",
            steps: [
              {
                back: {
                  try: { call: "go_back", args: { ours: "${ours}" } },
                  except: {
                    as: "f",
                    steps: [
                      {
                        how: {
                          switch: [
                            {
                              // Stopped meanwhile: no route leads to the new version, and what Terraform writes next starts from none.
                              condition: '${default(map.get(f, "reason"), "") == "not-ready"}',
                              steps: [{ gone: { assign: [{ left: "not routed" }] } }],
                            },
                            {
                              condition: "${true}",
                              steps: [
                                {
                                  cry: logged("CRITICAL", model, {
                                    event: "rollback-failed",
                                    reason: "${reason}",
                                    message: "${message}",
                                    error: "${f}",
                                  }),
                                },
                                {
                                  stuck: {
                                    raise: {
                                      reason: "rollback-failed",
                                      message: "${message}",
                                      first: "${reason}",
                                      error: "${f}",
                                    },
                                  },
                                },
                              ],
                            },
                          ],
                        },
                      },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    },
    {
      report: logged("ERROR", model, {
        event: "rolled-back",
        reason: "${reason}",
        message: "${message}",
        reached: "${aim}",
        weight: "${left}",
        error: "${e}",
      }),
    },
    { fail: { raise: { reason: "${reason}", message: "${message}", weight: "${left}", error: "${e}" } } },
  ];
}

/** A structured entry of the log, which alerts and people look for by `rollout`. */
export function logged(severity: string, model: string, entry: Readonly<Record<string, string>>) {
  return { call: "sys.log", args: { severity, json: { rollout: model, ...entry } } };
}
