import type { Rule } from "../../rule";
import { judgeValues } from "../../values";

export const noAuditExemptions: Rule = {
  id: "ai-governance.noAuditExemptions",
  title: "Nobody is exempt from audit logs",
  severity: "high",
  rationale: "Who is exempt leaves no trace.",
  fix: "remove exempted_members",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "2.1" },
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "ISO 42001", id: "A.6.2.8" },
  ],
  resourceTypes: ["google_*_iam_audit_config"],
  check: (config) =>
    judgeValues(config, {
      "audit_log_config.exempted_members": {
        expected: "nobody",
        holds: (members) => members === undefined || (Array.isArray(members) && members.length === 0),
      },
    }),
};
