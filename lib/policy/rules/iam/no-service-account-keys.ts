import type { Rule } from "../../rule";

export const noServiceAccountKeys: Rule = {
  id: "iam.noServiceAccountKeys",
  title: "No keys of service accounts",
  severity: "critical",
  rationale: "A key is a password that does not expire, and Terraform keeps it in its state.",
  fix: "use the workload itself (principal://\u2026), an attached account, or identity federation",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.4" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  nonNegotiable: true,
  resourceTypes: ["google_service_account_key"],
  check: (_config, { type }) => ({
    status: "violation",
    findings: [{ path: "", found: type, expected: "no key" }],
  }),
};
