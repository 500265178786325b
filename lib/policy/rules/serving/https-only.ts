import { isLate } from "../../../core";
import type { RuleContext } from "../../rule";
import {
  at,
  itemsOf,
  nameOf,
  namespaceOf,
  objectsOfKind,
  somethingUnreadable,
  type SeenObject,
} from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { blockOf, field } from "../workloads/pods";
import { onlyRedirects, routeRules, specOf } from "./routes";

/** Routes that a listener takes by name. */
function routesOn(gateway: SeenObject, listener: unknown, context: RuleContext): SeenObject[] {
  return objectsOfKind("HTTPRoute", context).filter((route) =>
    itemsOf(specOf(route), "parentRefs", "parent_ref").some(
      (parent) =>
        field(parent, "name") === nameOf(gateway) &&
        (field(parent, "namespace") ?? namespaceOf(route)) === namespaceOf(gateway) &&
        field(parent, "sectionName") === listener,
    ),
  );
}

function redirectsAll(routes: readonly SeenObject[]): boolean {
  return routes.length > 0 && routes.every((route) => routeRules(route)?.every(onlyRedirects) ?? false);
}

export const httpsOnly = objectRule({
  id: "serving.httpsOnly",
  title: "Gateways answer over HTTPS; HTTP leads there and no further",
  severity: "critical",
  rationale: "Prompts, answers and tokens of callers would cross networks in plain text.",
  fix: "give the listener protocol HTTPS and a certificate; keep HTTP for a route of the gateway's own that redirects",
  controls: [
    { framework: "ISO 42001", id: "A.8.3" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  kinds: ["Gateway"],
  look: (gateway, sight, context) => {
    const spec = specOf(gateway);
    if (isLate(field(gateway.block, "spec")) || isLate(field(spec, "listeners"))) {
      sight.unknown ??= at(gateway, "spec.listeners");
      return;
    }
    itemsOf(spec, "listeners", "listener").forEach((listener, index) => {
      const path = at(gateway, `spec.listeners[${index}]`);
      const protocol = field(listener, "protocol");
      if (protocol !== "HTTP") {
        sight.demand(`${path}.protocol`, protocol, "HTTPS", (value) => value === "HTTPS", false);
        return;
      }
      const from = field(blockOf(blockOf(listener, "allowedRoutes"), "namespaces"), "from") ?? "Same";
      sight.demand(`${path}.allowedRoutes.namespaces.from`, from, "Same", (value) => value === "Same", false);
      if (redirectsAll(routesOn(gateway, field(listener, "name"), context))) return;
      if (somethingUnreadable(context)) sight.unknown ??= path;
      else
        sight.findings.push({
          path: `${path}.protocol`,
          found: "HTTP",
          expected: "HTTPS, or routes that only redirect",
        });
    });
  },
});
