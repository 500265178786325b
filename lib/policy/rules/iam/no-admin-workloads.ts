import type { Rule } from "../../rule";
import { NOT_APPLICABLE } from "../../values";
import { BINDING_TYPES, WIDE_BINDING_TYPES, judgeMembers, judgeRoles } from "./bindings";
import { isFederated } from "./project-roles";
const ADMIN = /^roles\/(\w+\.)+\w*[aA]dmin$/;

export const noAdminWorkloads: Rule = {
  id: "iam.noAdminWorkloads",
  title: "Workloads administer nothing",
  severity: "high",
  rationale:
    "A workload that is taken over hands on what it may do: an admin role deletes, and mostly gives rights away.",
  fix: "give the role of what the workload does: reader, writer, user",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.5" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  resourceTypes: [...BINDING_TYPES],
  check: (_config, resource, context) => {
    // On a whole project no role is given that is not on the list of iam.reviewedProjectRoles, which has no such role.
    if (WIDE_BINDING_TYPES.includes(resource.type)) return NOT_APPLICABLE;
    const admin = judgeRoles(resource, context, { expected: "no admin role", refuses: (role) => ADMIN.test(role) });
    if (admin.status !== "violation") return admin;
    return judgeMembers(resource, context, {
      expected: `a narrower role than ${admin.findings.map(({ found }) => String(found)).join(", ")}`,
      refuses: (member) =>
        member.startsWith("serviceAccount:") || (/^principal(Set)?:/.test(member) && !isFederated(member)),
    });
  },
};
