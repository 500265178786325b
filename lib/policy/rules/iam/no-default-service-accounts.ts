import type { Rule } from "../../rule";
import { BINDING_TYPES, isOfUnknownKind, judgeMembers } from "./bindings";
const DEFAULT_ACCOUNTS = [
  /-compute@developer\.gserviceaccount\.com$/,
  /@appspot\.gserviceaccount\.com$/,
  /@cloudbuild\.gserviceaccount\.com$/,
  /\$\{data\.google_(compute|app_engine)_default_service_account\./,
];

export const noDefaultServiceAccounts: Rule = {
  id: "iam.noDefaultServiceAccounts",
  title: "Default service accounts get no rights",
  severity: "high",
  rationale: "Whatever runs without an account of its own runs as the default one, and has what was given to it.",
  fix: "make a service account, or use the workload itself (principal://\u2026), and give it the right",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.5" },
    { framework: "CIS GCP 4.0.0", id: "4.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  resourceTypes: [...BINDING_TYPES],
  check: (_config, resource, context) =>
    judgeMembers(resource, context, {
      expected: "an account made for the workload",
      refuses: (member) => DEFAULT_ACCOUNTS.some((pattern) => pattern.test(member)),
      cannotTell: (member) =>
        (isOfUnknownKind(member) || /^serviceAccount:\$\{[^}]*\}$/.test(member)) && !member.includes("${data."),
    }),
};
