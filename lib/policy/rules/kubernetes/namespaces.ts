import { isLate } from "../../../core";
import type { RuleContext } from "../../rule";
import type { Sight } from "../workloads/workload-rule";
import { at, nameOf, namespaceOf, objectsOfKind, somethingUnreadable, type SeenObject } from "./objects";

/** The chart of ours that renders objects from values, which rules read; what another chart makes is not seen. */
const OWN_CHART = /(^|\/)objects-chart$/;

/** False for a namespace that someone else's chart is installed in: what that opens and asks for, its chart says. */
export function isForWorkloads(namespace: SeenObject, context: RuleContext): boolean {
  const name = nameOf(namespace);
  return !context
    .resources("helm_release")
    .some(({ config }) => config["namespace"] === name && !OWN_CHART.test(String(config["chart"])));
}

/** Asks for an object of a kind in a namespace. */
export function demandInside(
  namespace: SeenObject,
  wanted: {
    readonly kind: string;
    readonly expected: string;
    readonly is: (object: SeenObject) => boolean | "unknown";
  },
  sight: Sight,
  context: RuleContext,
): void {
  const name = nameOf(namespace);
  const candidates = objectsOfKind(wanted.kind, context).filter((object) => {
    const inside = namespaceOf(object);
    return inside === name || isLate(inside);
  });
  const answers = candidates.map((object) => {
    const answer = wanted.is(object);
    return answer === true && isLate(namespaceOf(object)) && namespaceOf(object) !== name ? "unknown" : answer;
  });
  if (answers.includes(true)) return;
  if (answers.includes("unknown") || isLate(name) || somethingUnreadable(context))
    sight.unknown ??= at(namespace, "metadata.name");
  // Of what is not there, there is no attribute.
  else sight.findings.push({ path: namespace.path, found: name, expected: wanted.expected });
}
