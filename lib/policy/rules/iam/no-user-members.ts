import type { Rule } from "../../rule";
import { BINDING_TYPES, judgeMembers } from "./bindings";

export const noUserMembers: Rule = {
  id: "iam.noUserMembers",
  title: "People get rights through groups",
  severity: "medium",
  rationale:
    "A right of one person outlives the job it was given for; groups are joined and left in one place, with a review.",
  fix: "give the right to a group (group:\u2026) and put the person in it",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.1" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: [...BINDING_TYPES],
  check: (_config, resource, context) =>
    judgeMembers(resource, context, {
      expected: "group:…, or a workload or service account",
      refuses: (member) => /^(deleted:)?user:/.test(member),
    }),
};
