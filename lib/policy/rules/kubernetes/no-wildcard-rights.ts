import { objectRule } from "./object-rule";
import { at, itemsOf, wordsOf } from "./objects";

export const noWildcardRights = objectRule({
  id: "kubernetes.noWildcardRights",
  title: "Roles name what they give",
  severity: "high",
  rationale: "A wildcard gives secrets, shells and rights themselves, and every kind that an operator brings later.",
  fix: "list the API groups, resources and verbs that are used",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.1.3" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
  ],
  kinds: ["Role", "ClusterRole"],
  look: (role, sight) => {
    for (const [index, rule] of itemsOf(role.block, "rules", "rule").entries()) {
      for (const field of ["apiGroups", "resources", "verbs", "nonResourceURLs"]) {
        for (const word of wordsOf(rule, field)) {
          const path = at(role, `rules[${index}].${field}`);
          sight.refuse(path, word, "names, no wildcard", (it) => String(it).includes("*"));
        }
      }
    }
  },
});
