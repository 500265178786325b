import type { Rule } from "../../rule";

export const noAuthoritativeBindings: Rule = {
  id: "iam.noAuthoritativeBindings",
  title: "Rights are given one member at a time",
  severity: "high",
  rationale:
    "An authoritative binding or policy takes away every right that was given elsewhere, without showing it in its plan.",
  fix: "write one *_iam_member per member and role",
  controls: [
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "ISO 42001", id: "A.3.2" },
  ],
  nonNegotiable: true,
  resourceTypes: ["google_*_iam_binding", "google_*_iam_policy"],
  check: (_config, { type }) => ({
    status: "violation",
    findings: [{ path: "", found: type, expected: type.replace(/_(binding|policy)$/, "_member") }],
  }),
};
