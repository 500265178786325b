import type { Rule } from "../../rule";
import { WIDE_BINDING_TYPES, judgeRoles } from "./bindings";
/** Roles that let their holder act as a service account, or give itself the right to. */
export const IMPERSONATION_ROLES: ReadonlySet<string> = new Set(
  [
    "securityAdmin",
    "serviceAccountAdmin",
    "serviceAccountKeyAdmin",
    "serviceAccountOpenIdTokenCreator",
    "serviceAccountTokenCreator",
    "serviceAccountUser",
    "workloadIdentityUser",
  ].map((role) => `roles/iam.${role}`),
);

/** True for a role that is never given on a project or above. */
export function isImpersonation(role: string): boolean {
  return IMPERSONATION_ROLES.has(role) || /^roles\/[\w.]+\.serviceAgent$/.test(role);
}

export const noWideImpersonation: Rule = {
  id: "iam.noWideImpersonation",
  title: "Rights to act as service accounts are given on the account",
  severity: "critical",
  rationale: "On a project, such a right is the sum of all rights of all accounts in it, those made later included.",
  fix: "bind the role with google_service_account_iam_member on the one account",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.6" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: WIDE_BINDING_TYPES,
  check: (_config, resource, context) =>
    judgeRoles(resource, context, {
      expected: "this role on one service account, never above",
      refuses: isImpersonation,
    }),
};
