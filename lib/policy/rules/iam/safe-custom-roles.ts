import type { Rule } from "../../rule";
import { isLate } from "../../../core";
import { verdict } from "../../values";
/** Permissions that lead to further rights. */
export const ESCALATING: readonly RegExp[] = [
  /\*/,
  /\.setIamPolicy$/,
  /^iam\.serviceAccounts\.(actAs|getAccessToken|getOpenIdToken|implicitDelegation|signBlob|signJwt)$/,
  /^iam\.serviceAccountKeys\.(create|upload)$/,
  /^iam\.roles\.(create|update)$/,
  /^iam\.denypolicies\.(update|delete)$/,
  /^iam\.workloadIdentityPoolProviders\.(create|update)$/,
  /^orgpolicy\.policy\.set$/,
  /^privilegedaccessmanager\.entitlements\.(create|update|setIamPolicy)$/,
];

export const safeCustomRoles: Rule = {
  id: "iam.safeCustomRoles",
  title: "Custom roles cannot grow",
  severity: "critical",
  rationale: "Who may act as others, sign for them or change policies has every right that can be given.",
  fix: "list the permissions of the task alone",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.6" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: ["google_project_iam_custom_role", "google_organization_iam_custom_role"],
  check: ({ permissions }) => {
    const listed = [permissions].flat().filter((permission): permission is string => typeof permission === "string");
    const escalating = listed.filter((permission) => ESCALATING.some((pattern) => pattern.test(permission)));
    return verdict(
      escalating.map((found) => ({ path: "permissions", found, expected: "no permission that gives further rights" })),
      listed.some(isLate) ? "permissions" : undefined,
    );
  },
};
