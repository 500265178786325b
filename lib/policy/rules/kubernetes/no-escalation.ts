import { objectRule } from "./object-rule";
import { at, itemsOf, wordsOf } from "./objects";

/** Verbs by which a holder gets more than it was given (Kubernetes docs, "Role Based Access Control Good Practices"). */
const VERBS = ["escalate", "bind", "impersonate"];

/** Resources that lead round the API server's own checks, whatever the verb (same page). */
const RESOURCES = ["serviceaccounts/token", "nodes/proxy", "certificatesigningrequests/approval"];

export const noEscalation = objectRule({
  id: "kubernetes.noEscalation",
  title: "No role lets its holder get more",
  severity: "critical",
  rationale: "Whoever may bind roles, become others or make their tokens has every right in the cluster already.",
  fix: "leave the verb or the resource out: roles and bindings are made by Terraform",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.1.1" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
  ],
  kinds: ["Role", "ClusterRole"],
  look: (role, sight) => {
    for (const [index, rule] of itemsOf(role.block, "rules", "rule").entries()) {
      for (const verb of wordsOf(rule, "verbs")) {
        const path = at(role, `rules[${index}].verbs`);
        sight.refuse(path, verb, `none of ${VERBS.join(", ")}`, (it) => VERBS.includes(String(it)));
      }
      for (const resource of wordsOf(rule, "resources")) {
        const path = at(role, `rules[${index}].resources`);
        sight.refuse(path, resource, `none of ${RESOURCES.join(", ")}`, (it) => RESOURCES.includes(String(it)));
      }
    }
  },
});
