import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

const OFF = { force_destroy: isNot(true) };

export const noForceDestroy = attributeRule({
  id: "baseline.noForceDestroy",
  title: "Nothing is deleted with what is in it",
  severity: "high",
  rationale: "A container that Terraform may empty is gone with its contents by one removed line.",
  fix: "remove force_destroy (delete_contents_on_destroy); empty it by hand where its deletion is meant",
  controls: [
    { framework: "EU AI Act", id: "Art. 10" },
    { framework: "ISO 42001", id: "A.7.5" },
  ],
  requires: {
    google_bigquery_dataset: { delete_contents_on_destroy: isNot(true) },
    google_bigtable_instance: OFF,
    google_dns_managed_zone: OFF,
    google_spanner_instance: OFF,
    google_storage_bucket: OFF,
    google_storage_folder: OFF,
    google_storage_managed_folder: OFF,
    google_vertex_ai_feature_online_store: OFF,
    google_vertex_ai_featurestore: OFF,
  },
});
