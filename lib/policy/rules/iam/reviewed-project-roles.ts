import type { Rule } from "../../rule";
import { WIDE_BINDING_TYPES, judgeRoles, membersOf } from "./bindings";
import { BASIC_ROLES } from "./no-basic-roles";
import { isImpersonation } from "./no-wide-impersonation";
import { DEPLOYER_ROLES, GROUP_ROLES, PROJECT_ROLES, isFederated } from "./project-roles";

/** Roles that are refused wherever they would be reviewed. */
function hasOwnRule(role: string): boolean {
  return BASIC_ROLES.has(role) || isImpersonation(role) || role.includes("*");
}

export const reviewedProjectRoles: Rule = {
  id: "iam.reviewedProjectRoles",
  title: "Rights on a whole project are from a short list",
  severity: "high",
  rationale: "A role on a project holds for all that is in it, now and later. Few roles have no narrower place.",
  fix: "bind the role on the resource itself (bucket, dataset, secret, \u2026). Where there is none, give it by Grant.broad with a reason",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.5" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: WIDE_BINDING_TYPES,
  check: (_config, resource, context) => {
    const isOnProject = resource.type.startsWith("google_project_");
    const members = membersOf(resource, context).map(({ member }) => member);
    const allowed = {
      ...PROJECT_ROLES,
      ...(members.every(isFederated) ? DEPLOYER_ROLES : {}),
      ...(members.every((member) => member.startsWith("group:")) ? GROUP_ROLES : {}),
    };
    return judgeRoles(resource, context, {
      expected: isOnProject
        ? "a role of the reviewed list, or a custom role of this program"
        : "no right above projects",
      refuses: (role) => !hasOwnRule(role) && (!isOnProject || !(role in allowed || role.includes("${"))),
      accepts: (role) => role.startsWith("${google_project_iam_custom_role."),
    });
  },
};
