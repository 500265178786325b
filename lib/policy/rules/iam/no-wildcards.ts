import type { Rule } from "../../rule";
import { BINDING_TYPES, judgeMembers, judgeRoles } from "./bindings";

export const noWildcards: Rule = {
  id: "iam.noWildcards",
  title: "No right for whoever matches",
  severity: "high",
  rationale:
    "A wildcard gives a right to identities that nobody has looked at: every account of a domain, every workload of an identity pool.",
  fix: "name the principal: principal://\u2026 of one subject, or a group whose members are reviewed",
  controls: [
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: [...BINDING_TYPES],
  check: (_config, resource, context) => {
    const roles = judgeRoles(resource, context, { expected: "one role", refuses: (role) => role.includes("*") });
    const members = judgeMembers(resource, context, {
      expected: "one principal or a group",
      refuses: (member) => member.includes("*") || member.startsWith("domain:"),
    });
    return roles.status === "violation" ? roles : members;
  },
};
