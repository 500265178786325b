import { at, itemsOf } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { blockOf, field } from "../workloads/pods";
import { routeRules } from "./routes";

const REGEX = "RegularExpression";

export const gkeRoutes = objectRule({
  id: "serving.gkeRoutes",
  title: "Routes ask for what GKE's gateways take",
  severity: "high",
  rationale:
    "GKE refuses routes with regular expressions or timeouts as a whole: the model is not reached, and nothing failed at apply.",
  fix: "match by PathPrefix or Exact, and set the time of a request with timeoutSec of a GCPBackendPolicy",
  controls: [{ framework: "ISO 42001", id: "A.6.2.5" }],
  kinds: ["HTTPRoute"],
  look: (route, sight) => {
    const rules = routeRules(route);
    if (rules === undefined) sight.unknown ??= at(route, "spec");
    for (const { path, block } of rules ?? []) {
      const timeouts = field(block, "timeouts");
      sight.refuse(at(route, `${path}.timeouts`), timeouts, "nothing: a GCPBackendPolicy has timeoutSec", () => true);
      itemsOf(block, "matches", "match").forEach((match, index) => {
        const here = `${path}.matches[${index}]`;
        const kinds = [
          { where: `${here}.path.type`, type: field(blockOf(match, "path"), "type") },
          ...["headers", "queryParams"].flatMap((name) =>
            itemsOf(match, name, name).map((one, i) => ({
              where: `${here}.${name}[${i}].type`,
              type: field(one, "type"),
            })),
          ),
        ];
        for (const { where, type } of kinds) {
          sight.refuse(at(route, where), type, "PathPrefix or Exact", (value) => value === REGEX);
        }
      });
    }
  },
});
