/** What a role lets its holder do, in one word. `use`: work through a resource without reading or changing what it holds. */
export type RoleLevel = "read" | "write" | "use" | "impersonate";

/** A predefined role that was looked at and found to give no more than its purpose needs. */
export interface ReviewedRole {
  readonly role: string;
  readonly level: RoleLevel;
  /** Terraform types of the resources whose policies take the role, narrowest first. It is given on no wider one than where it is listed. */
  readonly on: readonly string[];
  /** What it allows, as the end of "the principal may …". */
  readonly allows: string;
  readonly source: string;
  /** The only kind of principal that gets it. @default - any */
  readonly onlyFor?: "group";
  /** What to know before giving it. */
  readonly notes?: string;
}

const PREDEFINED = "IAM docs, basic and predefined roles";

const GATEWAY = "GKE docs, Using the Connect gateway; IAM docs, GKE Hub roles and permissions; read 2026-11-21";
const GATEWAY_NOTES =
  "Google documents it on the project alone. It gives nothing in a cluster: without a RoleBinding there, its holder is refused everything.";

/**
 * Reviewed roles by the Terraform type of the resource that they are given on, and there by the right that they stand for. What is not here
 * is given by `Grant.broad` or not at all.
 */
export const REVIEWED_ROLES = {
  google_storage_bucket: {
    read: {
      role: "roles/storage.objectViewer",
      level: "read",
      on: ["google_storage_managed_folder", "google_storage_bucket"],
      allows: "list and read objects",
      source: "Cloud Storage docs, IAM roles, read 2026-11-21; GKE docs, Cloud Storage FUSE",
    },
    write: {
      role: "roles/storage.objectUser",
      level: "write",
      on: ["google_storage_managed_folder", "google_storage_bucket"],
      allows: "list, read, create, overwrite and delete objects",
      source: "Cloud Storage docs, IAM roles, read 2026-11-21",
      notes: "objectAdmin differs by managing access to single objects, which uniform bucket-level access forbids.",
    },
  },
  google_storage_managed_folder: {
    read: {
      role: "roles/storage.objectViewer",
      level: "read",
      on: ["google_storage_managed_folder", "google_storage_bucket"],
      allows: "list and read objects below the folder",
      source: "Cloud Storage docs, IAM for managed folders, read 2026-11-21",
      notes:
        "A condition on the bucket would not do: listing is asked of the bucket, whose name no condition on objects matches.",
    },
  },
  google_secret_manager_secret: {
    access: {
      role: "roles/secretmanager.secretAccessor",
      level: "read",
      on: ["google_secret_manager_secret"],
      allows: "read the secret's values",
      source: "Secret Manager docs, access control",
    },
  },
  google_artifact_registry_repository: {
    pull: {
      role: "roles/artifactregistry.reader",
      level: "read",
      on: ["google_artifact_registry_repository"],
      allows: "list and download what the repository holds",
      source: "Artifact Registry docs, access control with IAM",
    },
    push: {
      role: "roles/artifactregistry.writer",
      level: "write",
      on: ["google_artifact_registry_repository"],
      allows: "download and upload, but neither delete nor move a tag that is immutable",
      source: "Artifact Registry docs, access control with IAM",
    },
  },
  google_pubsub_topic: {
    publish: {
      role: "roles/pubsub.publisher",
      level: "write",
      on: ["google_pubsub_topic"],
      allows: "publish messages",
      source: "Pub/Sub docs, access control with IAM",
    },
  },
  google_pubsub_subscription: {
    consume: {
      role: "roles/pubsub.subscriber",
      level: "read",
      on: ["google_pubsub_subscription"],
      allows: "pull and acknowledge messages",
      source: "Pub/Sub docs, access control with IAM",
      notes: "On a topic it also lets its holder attach subscriptions: it is given on the subscription.",
    },
  },
  google_kms_crypto_key: {
    encryptDecrypt: {
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      level: "use",
      on: ["google_kms_crypto_key"],
      allows: "encrypt and decrypt with the key",
      source: "Cloud KMS docs, permissions and roles",
    },
  },
  google_bigquery_dataset: {
    read: {
      role: "roles/bigquery.dataViewer",
      level: "read",
      on: ["google_bigquery_table", "google_bigquery_dataset"],
      allows: "read data and metadata of the dataset's tables",
      source: "BigQuery docs, IAM roles and permissions",
      notes: "A query needs bigquery.jobUser on the project that pays for it besides.",
    },
    write: {
      role: "roles/bigquery.dataEditor",
      level: "write",
      on: ["google_bigquery_table", "google_bigquery_dataset"],
      allows: "read, create, change and delete the dataset's tables",
      source: "BigQuery docs, IAM roles and permissions",
    },
  },
  google_service_account: {
    actAs: {
      role: "roles/iam.serviceAccountUser",
      level: "impersonate",
      on: ["google_service_account"],
      allows: "attach the service account to resources that then run as it",
      source: PREDEFINED,
    },
    impersonate: {
      role: "roles/iam.serviceAccountTokenCreator",
      level: "impersonate",
      on: ["google_service_account"],
      allows: "get short-lived tokens of the service account and sign as it",
      source: PREDEFINED,
    },
  },
  google_iap_web: {
    pass: {
      role: "roles/iap.httpsResourceAccessor",
      level: "use",
      on: ["google_iap_web_region_backend_service", "google_iap_web"],
      allows: "pass Identity-Aware Proxy and reach what stands behind it",
      source: "IAP docs, managing access to IAP-secured resources",
      notes:
        "GKE names the backend services of a gateway by a hash that nobody knows before: a condition on request.host and request.path narrows it.",
    },
  },
  google_cloud_run_v2_service: {
    invoke: {
      role: "roles/run.invoker",
      level: "use",
      on: ["google_cloud_run_v2_service"],
      allows: "send requests to the service",
      source:
        "Cloud Run docs, IAM roles, read 2026-11-21 (run.routes.invoke, run.jobs.run and run.jobs.runWithOverrides)",
    },
    shiftTraffic: {
      role: "roles/run.developer",
      level: "write",
      on: ["google_cloud_run_v2_service"],
      allows: "change the service, its split of requests among its revisions included",
      source: "Cloud Run docs, access control with IAM, and Rollbacks, gradual rollouts, and traffic migration",
      notes:
        "No narrower predefined role shifts traffic. To change a service also takes actAs on the account that its revisions run as.",
    },
  },
  google_project: {
    defaultNodeServiceAccount: {
      role: "roles/container.defaultNodeServiceAccount",
      level: "use",
      on: ["google_project"],
      allows: "run as a GKE node: write its logs and metrics",
      source: "GKE docs, use least privilege service accounts; CIS GKE 2.0.0 5.2.1",
    },
    logWriter: {
      role: "roles/logging.logWriter",
      level: "write",
      on: ["google_project"],
      allows: "write log entries",
      source: "Cloud Logging docs, access control with IAM",
    },
    logBucketWriter: {
      role: "roles/logging.bucketWriter",
      level: "write",
      on: ["google_project"],
      allows: "write log entries to log buckets, as the identity of a sink in another project does",
      source: "Cloud Logging docs, configure sinks",
      notes: "A condition on resource.name narrows it to one log bucket.",
    },
    metricWriter: {
      role: "roles/monitoring.metricWriter",
      level: "write",
      on: ["google_project"],
      allows: "write time series",
      source: "Managed Service for Prometheus docs, managed collection",
    },
    metricViewer: {
      role: "roles/monitoring.viewer",
      level: "read",
      on: ["google_project"],
      allows: "read metrics, dashboards and alert policies",
      source: "Managed Service for Prometheus docs, query using Grafana",
    },
    traceAgent: {
      role: "roles/cloudtrace.agent",
      level: "write",
      on: ["google_project"],
      allows: "write trace spans",
      source: "Cloud Trace docs, access control with IAM",
    },
    bigQueryJobUser: {
      role: "roles/bigquery.jobUser",
      level: "use",
      on: ["google_project"],
      allows: "run BigQuery jobs that the project pays for; not to read any data",
      source: "BigQuery docs, IAM roles and permissions",
    },
    bigQueryReadSessionUser: {
      role: "roles/bigquery.readSessionUser",
      level: "use",
      on: ["google_project"],
      allows: "open sessions of the Storage Read API; not to read any data",
      source: "BigQuery docs, IAM roles and permissions",
    },
    cloudSqlClient: {
      role: "roles/cloudsql.client",
      level: "use",
      on: ["google_project"],
      allows: "connect to Cloud SQL instances through a connector",
      source: "Cloud SQL docs, roles and permissions, read 2026-11-21",
      notes: "Instances have no policy of their own: a condition on resource.name narrows it to one.",
    },
    cloudSqlInstanceUser: {
      role: "roles/cloudsql.instanceUser",
      level: "use",
      on: ["google_project"],
      allows: "log in to Cloud SQL instances by IAM authentication",
      source: "Cloud SQL docs, IAM authentication",
      notes: "Instances have no policy of their own: a condition on resource.name narrows it to one.",
    },
    redisUser: {
      role: "roles/redis.dbConnectionUser",
      level: "use",
      on: ["google_project"],
      allows: "connect to Memorystore for Redis clusters by IAM authentication",
      source:
        "Memorystore for Redis Cluster docs, access control with IAM, read 2026-11-21 (redis.clusters.connect alone)",
      notes: "Clusters have no policy of their own: a condition on resource.name narrows it to one.",
    },
    firestoreUser: {
      role: "roles/datastore.user",
      level: "write",
      on: ["google_project"],
      allows: "read and write Firestore documents",
      source: "Firestore docs, IAM roles",
    },
    vertexAiUser: {
      role: "roles/aiplatform.user",
      level: "write",
      on: ["google_project"],
      allows: "run Vertex AI jobs and pipelines and call its models",
      source: "Vertex AI docs, access control with IAM",
    },
    modelArmorUser: {
      role: "roles/modelarmor.user",
      level: "use",
      on: ["google_project"],
      allows: "have prompts and answers checked by Model Armor templates",
      source: "Model Armor docs, roles and permissions",
    },
    modelArmorCalloutUser: {
      role: "roles/modelarmor.calloutUser",
      level: "use",
      on: ["google_project"],
      allows: "have a load balancer ask Model Armor about requests and answers",
      source: "Service Extensions docs, configure extensions to Google services, read 2026-11-21",
    },
    serviceUsageConsumer: {
      role: "roles/serviceusage.serviceUsageConsumer",
      level: "use",
      on: ["google_project"],
      allows: "use enabled services on the project's quota, as image streaming of nodes does",
      source: "GKE docs, image streaming",
    },
    clusterViewer: {
      role: "roles/container.clusterViewer",
      level: "read",
      on: ["google_project"],
      allows: "find clusters and their endpoints; Kubernetes itself says what may be done inside",
      source: "GKE docs, access control with IAM",
    },
    gatewayRead: {
      role: "roles/gkehub.gatewayReader",
      level: "read",
      on: ["google_project"],
      allows:
        "reach clusters of the fleet through the Connect Gateway, to read what Kubernetes itself lets the caller read",
      source: GATEWAY,
      notes: GATEWAY_NOTES,
    },
    gatewayWrite: {
      role: "roles/gkehub.gatewayEditor",
      level: "use",
      on: ["google_project"],
      allows:
        "reach clusters of the fleet through the Connect Gateway, to do what Kubernetes itself lets the caller do",
      source: GATEWAY,
      notes: `No shells and no forwarded ports: they ask for gkehub.gateway.stream besides. ${GATEWAY_NOTES}`,
    },
    gatewaySession: {
      role: "roles/gkehub.gatewayAdmin",
      level: "use",
      on: ["google_project"],
      allows: "do what gatewayEditor does, and open shells and forward ports where Kubernetes itself lets the caller",
      source: GATEWAY,
      onlyFor: "group",
      notes: `Administers nothing, despite its name: it is gatewayEditor and gkehub.gateway.stream, which no other predefined role has. A role of our own would hold that alone, but whoever deploys it could widen it and give it to itself. ${GATEWAY_NOTES}`,
    },
    workflowInvoker: {
      role: "roles/workflows.invoker",
      level: "use",
      on: ["google_project"],
      allows: "run, watch and cancel workflows",
      source: "Workflows docs, roles and permissions, read 2026-11-21",
      notes: "Workflows have no policies of their own: it is for all of the project.",
    },
    securityReviewer: {
      role: "roles/iam.securityReviewer",
      level: "read",
      on: ["google_project"],
      allows: "read the policies of all resources, as a Terraform plan does",
      source: PREDEFINED,
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ReviewedRole>>>>;

/** Terraform type of a resource that rights are given on. */
export type GrantableType = keyof typeof REVIEWED_ROLES;

/** A right on a type of resource, e.g. `read` on a bucket. */
export type RightOn<T extends GrantableType> = keyof (typeof REVIEWED_ROLES)[T] & string;

/** The reviewed role by its name, or undefined where the type has no such one. */
export function reviewedRole(type: string, role: string): ReviewedRole | undefined {
  const rights: Readonly<Record<string, ReviewedRole>> | undefined = (
    REVIEWED_ROLES as Readonly<Record<string, Readonly<Record<string, ReviewedRole>>>>
  )[type];
  return Object.values(rights ?? {}).find((reviewed) => reviewed.role === role);
}

/** Roles over all of Google Cloud, old names and new: IAM docs, roles overview, read 2026-11-21. */
export const BASIC_ROLES: readonly string[] = [
  "roles/owner",
  "roles/editor",
  "roles/viewer",
  "roles/admin",
  "roles/writer",
  "roles/reader",
];

/**
 * Roles that, given on a project, let their holder become every service account of it, or give itself any role. Sources: CIS GCP 4.0.0 1.6,
 * checkov (AbsGoogleImpersonationRoles; its *.serviceAgent are told by their name); serviceAccountOpenIdTokenCreator is ours.
 */
export const IMPERSONATION_ROLES: readonly string[] = [
  "roles/iam.securityAdmin",
  "roles/iam.serviceAccountAdmin",
  "roles/iam.serviceAccountKeyAdmin",
  "roles/iam.serviceAccountOpenIdTokenCreator",
  "roles/iam.serviceAccountTokenCreator",
  "roles/iam.serviceAccountUser",
  "roles/iam.workloadIdentityUser",
  "roles/dataflow.developer",
  "roles/dataproc.admin",
  "roles/dataproc.editor",
  "roles/resourcemanager.folderAdmin",
  "roles/resourcemanager.folderIamAdmin",
  "roles/resourcemanager.organizationAdmin",
  "roles/resourcemanager.projectIamAdmin",
];

/** True for a role that administers something (`roles/storage.admin`, `roles/compute.networkAdmin`): CIS GCP 4.0.0 1.5. */
export function isAdminRole(role: string): boolean {
  return /admin$/i.test(role);
}

/** True for a role that Google's own service agents have, and nobody else is to have. */
export function isServiceAgentRole(role: string): boolean {
  return /serviceAgent$/i.test(role);
}
