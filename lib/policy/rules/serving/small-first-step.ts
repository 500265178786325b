import { isLate, type Block } from "../../../core";
import { at, itemsOf, type SeenObject } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { blockOf, field } from "../workloads/pods";
import type { Sight } from "../workloads/workload-rule";
import { routeRules, specOf } from "./routes";

const MOST_PERCENT = 10;

function lookAtRoute(route: SeenObject, sight: Sight): void {
  const rules = routeRules(route);
  if (rules === undefined) sight.unknown ??= at(route, "spec");
  for (const { path, backends } of rules ?? []) {
    const given = backends.map(({ weight }) => weight);
    if (given.some(isLate)) {
      sight.unknown ??= at(route, path);
      continue;
    }
    const weights = given.map(Number);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const others = all - Math.max(0, ...weights);
    const percent = Math.round((others / all) * 100);
    if (all > 0 && percent > MOST_PERCENT) {
      sight.findings.push({
        path: at(route, `${path}.backendRefs`),
        found: given,
        expected: `at most ${MOST_PERCENT} % for all but the stable version`,
      });
    }
  }
}

function lookAtRollout(rollout: SeenObject, sight: Sight): void {
  const canary: Block | undefined = blockOf(blockOf(specOf(rollout), "strategy"), "canary");
  if (canary === undefined) return;
  const where = at(rollout, "spec.strategy.canary.steps");
  const steps = field(canary, "steps");
  const first = isLate(steps)
    ? steps
    : itemsOf(canary, "steps", "step")
        .map((step) => field(step, "setWeight"))
        .find((weight) => weight !== undefined);
  const expected = `a first setWeight of at most ${MOST_PERCENT}`;
  sight.demand(where, first, expected, (weight) => weight !== undefined && Number(weight) <= MOST_PERCENT, false);
}

export const smallFirstStep = objectRule({
  id: "serving.smallFirstStep",
  title: "A new version starts with few requests",
  severity: "high",
  rationale: "Nothing is known of a version that has answered nobody: what it does wrong, it does to few.",
  fix: "start with a weight of at most 10 %, and raise it once the checks hold",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "NIST AI RMF", id: "MANAGE 4.1" },
    { framework: "ISO 42001", id: "A.6.2.5" },
  ],
  kinds: ["HTTPRoute", "Rollout"],
  look: (object, sight) => (object.kind === "Rollout" ? lookAtRollout(object, sight) : lookAtRoute(object, sight)),
});
