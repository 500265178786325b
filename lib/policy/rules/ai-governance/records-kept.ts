import { presenceRule } from "./systems";

export const recordsKept = presenceRule({
  id: "ai-governance.recordsKept",
  title: "Records are kept in a log bucket of the project's own",
  severity: "high",
  rationale:
    "Logs of a high-risk system are kept for at least six months, which the default log bucket does not promise; its own can be locked.",
  fix: "add google_logging_project_bucket_config with retention_days of at least 184 (400 recommended) and locked = true, and a sink to it",
  controls: [
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "EU AI Act", id: "Art. 19" },
    { framework: "EU AI Act", id: "Art. 26" },
    { framework: "ISO 42001", id: "A.6.2.8" },
  ],
  tiers: ["high"],
  expected: "a log bucket of its own",
  types: ["google_logging_project_bucket_config"],
  // How long it keeps them, and its lock, are judged there: data-protection.logRetention.
  judge: () => ({ status: "compliant" }),
});
