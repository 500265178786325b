/** A Google Cloud service that the foundation enables. */
export interface PlatformApi {
  readonly service: string;
  /** What of the platform needs it. */
  readonly reason: string;
}

/**
 * Services for the foundation, network and cluster stacks, in the order in which they read best. Other stacks add their
 * own.
 */
export const PLATFORM_APIS: readonly PlatformApi[] = [
  { service: "serviceusage.googleapis.com", reason: "enables the other services" },
  { service: "cloudresourcemanager.googleapis.com", reason: "reads the project and binds roles on it" },
  { service: "iam.googleapis.com", reason: "service accounts and custom roles" },
  { service: "iamcredentials.googleapis.com", reason: "short-lived tokens for deployers that impersonate" },
  { service: "sts.googleapis.com", reason: "exchanges tokens of federated deployers and of workloads" },
  { service: "orgpolicy.googleapis.com", reason: "organisation policies on the project" },
  { service: "cloudkms.googleapis.com", reason: "key ring and keys" },
  { service: "secretmanager.googleapis.com", reason: "secrets, which the cluster's add-on mounts" },
  { service: "logging.googleapis.com", reason: "log buckets, sinks and the cluster's logs" },
  { service: "monitoring.googleapis.com", reason: "cluster metrics and managed Prometheus" },
  { service: "pubsub.googleapis.com", reason: "security bulletins and upgrade notices of the cluster" },
  { service: "storage.googleapis.com", reason: "state and data buckets" },
  { service: "artifactregistry.googleapis.com", reason: "registry of images" },
  { service: "containeranalysis.googleapis.com", reason: "attestations of images" },
  { service: "containerscanning.googleapis.com", reason: "vulnerability findings of images in the registry" },
  { service: "binaryauthorization.googleapis.com", reason: "admits only images that the policy allows" },
  { service: "compute.googleapis.com", reason: "networks, disks and nodes" },
  { service: "dns.googleapis.com", reason: "private zones for Google's APIs and for databases" },
  { service: "container.googleapis.com", reason: "GKE" },
  { service: "containerfilesystem.googleapis.com", reason: "images that stream to nodes" },
  { service: "containersecurity.googleapis.com", reason: "security posture of the cluster" },
  { service: "gkehub.googleapis.com", reason: "fleet membership" },
  { service: "connectgateway.googleapis.com", reason: "reaches the private cluster through its membership" },
  { service: "gkebackup.googleapis.com", reason: "Backup for GKE" },
  { service: "billingbudgets.googleapis.com", reason: "budget of the environment" },
  { service: "essentialcontacts.googleapis.com", reason: "whom Google writes to about incidents" },
  { service: "modelarmor.googleapis.com", reason: "searches prompts and answers of models" },
  { service: "bigquery.googleapis.com", reason: "queries over the audit logs" },
  { service: "privilegedaccessmanager.googleapis.com", reason: "rights that are lent for hours" },
  { service: "accesscontextmanager.googleapis.com", reason: "the perimeter round the project's data" },
];

/** Services for environments that serve models. */
export const SERVING_APIS: readonly PlatformApi[] = [
  { service: "certificatemanager.googleapis.com", reason: "certificate of the gateway" },
  { service: "networkservices.googleapis.com", reason: "calls Model Armor in the path of requests" },
  { service: "iap.googleapis.com", reason: "lets only named callers through the gateway" },
  { service: "workflows.googleapis.com", reason: "rollouts and the stop of models" },
  { service: "workflowexecutions.googleapis.com", reason: "runs of those workflows" },
];

/** Services that a surface of models needs, by the surface. */
export const SURFACE_APIS: Readonly<Record<string, readonly PlatformApi[]>> = {
  "cloud-run": [{ service: "run.googleapis.com", reason: "models on Cloud Run" }],
  vertex: [{ service: "aiplatform.googleapis.com", reason: "models on Vertex AI endpoints" }],
};
