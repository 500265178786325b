/** A role that a deployer has on the project, and what for. */
export interface DeployerRole {
  readonly role: string;
  readonly reason: string;
}

/**
 * What a plan reads. No role here reads data but artifacts, secrets' values or Kubernetes objects; none changes anything. A plan cannot take the state's
 * lock with them: run it with `-lock=false`.
 */
export const PLAN_ROLES: readonly DeployerRole[] = [
  { role: "roles/artifactregistry.reader", reason: "reads repositories, and the charts in them that a plan renders" },
  { role: "roles/bigquery.metadataViewer", reason: "reads datasets and tables, not their rows" },
  { role: "roles/binaryauthorization.policyViewer", reason: "reads the policy on images" },
  { role: "roles/cloudkms.viewer", reason: "reads key rings and keys, not what they protect" },
  { role: "roles/compute.viewer", reason: "reads networks, firewall rules and routers" },
  { role: "roles/container.clusterViewer", reason: "reads clusters and node pools, no Kubernetes object" },
  { role: "roles/dns.reader", reason: "reads private zones" },
  { role: "roles/essentialcontacts.viewer", reason: "reads contacts" },
  { role: "roles/gkebackup.viewer", reason: "reads backup plans" },
  { role: "roles/gkehub.viewer", reason: "reads fleet memberships" },
  { role: "roles/iam.roleViewer", reason: "reads custom roles" },
  { role: "roles/iam.securityReviewer", reason: "reads who has which right" },
  { role: "roles/iam.serviceAccountViewer", reason: "reads service accounts" },
  { role: "roles/iam.workloadIdentityPoolViewer", reason: "reads pools and providers" },
  { role: "roles/logging.viewer", reason: "reads log buckets and sinks" },
  { role: "roles/modelarmor.viewer", reason: "reads templates of Model Armor" },
  { role: "roles/monitoring.viewer", reason: "reads alerts and dashboards" },
  { role: "roles/privilegedaccessmanager.viewer", reason: "reads entitlements" },
  { role: "roles/pubsub.viewer", reason: "reads topics" },
  { role: "roles/secretmanager.viewer", reason: "reads that secrets exist, not their values" },
  { role: "roles/serviceusage.serviceUsageViewer", reason: "reads which services are on" },
];

/**
 * What an apply changes, beside what a plan reads. Left out on purpose: trust itself (pools, the deployers' own accounts, deny and
 * organisation policies), which a person changes through an entitlement, so that a deployer cannot widen its own rights.
 */
export const APPLY_ROLES: readonly DeployerRole[] = [
  { role: "roles/artifactregistry.admin", reason: "makes repositories and binds roles on them" },
  { role: "roles/binaryauthorization.policyEditor", reason: "writes the policy on images" },
  { role: "roles/cloudkms.admin", reason: "makes keys and binds roles on them; cannot decrypt" },
  { role: "roles/compute.networkAdmin", reason: "makes networks, subnets, routers and NAT" },
  { role: "roles/compute.securityAdmin", reason: "makes firewall rules, which network administrators may not" },
  { role: "roles/container.clusterAdmin", reason: "makes clusters and node pools, no Kubernetes object" },
  { role: "roles/dns.admin", reason: "makes private zones" },
  { role: "roles/essentialcontacts.admin", reason: "writes contacts" },
  { role: "roles/gkebackup.admin", reason: "makes backup plans" },
  { role: "roles/gkehub.editor", reason: "registers clusters with the fleet" },
  { role: "roles/iam.serviceAccountCreator", reason: "makes service accounts; cannot act as them" },
  { role: "roles/logging.configWriter", reason: "makes log buckets and sinks" },
  { role: "roles/modelarmor.admin", reason: "makes templates of Model Armor" },
  { role: "roles/monitoring.editor", reason: "makes alerts and dashboards" },
  { role: "roles/pubsub.admin", reason: "makes topics and binds roles on them" },
  {
    role: "roles/secretmanager.admin",
    reason: "makes secrets and binds roles on them; could read values, which the audit log shows",
  },
  { role: "roles/serviceusage.serviceUsageAdmin", reason: "switches services on" },
];

/** What a plan reads besides where the environment serves models. Kubernetes objects are read, Secrets are not: plan with `-refresh=false`. */
export const SERVING_PLAN_ROLES: readonly DeployerRole[] = [
  { role: "roles/certificatemanager.viewer", reason: "reads certificates of the gateway" },
  { role: "roles/container.viewer", reason: "reads Kubernetes objects but Secrets" },
  { role: "roles/gkehub.gatewayReader", reason: "reaches the cluster through its fleet membership, to read" },
  { role: "roles/workflows.viewer", reason: "reads workflows" },
];

/** What an apply changes besides where the environment serves models. */
export const SERVING_APPLY_ROLES: readonly DeployerRole[] = [
  { role: "roles/certificatemanager.editor", reason: "makes certificates of the gateway" },
  { role: "roles/compute.loadBalancerAdmin", reason: "makes addresses and policies of the gateway" },
  {
    role: "roles/container.admin",
    reason:
      "makes Kubernetes objects of every kind: operators bring roles of their own; no narrower role may write them",
  },
  { role: "roles/gkehub.gatewayEditor", reason: "reaches the cluster through its fleet membership, to write" },
  { role: "roles/iap.admin", reason: "binds who may pass the gateway" },
  { role: "roles/workflows.editor", reason: "writes workflows, and may run them" },
];

/**
 * The only roles that the apply identity may give or take on the project itself: workloads' rights are bound on single resources. At most 10,
 * as IAM's `hasOnly` takes no more (IAM docs, "Set limits on granting roles").
 */
export const DEPLOYER_GRANTABLE_ROLES: readonly string[] = [
  "roles/bigquery.jobUser",
  "roles/bigquery.readSessionUser",
  "roles/cloudsql.client",
  "roles/cloudsql.instanceUser",
  "roles/container.defaultNodeServiceAccount",
  "roles/logging.logWriter",
  "roles/monitoring.metricWriter",
  "roles/monitoring.viewer",
  "roles/serviceusage.serviceUsageConsumer",
];

/**
 * The only ones that it may give or take in one change where the environment serves models: those of the stacks `addons` and `serving`. The
 * provider puts bindings that it makes at the same time into one change, and IAM asks that all of it be on one list: a role that both lists
 * need stands on both. At most 10, too.
 */
export const SERVING_GRANTABLE_ROLES: readonly string[] = [
  "roles/aiplatform.user",
  "roles/gkehub.gatewayAdmin",
  "roles/gkehub.gatewayEditor",
  "roles/gkehub.gatewayReader",
  "roles/logging.logWriter",
  "roles/modelarmor.calloutUser",
  "roles/modelarmor.user",
  "roles/monitoring.metricWriter",
  "roles/monitoring.viewer",
  "roles/serviceusage.serviceUsageConsumer",
];
