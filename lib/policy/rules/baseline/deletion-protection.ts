import type { Rule } from "../../rule";
import { is, isNot, judgeValues, oneOf, type Requirement } from "../../values";

// Where the provider protects unless told otherwise (docs of google 6.50.0), leaving it out is enough.
const PROTECTED_BY_DEFAULT = isNot(false);

/** Types that hold data, and the attribute that keeps them from being deleted. */
const PROTECTION: Readonly<Record<string, Readonly<Record<string, Requirement>>>> = {
  google_alloydb_cluster: { deletion_policy: isNot("FORCE") },
  google_bigquery_table: { deletion_protection: PROTECTED_BY_DEFAULT },
  google_bigtable_instance: { deletion_protection: PROTECTED_BY_DEFAULT },
  google_bigtable_table: { deletion_protection: is("PROTECTED") },
  google_container_cluster: { deletion_protection: PROTECTED_BY_DEFAULT },
  google_dataproc_metastore_service: { deletion_protection: is(true) },
  google_filestore_instance: { deletion_protection_enabled: is(true) },
  google_firestore_database: { delete_protection_state: is("DELETE_PROTECTION_ENABLED") },
  google_memorystore_instance: { deletion_protection_enabled: PROTECTED_BY_DEFAULT },
  google_privateca_certificate_authority: { deletion_protection: PROTECTED_BY_DEFAULT },
  google_project: { deletion_policy: oneOf(undefined, "PREVENT", "ABANDON") },
  google_redis_cluster: { deletion_protection_enabled: PROTECTED_BY_DEFAULT },
  google_secret_manager_regional_secret: { deletion_protection: is(true) },
  google_secret_manager_secret: { deletion_protection: is(true) },
  google_spanner_database: { deletion_protection: PROTECTED_BY_DEFAULT },
  google_sql_database_instance: {
    deletion_protection: PROTECTED_BY_DEFAULT,
    "settings.deletion_protection_enabled": is(true),
  },
};

export const deletionProtection: Rule = {
  id: "baseline.deletionProtection",
  title: "What holds data is protected against deletion",
  severity: "high",
  rationale:
    "A removed line or a replaced attribute deletes what cannot be made again; protection turns that into a failed apply.",
  fix: "set the type's deletion protection, and lift it in an apply of its own where a deletion is meant",
  controls: [
    { framework: "EU AI Act", id: "Art. 10" },
    { framework: "ISO 42001", id: "A.7.5" },
  ],
  resourceTypes: Object.keys(PROTECTION),
  check: (config, { type }, { labels }) => {
    // A cluster holds nothing that its manifests do not: where nothing is at risk it may go.
    if (type === "google_container_cluster" && labels["ai-risk-tier"] === "minimal")
      return { status: "not-applicable" };
    return judgeValues(config, PROTECTION[type]!);
  },
};
