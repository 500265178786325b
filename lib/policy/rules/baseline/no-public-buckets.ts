import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const noPublicBuckets = attributeRule({
  id: "storage.publicAccessPrevention",
  title: "No bucket can be made public",
  severity: "critical",
  rationale: "One binding for allUsers publishes everything in a bucket, unless that is prevented.",
  fix: "set public_access_prevention to enforced",
  controls: [
    { framework: "Google hardened", id: "storage.publicAccessPrevention" },
    { framework: "CIS GCP 4.0.0", id: "5.1" },
  ],
  requires: { google_storage_bucket: { public_access_prevention: is("enforced") } },
});
