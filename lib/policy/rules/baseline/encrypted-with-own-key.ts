import type { Block } from "../../../core";
import type { Rule } from "../../rule";
import { isSet, judgeValues, valueAt, type Requirement } from "../../values";

const KMS_KEY_NAME = { kms_key_name: isSet };
const KMS_KEY = { kms_key: isSet };
const ENCRYPTION_SPEC = { "encryption_spec.kms_key_name": isSet };

const SECRET = "google_secret_manager_secret";

/**
 * Types that take a key in google 6.50.0, and where. Boot disks of nodes and Kubernetes secrets have rules of Google's.
 */
const KEYS: Readonly<Record<string, Readonly<Record<string, Requirement>>>> = {
  google_alloydb_cluster: { "encryption_config.kms_key_name": isSet },
  google_artifact_registry_repository: KMS_KEY_NAME,
  google_bigquery_dataset: { "default_encryption_configuration.kms_key_name": isSet },
  google_bigtable_instance: { "cluster.kms_key_name": isSet },
  google_cloud_run_v2_job: { "template.template.encryption_key": isSet },
  google_cloud_run_v2_service: { "template.encryption_key": isSet },
  google_cloud_run_v2_worker_pool: { "template.encryption_key": isSet },
  google_cloudfunctions2_function: KMS_KEY_NAME,
  google_composer_environment: { "config.encryption_config.kms_key_name": isSet },
  google_compute_disk: { "disk_encryption_key.kms_key_self_link": isSet },
  google_compute_region_disk: { "disk_encryption_key.kms_key_name": isSet },
  google_dataflow_job: KMS_KEY_NAME,
  google_eventarc_channel: { crypto_key_name: isSet },
  google_eventarc_message_bus: { crypto_key_name: isSet },
  google_filestore_instance: KMS_KEY_NAME,
  google_firestore_database: { "cmek_config.kms_key_name": isSet },
  google_gke_backup_backup_plan: { "backup_config.encryption_key.gcp_kms_encryption_key": isSet },
  google_logging_project_bucket_config: { "cmek_settings.kms_key_name": isSet },
  google_managed_kafka_cluster: { "gcp_config.kms_key": isSet },
  google_memorystore_instance: KMS_KEY,
  google_pubsub_topic: KMS_KEY_NAME,
  google_redis_cluster: KMS_KEY,
  google_redis_instance: { customer_managed_key: isSet },
  google_secret_manager_regional_secret: { "customer_managed_encryption.kms_key_name": isSet },
  google_spanner_database: { "encryption_config.kms_key_name": isSet },
  google_sql_database_instance: { encryption_key_name: isSet },
  google_storage_bucket: { "encryption.default_kms_key_name": isSet },
  google_vertex_ai_dataset: ENCRYPTION_SPEC,
  google_vertex_ai_endpoint: ENCRYPTION_SPEC,
  google_vertex_ai_featurestore: ENCRYPTION_SPEC,
  google_vertex_ai_tensorboard: ENCRYPTION_SPEC,
  google_workbench_instance: { "gce_setup.boot_disk.kms_key": isSet },
  google_workflows_workflow: { crypto_key_name: isSet },
};

export const encryptedWithOwnKey: Rule = {
  id: "baseline.encryptedWithOwnKey",
  title: "What can be encrypted with a key of your own is",
  severity: "high",
  rationale: "Whoever holds the key decides who reads, sees each use of it, and can end all access at once.",
  fix: "give the resource a key of EncryptionKeys, whose ref waits until the service agent may use it",
  controls: [
    { framework: "Google hardened", id: "gcp.restrictNonCmekServices" },
    { framework: "CIS GCP 4.0.0", id: "7.2" },
    { framework: "CIS GCP 4.0.0", id: "7.3" },
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.7.2" },
  ],
  resourceTypes: [...Object.keys(KEYS), SECRET],
  check: (config, { type }) => judgeValues(config, type === SECRET ? keysOfSecret(config) : KEYS[type]!),
};

// A secret is replicated either by Google, or to regions of the user's, each with a key.
function keysOfSecret(config: Block): Readonly<Record<string, Requirement>> {
  const replicas = "replication.user_managed.replicas";
  const block = valueAt(config, replicas) === undefined ? "replication.auto" : replicas;
  return { [`${block}.customer_managed_encryption.kms_key_name`]: isSet };
}
