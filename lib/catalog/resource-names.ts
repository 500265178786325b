/**
 * A full name of a resource: text with `{attribute}` placeholders, which stand for attributes of the same resource in
 * Terraform's spelling. Where a resource leaves `project`, `region` or `location` unset, the provider's own value
 * counts.
 */
export type NameTemplate = string;

/**
 * The names by which others refer to a resource. The first of each type is its Terraform `id` where that can be known
 * before creation. An ordering check looks for them in the values of other resources: where one occurs, a dependency
 * must lead.
 *
 * A template of bare attributes (`{name}`) is left out: a short name occurs in too many places to prove a reference.
 *
 * Source: `id` in terraform-provider-google v6.50.0, website/docs/r; e-mails and URLs from the product docs.
 */
export const RESOURCE_NAMES: Readonly<Record<string, readonly NameTemplate[]>> = {
  // keys and identities
  google_kms_key_ring: ["projects/{project}/locations/{location}/keyRings/{name}"],
  google_kms_crypto_key: ["{key_ring}/cryptoKeys/{name}"],
  google_service_account: [
    "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
    "{account_id}@{project}.iam.gserviceaccount.com",
  ],
  google_project_iam_custom_role: ["projects/{project}/roles/{role_id}"],
  google_organization_iam_custom_role: ["organizations/{org_id}/roles/{role_id}"],
  google_iam_workload_identity_pool: [
    "projects/{project}/locations/global/workloadIdentityPools/{workload_identity_pool_id}",
    "workloadIdentityPools/{workload_identity_pool_id}",
  ],
  google_iam_workload_identity_pool_provider: [
    "projects/{project}/locations/global/workloadIdentityPools/{workload_identity_pool_id}/providers/{workload_identity_pool_provider_id}",
    "workloadIdentityPools/{workload_identity_pool_id}/providers/{workload_identity_pool_provider_id}",
  ],
  google_privileged_access_manager_entitlement: ["{parent}/locations/{location}/entitlements/{entitlement_id}"],
  google_secret_manager_secret: ["projects/{project}/secrets/{secret_id}"],
  google_binary_authorization_attestor: ["projects/{project}/attestors/{name}"],
  google_container_analysis_note: ["projects/{project}/notes/{name}"],
  google_tags_tag_key: ["{parent}/{short_name}"],

  // network
  google_compute_network: ["projects/{project}/global/networks/{name}"],
  google_compute_subnetwork: ["projects/{project}/regions/{region}/subnetworks/{name}"],
  google_compute_router: ["projects/{project}/regions/{region}/routers/{name}"],
  google_compute_router_nat: ["{project}/{region}/{router}/{name}"],
  google_compute_firewall: ["projects/{project}/global/firewalls/{name}"],
  google_compute_address: ["projects/{project}/regions/{region}/addresses/{name}"],
  google_compute_global_address: ["projects/{project}/global/addresses/{name}"],
  google_compute_resource_policy: ["projects/{project}/regions/{region}/resourcePolicies/{name}"],
  google_compute_network_attachment: ["projects/{project}/regions/{region}/networkAttachments/{name}"],
  google_compute_region_security_policy: ["projects/{project}/regions/{region}/securityPolicies/{name}"],
  google_compute_region_ssl_policy: ["projects/{project}/regions/{region}/sslPolicies/{name}"],
  google_certificate_manager_certificate: ["projects/{project}/locations/{location}/certificates/{name}"],
  google_certificate_manager_dns_authorization: ["projects/{project}/locations/{location}/dnsAuthorizations/{name}"],
  google_compute_security_policy: ["projects/{project}/global/securityPolicies/{name}"],
  google_compute_backend_service: ["projects/{project}/global/backendServices/{name}"],
  google_compute_forwarding_rule: ["projects/{project}/regions/{region}/forwardingRules/{name}"],
  google_compute_global_forwarding_rule: ["projects/{project}/global/forwardingRules/{name}"],
  google_compute_disk: ["projects/{project}/zones/{zone}/disks/{name}"],
  google_compute_reservation: ["projects/{project}/zones/{zone}/reservations/{name}"],
  google_dns_managed_zone: ["projects/{project}/managedZones/{name}"],

  // clusters
  google_container_cluster: ["projects/{project}/locations/{location}/clusters/{name}"],
  google_container_node_pool: [
    "{cluster}/nodePools/{name}",
    "projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{name}",
  ],
  google_gke_hub_membership: [
    "projects/{project}/locations/{location}/memberships/{membership_id}",
    "projects/{project}/locations/{location}/gkeMemberships/{membership_id}",
  ],
  google_gke_hub_scope: ["projects/{project}/locations/global/scopes/{scope_id}"],
  google_gke_hub_fleet: ["projects/{project}/locations/global/fleets/default"],
  google_gke_backup_backup_plan: ["projects/{project}/locations/{location}/backupPlans/{name}"],
  google_gke_backup_restore_plan: ["projects/{project}/locations/{location}/restorePlans/{name}"],

  // storage and data
  google_storage_bucket: ["gs://{name}", "projects/_/buckets/{name}"],
  google_artifact_registry_repository: [
    "projects/{project}/locations/{location}/repositories/{repository_id}",
    "{location}-docker.pkg.dev/{project}/{repository_id}",
  ],
  google_pubsub_schema: ["projects/{project}/schemas/{name}"],
  google_pubsub_topic: ["projects/{project}/topics/{name}"],
  google_pubsub_subscription: ["projects/{project}/subscriptions/{name}"],
  google_bigquery_dataset: ["projects/{project}/datasets/{dataset_id}"],
  google_bigquery_table: ["projects/{project}/datasets/{dataset_id}/tables/{table_id}"],
  google_bigquery_connection: ["projects/{project}/locations/{location}/connections/{connection_id}"],
  google_redis_instance: ["projects/{project}/locations/{region}/instances/{name}"],
  google_redis_cluster: ["projects/{project}/locations/{region}/clusters/{name}"],
  google_sql_database_instance: ["{project}:{region}:{name}", "projects/{project}/instances/{name}"],
  google_alloydb_cluster: ["projects/{project}/locations/{location}/clusters/{cluster_id}"],
  google_spanner_instance: ["projects/{project}/instances/{name}"],
  google_filestore_instance: ["projects/{project}/locations/{location}/instances/{name}"],
  google_lustre_instance: ["projects/{project}/locations/{location}/instances/{instance_id}"],

  // serving, operations
  google_vertex_ai_endpoint: ["projects/{project}/locations/{location}/endpoints/{name}"],
  google_vertex_ai_feature_group: ["projects/{project}/locations/{region}/featureGroups/{name}"],
  google_vertex_ai_feature_online_store: ["projects/{project}/locations/{region}/featureOnlineStores/{name}"],
  google_vertex_ai_feature_online_store_featureview: [
    "projects/{project}/locations/{region}/featureOnlineStores/{feature_online_store}/featureViews/{name}",
  ],
  google_model_armor_template: ["projects/{project}/locations/{location}/templates/{template_id}"],
  google_cloud_run_v2_service: ["projects/{project}/locations/{location}/services/{name}"],
  google_cloud_run_v2_job: ["projects/{project}/locations/{location}/jobs/{name}"],
  google_cloudfunctions2_function: ["projects/{project}/locations/{location}/functions/{name}"],
  google_cloud_tasks_queue: ["projects/{project}/locations/{location}/queues/{name}"],
  google_eventarc_trigger: ["projects/{project}/locations/{location}/triggers/{name}"],
  google_workflows_workflow: ["projects/{project}/locations/{region}/workflows/{name}"],
  google_workbench_instance: ["projects/{project}/locations/{location}/instances/{name}"],
  google_logging_project_bucket_config: ["projects/{project}/locations/{location}/buckets/{bucket_id}"],
};

/**
 * The workload identity pool that GKE makes with the first cluster of a project. Whoever names it
 * (`principal://…/workloadIdentityPools/<pool>/…`, `serviceAccount:<pool>[namespace/account]`) must come after a
 * cluster (`google_container_cluster`) of that project.
 */
export const WORKLOAD_IDENTITY_POOL: { readonly createdBy: string; readonly template: NameTemplate } = {
  createdBy: "google_container_cluster",
  template: "{project}.svc.id.goog",
};
