import { containsLate, type Block } from "../../../core";
import type { Verdict } from "../../rule";
import { blocksAt, NOT_APPLICABLE } from "../../values";
import { presenceRule } from "./systems";
const LOG_TYPES = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"];

function isComplete(config: Block): Verdict {
  const logs = blocksAt(config, "audit_log_config");
  if (config["service"] !== "allServices") return NOT_APPLICABLE;
  if (containsLate(config["audit_log_config"]) || config["dynamic"] !== undefined)
    return { status: "unknown", path: "audit_log_config" };
  // Who is exempt from them is judged there: ai-governance.noAuditExemptions.
  const complete = LOG_TYPES.every((type) => logs.some(({ log_type: recorded }) => recorded === type));
  return complete ? { status: "compliant" } : NOT_APPLICABLE;
}

export const accessAudited = presenceRule({
  id: "ai-governance.accessAudited",
  title: "Every access is recorded",
  severity: "high",
  rationale: "Without data access logs nobody can tell later who read a model, its data or its answers.",
  fix: "add google_project_iam_audit_config for allServices with ADMIN_READ, DATA_READ and DATA_WRITE",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "2.1" },
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "ISO 42001", id: "A.6.2.8" },
    { framework: "NIST AI RMF", id: "MEASURE 2.8" },
  ],
  tiers: ["limited", "high"],
  expected: "google_project_iam_audit_config of allServices with all three log types",
  types: ["google_project_iam_audit_config", "google_folder_iam_audit_config", "google_organization_iam_audit_config"],
  judge: isComplete,
});
