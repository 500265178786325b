import type { Rule, RuleContext } from "../../rule";
import type { TerraformResourceBlock } from "../../../core";
import { resolved } from "../iam/references";
import { is, judgeValues, NOT_APPLICABLE } from "../../values";
const SINK_TYPES = ["project", "folder", "organization", "billing_account"].map(
  (scope) => `google_logging_${scope}_sink`,
);

function writesTo(sink: TerraformResourceBlock, bucket: TerraformResourceBlock, context: RuleContext): boolean {
  const destination = resolved(String(sink.config["destination"]), sink, context);
  return destination === `storage.googleapis.com/${String(bucket.config["name"])}`;
}

export const sinkBucketsLocked: Rule = {
  id: "data-protection.sinkBucketsLocked",
  title: "Buckets of log sinks cannot be rewritten",
  severity: "high",
  rationale: "Whoever may delete logs may hide what was done.",
  fix: "set retention_policy with retention_period and is_locked = true",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "2.3" },
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "ISO 42001", id: "A.6.2.8" },
  ],
  resourceTypes: ["google_storage_bucket"],
  check: (config, resource, context) => {
    const sinks = SINK_TYPES.flatMap((type) => context.resources(type));
    if (!sinks.some((sink) => writesTo(sink, resource, context))) return NOT_APPLICABLE;
    return judgeValues(config, { "retention_policy.is_locked": is(true) });
  },
};
