import { attributeRule, isPresent } from "cdktf-ai-platform/policy";

/** Old objects leave by themselves. */
export const bucketsHaveLifecycle = attributeRule({
  id: "acme.bucketsHaveLifecycle",
  title: "Buckets have lifecycle rules",
  severity: "low",
  rationale: "Versions that nobody deletes are paid for every month.",
  fix: "add a lifecycle rule, e.g. delete versions that are older than 90 days",
  controls: [],
  requires: { google_storage_bucket: { lifecycle_rule: isPresent } },
});
