import { readArguments } from "./rollout-arguments";
import { attemptTraffic, goBack, persistent } from "./rollout-attempts";
import { patienceMinutes, type RolloutValues } from "../config/rollout-config";
import { failed } from "./rollout-failure";
import { logged } from "./rollout-log";
import { MAY_PASS, type TrafficSurface } from "./traffic";
import { AWAIT_REPLICAS, readReplicas, type OwnReplicas } from "./traffic-replicas";
import type { Steps, Subworkflow, WorkflowDefinition } from "./workflow-definition";

export interface PromotionProgramInput {
  /** Name of the model, for the log. */
  readonly model: string;
  readonly rollout: RolloutValues;
  readonly traffic: TrafficSurface;
  readonly replicas: OwnReplicas;
}

/**
 * The program of a model whose file names the candidate's version as its own: it moves the requests from the candidate to the model's own
 * replicas, after which the candidate can be removed while nobody asks it. Removing it with its requests would take its endpoint picker and pods
 * away before the load balancer knows another way.
 *
 * Both run the same, so that nothing is compared. It goes by the steps of the rollout all the same: replicas that had no requests are as few as
 * autoscaling leaves, and those that are added take minutes to start. Before each step all that are wanted must be ready. It begins where the
 * rollout has left the requests, all at the candidate, and nowhere else: two never run at once.
 */
export function promotionProgram(input: PromotionProgramInput): WorkflowDefinition {
  return {
    main: main(input),
    set_traffic: persistent("attempt_traffic", ["from", "to"]),
    attempt_traffic: attemptTraffic,
    go_back: goBack({ to: 100, shadowed: false }),
    read_replicas: readReplicas(input.replicas),
    await_replicas: AWAIT_REPLICAS,
    may_pass: MAY_PASS,
    ...input.traffic.subworkflows,
  };
}

function main({ model, rollout, replicas: { version } }: PromotionProgramInput): Subworkflow {
  return {
    params: ["args"],
    steps: [
      { plan: { assign: [{ shares: [...rollout.steps, 100] }] } },
      ...readArguments(),
      { asked: { switch: [{ condition: "${finish or restart}", next: "look" }] } },
      {
        handed_over: {
          raise: {
            reason: "handed-over",
            message: `model and candidate are both ${version}, so there is nothing to roll out; finish=true moves the requests to the model's own replicas`,
          },
        },
      },
      { look: { call: "read_traffic", result: "before" } },
      {
        where: {
          switch: [
            { condition: "${before.weight == 0}", next: "already" },
            { condition: "${before.weight == 100 or restart}", next: "first" },
          ],
        },
      },
      {
        refuse: {
          raise: {
            reason: "in-progress",
            message:
              '${"the candidate has " + string(before.weight) + " % of the requests, neither all nor none: a rollout or a promotion is under way, or was broken off; restart=true goes on from there"}',
          },
        },
      },
      { first: { assign: [{ weight: "${before.weight}" }, { aim: "${before.weight}" }] } },
      { replicas: { call: "await_replicas", args: { seconds: 0 } } },
      { start: logged("NOTICE", model, { event: "promotion-started", steps: "${shares}" }) },
      {
        move: {
          try: { steps: [{ each_share: { for: { value: "share", in: "${shares}", steps: step(rollout) } } }] },
          except: { as: "e", steps: failed(model, 100) },
        },
      },
      { already: logged("NOTICE", model, { event: "promoted", next: "remove the candidate, and apply" }) },
      { result: { return: { outcome: "promoted", weight: 0 } } },
    ],
  };
}

/** One step down for the candidate; a promotion that is taken up again has some behind it. */
function step(rollout: RolloutValues): Steps {
  const { stepMinutes } = rollout;
  const patienceSeconds = (patienceMinutes(rollout) - stepMinutes) * 60;
  return [
    {
      down: {
        switch: [
          {
            condition: "${100 - share < weight}",
            steps: [
              { aim_lower: { assign: [{ aim: "${100 - share}" }] } },
              { shift: { call: "set_traffic", args: { from: "${weight}", to: "${aim}" } } },
              { reached: { assign: [{ weight: "${aim}" }] } },
            ],
          },
          { condition: "${true}", next: "passed" },
        ],
      },
    },
    { last: { switch: [{ condition: "${weight == 0}", next: "passed" }] } },
    { wait: { call: "sys.sleep", args: { seconds: stepMinutes * 60 } } },
    { grown: { call: "await_replicas", args: { seconds: patienceSeconds } } },
    { passed: { assign: [{ done: "${share}" }] } },
  ];
}
