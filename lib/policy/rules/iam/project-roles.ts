/** Roles that may be given on a project, and why no narrower place will do. */
export const PROJECT_ROLES: Readonly<Record<string, string>> = {
  "roles/aiplatform.user": "jobs and predictions have no resource before they are made",
  "roles/bigquery.jobUser": "a query is billed to a project, not to a dataset; it gives no data",
  "roles/bigquery.readSessionUser": "read sessions are made in a project; it gives no data",
  "roles/cloudprofiler.agent": "profiles belong to a project",
  "roles/cloudsql.client": "Cloud SQL has no IAM policy on instances; restrict it by a condition",
  "roles/cloudsql.instanceUser": "Cloud SQL has no IAM policy on instances; restrict it by a condition",
  "roles/cloudtrace.agent": "traces belong to a project",
  "roles/container.clusterViewer": "clusters have no IAM policy; it reads no Kubernetes objects",
  "roles/container.defaultNodeServiceAccount": "nodes write logs and metrics, which belong to a project",
  "roles/datastore.user": "Firestore databases have no IAM policy; restrict it by a condition",
  "roles/errorreporting.writer": "errors belong to a project",
  "roles/gkehub.gatewayEditor":
    "the Connect Gateway is documented on projects alone; Kubernetes itself says what its holder may do in a cluster",
  "roles/gkehub.gatewayReader": "as gatewayEditor, to read",
  "roles/logging.logWriter": "logs belong to a project",
  "roles/modelarmor.calloutUser": "templates have no IAM policy; it asks, and reads no template",
  "roles/modelarmor.user": "templates have no IAM policy",
  "roles/monitoring.metricWriter": "metrics belong to a project",
  "roles/monitoring.viewer": "metrics belong to a project",
  "roles/redis.dbConnectionUser": "Redis clusters have no IAM policy; restrict it by a condition",
  "roles/workflows.invoker": "workflows have no IAM policy; what one may do is its own account's right",
  "roles/serviceusage.serviceUsageConsumer": "quota belongs to a project; image streaming needs it",
};

/** Roles that only groups of people may have besides, and why no narrower one will do. */
export const GROUP_ROLES: Readonly<Record<string, string>> = {
  "roles/gkehub.gatewayAdmin":
    "as gatewayEditor, with shells and forwarded ports; no other predefined role has gkehub.gateway.stream",
};

/** Roles that a federated CI identity may have besides, because it makes the resources. Never one that lets it act as others. */
export const DEPLOYER_ROLES: Readonly<Record<string, string>> = {
  "roles/artifactregistry.admin": "makes repositories",
  "roles/bigquery.admin": "makes datasets",
  "roles/binaryauthorization.policyEditor": "writes the policy of the project",
  "roles/cloudkms.admin": "makes keys; cannot use them",
  "roles/compute.networkAdmin": "makes networks",
  "roles/compute.securityAdmin": "makes firewall rules",
  "roles/compute.viewer": "plans",
  "roles/container.admin": "makes clusters",
  "roles/container.viewer": "plans",
  "roles/dns.admin": "makes zones",
  "roles/gkebackup.admin": "makes backup plans",
  "roles/iam.roleAdmin": "makes custom roles",
  "roles/iam.securityReviewer": "plans: reads policies",
  "roles/logging.configWriter": "makes sinks and log buckets",
  "roles/monitoring.editor": "makes alerts",
  "roles/pubsub.admin": "makes topics",
  "roles/resourcemanager.projectIamAdmin": "gives the rights of this program; limit it by a condition on the roles",
  "roles/secretmanager.admin": "makes secrets",
  "roles/serviceusage.serviceUsageAdmin": "enables APIs",
  "roles/serviceusage.serviceUsageViewer": "plans",
  "roles/storage.admin": "makes buckets",
};

/** True for an identity of another provider (CI), which is not a workload of a cluster. */
export function isFederated(member: string): boolean {
  return /^principal(Set)?:\/\//.test(member) && !/\.svc\.id\.goog|\/subject\/ns\//.test(member);
}
