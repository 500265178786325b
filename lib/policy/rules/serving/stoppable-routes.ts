import { isLate } from "../../../core";
import type { RuleContext } from "../../rule";
import { valueAt } from "../../values";
import { at, wordsOf } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { onlyRedirects, routeRules, specOf } from "./routes";

const RULE_TYPES = ["google_compute_region_security_policy_rule", "google_compute_security_policy_rule"];

/** What rules that deny ask for, with the signs of regular expressions taken out; late where one of them is. */
function denied(context: RuleContext): unknown[] {
  return RULE_TYPES.flatMap((type) => context.resources(type))
    .filter(({ config }) => isLate(config["action"]) || String(config["action"]).startsWith("deny"))
    .map(({ config }) => {
      const expression = valueAt(config, "match.expr.expression");
      return typeof expression === "string" && !isLate(expression) ? expression.replace(/[\\[\]]/g, "") : expression;
    });
}

/** True for a stop of a path that this one lies below, and all that does with it. */
function stopsAbove(stop: string, prefix: string): boolean {
  const parts = prefix.split("/");
  return parts.some((_part, index) => index > 1 && stop.includes(`^${parts.slice(0, index).join("/")}(/|$)`));
}

export const stoppableRoutes = objectRule({
  id: "serving.stoppableRoutes",
  title: "A rule stands ready to stop each route",
  severity: "critical",
  rationale: "Who must stop a model has no time to write a rule and to find out what else it hits.",
  fix: "make a KillSwitch with the models of the gateway: a rule that denies the host and path of each, in preview until it is needed",
  controls: [
    { framework: "EU AI Act", id: "Art. 14" },
    { framework: "ISO 42001", id: "A.9.3" },
    { framework: "NIST AI RMF", id: "MANAGE 2.4" },
  ],
  kinds: ["HTTPRoute"],
  applies: (route) => routeRules(route)?.some((rule) => !onlyRedirects(rule)) ?? true,
  look: (route, sight, context) => {
    const stops = denied(context);
    const rules = routeRules(route);
    if (rules === undefined) sight.unknown ??= at(route, "spec");
    const hosts = wordsOf(specOf(route), "hostnames");
    for (const rule of (rules ?? []).filter((one) => !onlyRedirects(one))) {
      for (const prefix of rule.prefixes) {
        const wanted = [...hosts, ...(prefix === "/" ? [] : [prefix])];
        const isStop = (stop: unknown) =>
          typeof stop === "string" &&
          !isLate(stop) &&
          wanted.length > 0 &&
          wanted.every((part) => stop.includes(String(part)) || (part === prefix && stopsAbove(stop, String(part))));
        if (stops.some(isStop)) continue;
        const where = at(route, rule.path);
        if ([...wanted, ...stops].some(isLate)) sight.unknown ??= where;
        else
          sight.findings.push({
            path: where,
            found: prefix,
            expected: "a rule of Cloud Armor that denies its host and path, preview or not",
          });
      }
    }
  },
});
