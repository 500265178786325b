/** A service account that Google makes in a project for one of its services. */
export interface ServiceAgent {
  /** The service whose agent it is. */
  readonly service: string;
  /** E-mail address; `{projectNumber}` stands for the number of the project. */
  readonly email: string;
  /**
   * When Google makes it. `api-enable`: with the service. `on-demand`: at the first use that needs it, or when asked
   * for (`gcloud beta services identity create`), so that a grant to it right after enabling the service can fail.
   */
  readonly createdBy: "api-enable" | "on-demand";
  /**
   * Data source of google 6.50.0 whose reading makes the agent and gives its address. The provider has no other way:
   * service identities are beta.
   */
  readonly dataSource?: string;
  readonly source: string;
  readonly notes?: string;
}

const AGENTS_PAGE = "Service agents, IAM docs, Google Cloud, read 2026-11-21";
const IN_USE = "the address in Google's product docs and public Terraform, read 2026-11-21";

/** Agents that the platform grants rights to. */
export const SERVICE_AGENTS = {
  compute: {
    service: "compute.googleapis.com",
    email: "service-{projectNumber}@compute-system.iam.gserviceaccount.com",
    createdBy: "api-enable",
    source: "terraform-provider-google v6.50.0, compute_disk docs (kms_key_self_link)",
    notes: "encrypts disks: boot disks of nodes need it to use their key",
  },
  container: {
    service: "container.googleapis.com",
    email: "service-{projectNumber}@container-engine-robot.iam.gserviceaccount.com",
    createdBy: "api-enable",
    source: "terraform-provider-google v6.50.0, resource_container_cluster_test.go",
    notes: "encrypts etcd: the cluster's database encryption needs it to use its key",
  },
  gkeBackup: {
    service: "gkebackup.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-gkebackup.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: AGENTS_PAGE,
  },
  gkeHub: {
    service: "gkehub.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-gkehub.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: IN_USE,
  },
  pubsub: {
    service: "pubsub.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: "terraform-provider-google v6.50.0, pubsub_topic docs (kms_key_name)",
  },
  storage: {
    service: "storage.googleapis.com",
    email: "service-{projectNumber}@gs-project-accounts.iam.gserviceaccount.com",
    createdBy: "on-demand",
    dataSource: "google_storage_project_service_account",
    source: "terraform-provider-google v6.50.0, cloudfunctions2_function docs",
  },
  artifactRegistry: {
    service: "artifactregistry.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-artifactregistry.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: AGENTS_PAGE,
  },
  secretManager: {
    service: "secretmanager.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-secretmanager.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: "terraform-provider-google v6.50.0, secret_manager_secret docs",
  },
  logging: {
    service: "logging.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-logging.iam.gserviceaccount.com",
    createdBy: "on-demand",
    dataSource: "google_logging_project_cmek_settings",
    source: IN_USE,
    notes:
      "writer of log sinks; which account encrypts log buckets differs between projects (older ones have cmek-p{projectNumber}@gcp-sa-logging), so read it from the data source",
  },
  bigquery: {
    service: "bigquery.googleapis.com",
    email: "bq-{projectNumber}@bigquery-encryption.iam.gserviceaccount.com",
    createdBy: "on-demand",
    dataSource: "google_bigquery_default_service_account",
    source: AGENTS_PAGE,
  },
  redis: {
    service: "redis.googleapis.com",
    email: "service-{projectNumber}@cloud-redis.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: "Memorystore for Redis docs, CMEK, read 2026-11-21",
  },
  aiPlatform: {
    service: "aiplatform.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-aiplatform.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: AGENTS_PAGE,
  },
  serviceExtensions: {
    service: "networkservices.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-dep.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: "Service Extensions docs, configure extensions to Google services, read 2026-11-21",
    notes: "asks Model Armor on behalf of the load balancer; made with the first extension of the project",
  },
  workflows: {
    service: "workflows.googleapis.com",
    email: "service-{projectNumber}@gcp-sa-workflows.iam.gserviceaccount.com",
    createdBy: "on-demand",
    source: AGENTS_PAGE,
    notes: "encrypts programs and what is kept of their runs; made with the first workflow of the project",
  },
  cloudRun: {
    service: "run.googleapis.com",
    email: "service-{projectNumber}@serverless-robot-prod.iam.gserviceaccount.com",
    createdBy: "api-enable",
    source: "terraform-provider-google v6.50.0, cloudfunctions2_function docs",
  },
} as const satisfies Readonly<Record<string, ServiceAgent>>;

/** A key of `SERVICE_AGENTS`. */
export type ServiceAgentKey = keyof typeof SERVICE_AGENTS;
