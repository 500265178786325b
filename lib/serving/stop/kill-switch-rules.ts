import type { Failure } from "../../core";
import type { EdgeRule } from "../gateway/edge-rules";
import { PRIORITIES, placeOf } from "../gateway/edge-rules";
import { requestsTo } from "../gateway/edge-expressions";
import { EVERY_MODEL } from "./kill-switch-config";
import { routeAddress, type RoutedModel } from "../route/route-conflicts";

/**
 * What callers get at the edge. Cloud Armor denies with 403, 404 or 502 and no text of ours (google 6.50.0,
 * compute_region_security_policy_rule, action): 502 is the one that says that the server is at fault and not the caller.
 */
export const STOPPED_ACTION = "deny(502)";

/** Terraform id of the rule that stops everything. */
export const STOP_ALL = "stop-all";

/**
 * The stops of an environment: one for each model with a route, and one for all. They are always there and only logged, until a stop turns
 * `preview` off; so a stop changes one argument of one rule, which takes seconds, and what it will hit can be seen in the logs before.
 */
export function stopRules(
  models: readonly RoutedModel[],
  hosts: readonly string[],
  stopped: readonly string[],
): EdgeRule[] {
  const all = {
    id: STOP_ALL,
    priority: PRIORITIES.stopAll,
    description: "Stop of every model",
    action: STOPPED_ACTION,
    preview: !stopped.includes(EVERY_MODEL),
  };
  const single = models.flatMap((model): EdgeRule[] => {
    const address = routeAddress(model, hosts);
    if (address === undefined) return [];
    return [
      {
        id: `stop-${model.name}`,
        priority: placeOf(model.name, PRIORITIES.stops),
        description: `Stop of ${model.name}`,
        action: STOPPED_ACTION,
        // A stop of everything is one rule and not all of them: the plan stays readable, and so does what is lifted afterwards.
        preview: !stopped.includes(model.name),
        expression: requestsTo(address),
      },
    ];
  });
  return [all, ...single];
}

/** Two names on one place: Cloud Armor takes one rule each. */
export function placeFailures(models: readonly RoutedModel[]): Failure[] {
  const places = models.map(
    ({ name }) => [placeOf(name, PRIORITIES.stops), placeOf(name, PRIORITIES.prompts)] as const,
  );
  return models.flatMap((model, index): Failure[] => {
    const other = places.findIndex((place, i) => i < index && place.some((one, kind) => one === places[index]![kind]));
    if (other < 0) return [];
    return [
      {
        code: "same-priority",
        path: `models[${index}].name`,
        message: `makes a rule at the edge with the priority of that of ${models[other]!.name}: priorities follow from names`,
        got: model.name,
        fix: "rename one of the two",
      },
    ];
  });
}
