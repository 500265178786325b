import type { Finding, Rule } from "../../rule";
import { SERVICE_AGENTS, type ServiceAgentKey } from "../../../catalog/service-agents";
import { NOT_APPLICABLE, valuesAt, verdict } from "../../values";
import { keyNamed, rightOn } from "./keys";
import type { TerraformResourceBlock } from "../../../core";
/** Where resources name a key, and whose agent then encrypts with it. */
export const ENCRYPTED_BY: Readonly<
  Record<string, readonly { readonly path: string; readonly agent: ServiceAgentKey }[]>
> = {
  google_artifact_registry_repository: [{ path: "kms_key_name", agent: "artifactRegistry" }],
  google_bigquery_dataset: [{ path: "default_encryption_configuration.kms_key_name", agent: "bigquery" }],
  google_bigquery_table: [{ path: "encryption_configuration.kms_key_name", agent: "bigquery" }],
  google_cloud_run_v2_job: [{ path: "template.template.encryption_key", agent: "cloudRun" }],
  google_cloud_run_v2_service: [{ path: "template.encryption_key", agent: "cloudRun" }],
  google_compute_disk: [{ path: "disk_encryption_key.kms_key_self_link", agent: "compute" }],
  google_compute_instance: [{ path: "boot_disk.kms_key_self_link", agent: "compute" }],
  google_container_cluster: [
    { path: "database_encryption.key_name", agent: "container" },
    { path: "node_config.boot_disk_kms_key", agent: "compute" },
    { path: "cluster_autoscaling.auto_provisioning_defaults.boot_disk_kms_key", agent: "compute" },
  ],
  google_container_node_pool: [{ path: "node_config.boot_disk_kms_key", agent: "compute" }],
  google_gke_backup_backup_plan: [{ path: "backup_config.encryption_key.gcp_kms_encryption_key", agent: "gkeBackup" }],
  google_logging_project_bucket_config: [{ path: "cmek_settings.kms_key_name", agent: "logging" }],
  google_pubsub_topic: [{ path: "kms_key_name", agent: "pubsub" }],
  google_redis_cluster: [{ path: "kms_key", agent: "redis" }],
  google_redis_instance: [{ path: "customer_managed_key", agent: "redis" }],
  google_secret_manager_secret: [
    { path: "replication.auto.customer_managed_encryption.kms_key_name", agent: "secretManager" },
    { path: "replication.user_managed.replicas.customer_managed_encryption.kms_key_name", agent: "secretManager" },
  ],
  google_storage_bucket: [{ path: "encryption.default_kms_key_name", agent: "storage" }],
  google_vertex_ai_dataset: [{ path: "encryption_spec.kms_key_name", agent: "aiPlatform" }],
  google_vertex_ai_endpoint: [{ path: "encryption_spec.kms_key_name", agent: "aiPlatform" }],
  google_vertex_ai_tensorboard: [{ path: "encryption_spec.kms_key_name", agent: "aiPlatform" }],
};

function missing(key: TerraformResourceBlock, agent: ServiceAgentKey): string {
  return `roles/cloudkms.cryptoKeyEncrypterDecrypter on ${key.address} for serviceAccount:${SERVICE_AGENTS[agent].email}`;
}

export const keyUsersMayEncrypt: Rule = {
  id: "iam.keyUsersMayEncrypt",
  title: "Whoever encrypts with a key may use it",
  severity: "high",
  rationale:
    "A service encrypts through its service agent. Without a right on the key, creation fails at apply, after everything before it was made.",
  fix: "bind roles/cloudkms.cryptoKeyEncrypterDecrypter on the key to the service agent with google_kms_crypto_key_iam_member",
  controls: [{ framework: "CIS GCP 4.0.0", id: "1.11" }],
  resourceTypes: Object.keys(ENCRYPTED_BY),
  check: (config, resource, context) => {
    const findings: Finding[] = [];
    let unknown: string | undefined;
    let judged = false;
    for (const { path, agent } of ENCRYPTED_BY[resource.type]!) {
      for (const value of valuesAt(config, path).filter((found) => typeof found === "string")) {
        const key = keyNamed(value, resource, context);
        if (key === "elsewhere") continue;
        judged = true;
        if (key === "unknown") unknown ??= path;
        else {
          const right = rightOn(key, SERVICE_AGENTS[agent], context);
          if (right === "unknown") unknown ??= path;
          if (right === "missing") findings.push({ path, found: value, expected: missing(key, agent) });
        }
      }
    }
    return judged ? verdict(findings, unknown) : NOT_APPLICABLE;
  },
};
