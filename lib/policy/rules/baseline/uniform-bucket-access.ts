import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const uniformBucketAccess = attributeRule({
  id: "storage.uniformBucketLevelAccess",
  title: "Rights on buckets are given by IAM alone",
  severity: "high",
  rationale: "Access lists of single objects are in no IAM report, and can make one object public.",
  fix: "set uniform_bucket_level_access to true",
  controls: [
    { framework: "Google hardened", id: "storage.uniformBucketLevelAccess" },
    { framework: "CIS GCP 4.0.0", id: "5.2" },
  ],
  requires: { google_storage_bucket: { uniform_bucket_level_access: is(true) } },
});
