import type { Rule } from "../../rule";
import { BINDING_TYPES, judgeMembers } from "./bindings";

export const directWorkloadIdentity: Rule = {
  id: "iam.directWorkloadIdentity",
  title: "Kubernetes workloads are named directly",
  severity: "medium",
  rationale:
    "The older form serviceAccount:POOL[ns/ksa] goes through a Google service account: one more identity, and a right to act as it.",
  fix: "bind principal://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/PROJECT.svc.id.goog/subject/ns/NS/sa/KSA on the resource itself",
  controls: [
    { framework: "CIS GKE 1.4", id: "5.2.2" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
  ],
  resourceTypes: [...BINDING_TYPES],
  check: (_config, resource, context) =>
    judgeMembers(resource, context, {
      expected: "principal://…/subject/ns/NAMESPACE/sa/ACCOUNT",
      refuses: (member) => /^serviceAccount:.*\[[^\]]+\/[^\]]+\]$/.test(member),
    }),
};
