import { RETRY } from "./traffic";
import type { Subworkflow } from "./workflow-definition";

/** A subworkflow that is tried again until it holds. */
export function persistent(attempt: string, params: readonly string[]): Subworkflow {
  return {
    params,
    steps: [
      {
        attempt: {
          try: { call: attempt, args: Object.fromEntries(params.map((name) => [name, `\${${name}}`])) },
          retry: RETRY,
        },
      },
    ],
  };
}

const UNSETTLED = { code: 503, reason: "unsettled", message: "the surface has not taken over the change yet" };

export const attemptTraffic: Subworkflow = {
  params: ["from", "to"],
  steps: [
    { look: { call: "read_traffic", result: "now" } },
    {
      where: {
        switch: [
          { condition: "${now.weight == to and now.settled}", next: "held" },
          { condition: "${now.weight == to}", next: "unsettled" },
          { condition: "${now.weight == from}", next: "write" },
        ],
      },
    },
    {
      moved: {
        raise: {
          reason: "moved",
          message:
            '${"the new version has " + string(now.weight) + " % of the requests in place of " + string(from) + " %: somebody else changed them"}',
        },
      },
    },
    { write: { call: "write_traffic", args: { now: "${now}", to: "${to}" } } },
    { look_again: { call: "read_traffic", result: "after" } },
    { there: { switch: [{ condition: "${after.weight == to and after.settled}", next: "held" }] } },
    { unsettled: { raise: UNSETTLED } },
    { held: { return: "${to}" } },
  ],
};

export const attemptShadow: Subworkflow = {
  params: ["copied"],
  steps: [
    { look: { call: "read_traffic", result: "now" } },
    { already: { switch: [{ condition: "${now.shadowed == copied}", next: "held" }] } },
    { write: { call: "write_shadow", args: { now: "${now}", copied: "${copied}" } } },
    { look_again: { call: "read_traffic", result: "after" } },
    { there: { switch: [{ condition: "${after.shadowed == copied}", next: "held" }] } },
    { unsettled: { raise: UNSETTLED } },
    { held: { return: "${copied}" } },
  ],
};

/** Back to what the new version had at the beginning, from weights that are ours only. */
export function goBack({ to, shadowed }: { readonly to: 0 | 100; readonly shadowed: boolean }): Subworkflow {
  return {
    params: ["ours"],
    steps: [
      ...(shadowed ? [{ copy_no_more: { call: "set_shadow", args: { copied: false } } }] : []),
      { look: { call: "read_traffic", result: "now" } },
      {
        whose: {
          switch: [
            { condition: `\${now.weight == ${to} and now.settled}`, next: "back" },
            { condition: `\${now.weight == ${to} or now.weight in ours}`, next: "clear" },
          ],
        },
      },
      {
        foreign: {
          raise: {
            reason: "moved",
            message:
              '${"the new version has " + string(now.weight) + " % of the requests, which this rollout never gave it: left as it is"}',
          },
        },
      },
      { clear: { call: "set_traffic", args: { from: "${now.weight}", to } } },
      { back: { return: to } },
    ],
  };
}
