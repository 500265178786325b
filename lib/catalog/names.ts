import type { NameLimit as NameShape } from "../core/names";

/** What Google accepts as the name of a resource, and who says so. */
export interface NameLimit extends NameShape {
  readonly source: string;
}

const PROVIDER = "terraform-provider-google v6.50.0";

// RFC 1035 label, as Compute Engine demands: google/verify/validation.go.
const RFC1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const RFC1035_WORDS = "lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit";

function rfc1035(resourceType: string, source: string, minLength = 1, maxLength = 63): NameLimit {
  return { resourceType, minLength, maxLength, pattern: RFC1035, allowed: RFC1035_WORDS, source };
}

/**
 * Name limits by resource type, camel-cased without its `google_`. Where the attribute is not `name`, the source says
 * which it is.
 */
export const NAMES = {
  containerCluster: rfc1035(
    "google_container_cluster",
    `${PROVIDER} resource_container_cluster.go (at most 40 characters)`,
    1,
    40,
  ),
  containerNodePool: rfc1035(
    "google_container_node_pool",
    "GKE API, NodePool.name: at most 40 characters; the provider does not check it",
    1,
    40,
  ),
  computeNetwork: rfc1035("google_compute_network", `${PROVIDER} resource_compute_network.go`),
  computeSubnetwork: rfc1035("google_compute_subnetwork", `${PROVIDER} resource_compute_subnetwork.go`),
  computeSubnetworkSecondaryRange: rfc1035(
    "google_compute_subnetwork",
    `${PROVIDER} resource_compute_subnetwork.go, secondary_ip_range.range_name`,
  ),
  computeFirewall: rfc1035("google_compute_firewall", `${PROVIDER} resource_compute_firewall.go`),
  computeRouter: rfc1035("google_compute_router", `${PROVIDER} resource_compute_router.go`),
  computeRouterNat: rfc1035("google_compute_router_nat", `${PROVIDER} resource_compute_router_nat.go`, 2),
  computeAddress: rfc1035("google_compute_address", `${PROVIDER} resource_compute_address.go`),
  computeGlobalAddress: rfc1035("google_compute_global_address", `${PROVIDER} compute_global_address docs`),
  computeResourcePolicy: rfc1035("google_compute_resource_policy", `${PROVIDER} resource_compute_resource_policy.go`),
  computeNetworkAttachment: rfc1035(
    "google_compute_network_attachment",
    `${PROVIDER} resource_compute_network_attachment.go`,
  ),
  computeRegionSecurityPolicy: rfc1035(
    "google_compute_region_security_policy",
    `${PROVIDER} compute_region_security_policy docs`,
  ),
  computeRegionSslPolicy: rfc1035("google_compute_region_ssl_policy", `${PROVIDER} compute_region_ssl_policy docs`),
  certificateManagerCertificate: {
    resourceType: "google_certificate_manager_certificate",
    minLength: 1,
    maxLength: 64,
    pattern: /^[a-zA-Z][a-zA-Z0-9_-]*$/,
    allowed: "letters, digits, underscores and dashes, starting with a letter",
    source: `${PROVIDER} certificate_manager_certificate docs`,
  },
  certificateManagerDnsAuthorization: {
    resourceType: "google_certificate_manager_dns_authorization",
    minLength: 1,
    maxLength: 64,
    pattern: /^[a-zA-Z][a-zA-Z0-9_-]*$/,
    allowed: "letters, digits, underscores and dashes, starting with a letter",
    source: `${PROVIDER} certificate_manager_dns_authorization docs`,
  },
  tagsTagKey: {
    resourceType: "google_tags_tag_key",
    minLength: 1,
    maxLength: 256,
    pattern: /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/,
    allowed: "letters, digits, dots, underscores and dashes, starting and ending with a letter or digit",
    source: "Resource Manager API, TagKey.short_name",
  },
  dnsManagedZone: rfc1035("google_dns_managed_zone", "Cloud DNS API, ManagedZone.name: 1 to 63 characters, RFC 1035"),
  dnsPolicy: rfc1035("google_dns_policy", "Cloud DNS API, Policy.name, as ManagedZone.name (inferred)"),
  kmsKeyRing: {
    resourceType: "google_kms_key_ring",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-zA-Z0-9_-]+$/,
    allowed: "letters, digits, underscores and dashes",
    source: "Cloud KMS API, keyRings.create: [a-zA-Z0-9_-]{1,63}",
  },
  kmsCryptoKey: {
    resourceType: "google_kms_crypto_key",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-zA-Z0-9_-]+$/,
    allowed: "letters, digits, underscores and dashes",
    source: "Cloud KMS API, cryptoKeys.create: [a-zA-Z0-9_-]{1,63}",
  },
  serviceAccount: rfc1035(
    "google_service_account",
    `${PROVIDER} resource_google_service_account.go, account_id`,
    6,
    30,
  ),
  artifactRegistryRepository: rfc1035(
    "google_artifact_registry_repository",
    "Artifact Registry docs, repository names (repository_id): at most 63 characters",
  ),
  pubsubTopic: {
    resourceType: "google_pubsub_topic",
    minLength: 3,
    maxLength: 255,
    pattern: /^(?!goog)[a-zA-Z][a-zA-Z0-9._~+%-]*$/,
    allowed: "letters, digits and . _ ~ + % -, starting with a letter, not with goog",
    source: "Pub/Sub docs, resource names",
  },
  pubsubSchema: {
    resourceType: "google_pubsub_schema",
    minLength: 3,
    maxLength: 255,
    pattern: /^(?!goog)[a-zA-Z][a-zA-Z0-9._~+%-]*$/,
    allowed: "letters, digits and . _ ~ + % -, starting with a letter, not with goog",
    source: "Pub/Sub docs, resource names",
  },
  pubsubSubscription: {
    resourceType: "google_pubsub_subscription",
    minLength: 3,
    maxLength: 255,
    pattern: /^(?!goog)[a-zA-Z][a-zA-Z0-9._~+%-]*$/,
    allowed: "letters, digits and . _ ~ + % -, starting with a letter, not with goog",
    source: "Pub/Sub docs, resource names",
  },
  // Dots would make a bucket name a domain that must be verified, and allow 222 characters: not offered.
  storageBucket: {
    resourceType: "google_storage_bucket",
    minLength: 3,
    maxLength: 63,
    pattern: /^(?!goog)(?!.*(google|g00gle))[a-z0-9][a-z0-9_-]*[a-z0-9]$/,
    allowed:
      "lower-case letters, digits, dashes and underscores, starting and ending with a letter or digit, not starting with goog, without google or g00gle",
    source: `Cloud Storage docs, bucket names; ${PROVIDER} storage_bucket docs`,
  },
  gkeBackupPlan: rfc1035("google_gke_backup_backup_plan", "Backup for GKE API, backupPlans.create: 1 to 63 characters"),
  gkeRestorePlan: rfc1035(
    "google_gke_backup_restore_plan",
    "Backup for GKE API, restorePlans.create, as backupPlans.create",
  ),
  gkeHubMembership: {
    resourceType: "google_gke_hub_membership",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    allowed: "lower-case letters, digits and dashes, starting and ending with a letter or digit",
    source: "GKE Hub API, memberships.create (membership_id): RFC 1123 label of at most 63 characters",
  },
  gkeHubScope: {
    resourceType: "google_gke_hub_scope",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    allowed: "lower-case letters, digits and dashes, starting and ending with a letter or digit",
    source: "GKE Hub API, scopes.create (scope_id), as memberships.create (inferred)",
  },
  secretManagerSecret: {
    resourceType: "google_secret_manager_secret",
    minLength: 1,
    maxLength: 255,
    pattern: /^[a-zA-Z0-9_-]+$/,
    allowed: "letters, digits, underscores and dashes",
    source: "Secret Manager API, secrets.create (secret_id)",
  },
  bigqueryDataset: {
    resourceType: "google_bigquery_dataset",
    minLength: 1,
    maxLength: 1024,
    pattern: /^[a-zA-Z0-9_]+$/,
    allowed: "letters, digits and underscores",
    source: `${PROVIDER} resource_bigquery_dataset.go (dataset_id)`,
  },
  loggingBucket: {
    resourceType: "google_logging_project_bucket_config",
    minLength: 1,
    maxLength: 100,
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    allowed: "letters, digits, underscores, dashes and dots, starting with a letter or digit",
    source: "Cloud Logging API, buckets.create (bucket_id)",
  },
  loggingSink: {
    resourceType: "google_logging_project_sink",
    minLength: 1,
    maxLength: 100,
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    allowed: "letters, digits, underscores, dashes and dots, starting with a letter or digit",
    source: "Cloud Logging API, LogSink.name",
  },
  projectCustomRole: {
    resourceType: "google_project_iam_custom_role",
    minLength: 3,
    maxLength: 64,
    pattern: /^[a-zA-Z0-9_.]+$/,
    allowed: "letters, digits, underscores and dots",
    source: `${PROVIDER} google/verify/validation.go, IAMCustomRoleIDRegex (role_id)`,
  },
  workloadIdentityPool: {
    resourceType: "google_iam_workload_identity_pool",
    minLength: 4,
    maxLength: 32,
    pattern: /^(?!gcp-)[a-z0-9-]+$/,
    allowed: "lower-case letters, digits and dashes, not starting with gcp-",
    source: `${PROVIDER} resource_iam_workload_identity_pool.go (workload_identity_pool_id)`,
  },
  workloadIdentityPoolProvider: {
    resourceType: "google_iam_workload_identity_pool_provider",
    minLength: 4,
    maxLength: 32,
    pattern: /^(?!gcp-)[a-z0-9-]+$/,
    allowed: "lower-case letters, digits and dashes, not starting with gcp-",
    source: `${PROVIDER} resource_iam_workload_identity_pool_provider.go (workload_identity_pool_provider_id)`,
  },
  privilegedAccessManagerEntitlement: {
    resourceType: "google_privileged_access_manager_entitlement",
    minLength: 4,
    maxLength: 63,
    pattern: /^[a-z][a-z0-9-]*$/,
    allowed: "lower-case letters, digits and dashes, starting with a letter",
    source: `${PROVIDER} resource_privileged_access_manager_entitlement.go (entitlement_id)`,
  },
  // The last part of `accessPolicies/<policy>/servicePerimeters/<short name>`.
  accessContextManagerServicePerimeter: {
    resourceType: "google_access_context_manager_service_perimeter",
    minLength: 1,
    maxLength: 50,
    pattern: /^[a-zA-Z][a-zA-Z0-9_]*$/,
    allowed: "letters, digits and underscores, starting with a letter",
    source: `${PROVIDER} access_context_manager_service_perimeter docs; length unconfirmed`,
  },
  cloudRunService: rfc1035(
    "google_cloud_run_v2_service",
    "Cloud Run docs, service names: at most 49 characters",
    1,
    49,
  ),
  vertexAiFeatureOnlineStore: {
    resourceType: "google_vertex_ai_feature_online_store",
    minLength: 1,
    maxLength: 60,
    pattern: /^[a-z_][a-z0-9_]*$/,
    allowed: "lower-case letters, digits and underscores, not starting with a digit",
    source: `${PROVIDER} vertex_ai_feature_online_store docs`,
  },
  vertexAiFeatureView: {
    resourceType: "google_vertex_ai_feature_online_store_featureview",
    minLength: 1,
    maxLength: 60,
    pattern: /^[a-z_][a-z0-9_]*$/,
    allowed: "lower-case letters, digits and underscores, not starting with a digit",
    source: `${PROVIDER} vertex_ai_feature_online_store_featureview docs`,
  },
  workflowsWorkflow: {
    resourceType: "google_workflows_workflow",
    minLength: 1,
    maxLength: 64,
    pattern: /^[a-z]([-_a-z0-9]*[a-z0-9])?$/,
    allowed:
      "lower-case letters, digits, dashes and underscores, starting with a letter, ending with a letter or digit",
    source: "Workflows API v1, workflows.create (workflow_id): at most 64 characters; capitals are taken too",
  },
  denyPolicy: {
    resourceType: "google_iam_deny_policy",
    minLength: 3,
    maxLength: 63,
    pattern: /^[a-z][a-z0-9.-]*$/,
    allowed: "lower-case letters, digits, dashes and dots, starting with a letter",
    source: "IAM v2 API, CreatePolicyRequest.policy_id, read 2026-11-21",
  },
  principalAccessBoundaryPolicy: {
    resourceType: "google_iam_principal_access_boundary_policy",
    minLength: 3,
    maxLength: 63,
    pattern: /^[a-z][a-z0-9.-]*$/,
    allowed: "lower-case letters, digits, dashes and dots, starting with a letter",
    source: `${PROVIDER} iam_principal_access_boundary_policy docs`,
  },
  policyBinding: {
    resourceType: "google_iam_projects_policy_binding",
    minLength: 3,
    maxLength: 63,
    pattern: /^[a-z][a-z0-9.-]*$/,
    allowed: "lower-case letters, digits, dashes and dots, starting with a letter",
    source: `${PROVIDER} iam_projects_policy_binding docs; as the policy's (inferred)`,
  },
  accessLevel: {
    resourceType: "google_access_context_manager_access_level",
    minLength: 1,
    maxLength: 50,
    pattern: /^[a-zA-Z][a-zA-Z0-9_]*$/,
    allowed: "letters, digits and underscores, starting with a letter",
    source: `${PROVIDER} access_context_manager_access_level docs; length unconfirmed`,
  },
  modelArmorTemplate: {
    resourceType: "google_model_armor_template",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-zA-Z0-9_-]+$/,
    allowed: "letters, digits, underscores and dashes",
    source: "Model Armor API, templates.create (template_id); unconfirmed",
  },
} as const satisfies Readonly<Record<string, NameLimit>>;

/** A key of `NAMES`. */
export type NamedResource = keyof typeof NAMES;
