import { attributeRule } from "../../attribute-rule";
import { blocksAt, is } from "../../values";

export const bucketVersioning = attributeRule({
  id: "custom.storageRequireBucketObjectVersionning",
  title: "Buckets keep old versions",
  severity: "medium",
  rationale: "What was overwritten or deleted by mistake, or by malice, is gone otherwise.",
  fix: "set versioning.enabled to true",
  controls: [
    { framework: "Google hardened", id: "custom.storageRequireBucketObjectVersionning" },
    { framework: "EU AI Act", id: "Art. 10" },
    { framework: "ISO 42001", id: "A.7.5" },
  ],
  // A retention policy forbids what versioning would keep: overwriting and deleting. Cloud Storage takes one of the two.
  applies: (config) => blocksAt(config, "retention_policy").length === 0,
  requires: { google_storage_bucket: { "versioning.enabled": is(true) } },
});
