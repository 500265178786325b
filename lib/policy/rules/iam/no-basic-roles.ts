import type { Rule } from "../../rule";
import { BINDING_TYPES, judgeMembers, judgeRoles } from "./bindings";
// The second three are their successors (IAM docs, "Basic roles").
export const BASIC_ROLES: ReadonlySet<string> = new Set(
  ["owner", "editor", "viewer", "admin", "writer", "reader"].map((role) => `roles/${role}`),
);

export const noBasicRoles: Rule = {
  id: "iam.noBasicRoles",
  title: "No basic roles",
  severity: "critical",
  rationale:
    "Owner, editor and viewer reach every service of a project, secrets and data included, and take no conditions.",
  fix: "give the narrowest predefined role on the one resource that is used",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.5" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  nonNegotiable: true,
  resourceTypes: [...BINDING_TYPES, "google_privileged_access_manager_entitlement"],
  check: (_config, resource, context) => {
    const roles = judgeRoles(resource, context, {
      expected: "a predefined role of one service",
      refuses: (role) => BASIC_ROLES.has(role),
    });
    const members = judgeMembers(resource, context, {
      expected: "a group, a service account or a workload",
      refuses: (member) => /^project(Owner|Editor|Viewer):/.test(member),
    });
    return members.status === "violation" ? members : roles;
  },
};
