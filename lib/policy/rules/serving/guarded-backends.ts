import { isLate } from "../../../core";
import { same } from "../../values";
import { at, namespaceOf, objectsOfKind, somethingUnreadable } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { blockOf, field } from "../workloads/pods";
import { routeRules, specOf } from "./routes";

const POLICY = "GCPBackendPolicy";

export const guardedBackends = objectRule({
  id: "serving.guardedBackends",
  title: "What a route leads to is guarded and logged",
  severity: "high",
  rationale:
    "Without a Cloud Armor policy nothing limits callers, refuses attacks or stops a model; without logs nobody sees who called.",
  fix: "give each backend a GCPBackendPolicy with default.securityPolicy and default.logging.enabled",
  controls: [
    { framework: "ISO 42001", id: "A.6.2.8" },
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  kinds: [POLICY, "HTTPRoute"],
  look: (object, sight, context) => {
    if (object.kind === POLICY) {
      const settings = blockOf(specOf(object), "default");
      const isName = (value: unknown) => typeof value === "string" && value !== "";
      const policy = field(settings, "securityPolicy");
      // A reference to a policy of the program is as good as its name.
      if (!isLate(policy) || isLate(field(object.block, "spec"))) {
        sight.demand(at(object, "spec.default.securityPolicy"), policy, "the name of a policy", isName, false);
      }
      const logged = field(blockOf(settings, "logging"), "enabled");
      sight.demand(at(object, "spec.default.logging.enabled"), logged, "true", (value) => same(value, true), false);
      return;
    }
    const targets = objectsOfKind(POLICY, context).map((policy) => {
      const target = blockOf(specOf(policy), "targetRef");
      return [field(target, "kind"), field(target, "name"), namespaceOf(policy)].join(" ");
    });
    const rules = routeRules(object);
    if (rules === undefined) sight.unknown ??= at(object, "spec");
    for (const { path, backends } of rules ?? []) {
      backends.forEach(({ kind, name, namespace }, index) => {
        if (targets.includes([kind, name, namespace].join(" "))) return;
        const where = at(object, `${path}.backendRefs[${index}]`);
        if ([kind, name, namespace].some(isLate) || somethingUnreadable(context)) sight.unknown ??= where;
        else
          sight.findings.push({
            path: where,
            found: name,
            expected: `a ${POLICY} whose targetRef is this ${String(kind)}`,
          });
      });
    }
  },
});
