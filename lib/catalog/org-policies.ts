/** What a constraint asks for on our projects. In texts, `{projectId}` and the like stand for facts of the environment. */
export type ConstraintRule =
  | { readonly enforce: true }
  | { readonly allow: readonly string[] }
  | { readonly deny: readonly string[] }
  | { readonly denyAll: true }
  /** Allows what the environment lists under this name; nothing where the list is empty. */
  | { readonly allowListed: "identityProviders" | "services" };

/** What defines a custom constraint: it belongs to an organisation. */
export interface CustomConstraint {
  /** Type that it judges, e.g. `container.googleapis.com/NodePool`. */
  readonly resourceType: string;
  /** What must not be, in CEL. */
  readonly denyWhen: string;
  /** Methods that it judges: some types cannot be judged at update. */
  readonly methods: readonly ("CREATE" | "UPDATE")[];
}

export interface OrganisationConstraint {
  readonly rule: ConstraintRule;
  /** What it keeps from happening. */
  readonly why: string;
  /** Requirements of published frameworks that it helps to meet. */
  readonly controls: readonly string[];
  /** Only for constraints named `custom.…`. */
  readonly custom?: CustomConstraint;
}

const ENFORCE = { enforce: true } as const;
const BOTH = ["CREATE", "UPDATE"] as const;

function custom(
  resourceType: string,
  denyWhen: string,
  why: string,
  controls: readonly string[],
  methods: readonly ("CREATE" | "UPDATE")[] = BOTH,
): OrganisationConstraint {
  return { rule: ENFORCE, why, controls, custom: { resourceType, denyWhen, methods } };
}

const cluster = (denyWhen: string, why: string, ...controls: string[]) =>
  custom("container.googleapis.com/Cluster", denyWhen, why, controls);
const nodePool = (denyWhen: string, why: string, ...controls: string[]) =>
  custom("container.googleapis.com/NodePool", denyWhen, why, controls);

/**
 * Constraints of Google's hardened set (Cloud Foundation Fabric, FAST "hardened" dataset, read 2026-11-21) that concern what the platform
 * makes. CIS GKE ids are of 1.4, CIS GCP ids of 4.0.0.
 *
 * Left out of the set, because the platform's own resources break them: `custom.gkeRequireNodePoolSandbox`, `custom.gkeRequireNodePoolAutoRepair`
 * and `custom.gkeRequireSecureBoot` (some GPU pools cannot, each acknowledged where it is made), `compute.managed.disableSerialPortLogging` (GKE
 * nodes write to it), BigQuery in `gcp.restrictNonCmekServices` (a linked dataset of logs has no key of its own), `compute.managed.vmCanIpForward` (GKE nodes may forward; unconfirmed), `custom.iamDisableAdminServiceAccount` (the
 * deployer needs administrator roles of single services).
 */
export const ORGANISATION_CONSTRAINTS = {
  // GKE
  "container.managed.disableABAC": {
    rule: ENFORCE,
    why: "attribute-based access bypasses IAM and RBAC",
    controls: ["CIS GKE 5.8.4"],
  },
  "container.managed.disableInsecureKubeletReadOnlyPort": {
    rule: ENFORCE,
    why: "the kubelet's port 10255 asks nobody who they are",
    controls: ["Google hardened"],
  },
  "container.managed.disableLegacyClientCertificateIssuance": {
    rule: ENFORCE,
    why: "client certificates cannot be revoked",
    controls: ["CIS GKE 5.8.2"],
  },
  "container.managed.disableRBACSystemBindings": {
    rule: ENFORCE,
    why: "bindings to anonymous users or to everybody with a login open the cluster",
    controls: ["Google hardened"],
  },
  "container.managed.disallowDefaultComputeServiceAccount": {
    rule: ENFORCE,
    why: "the default account carries rights that nodes do not need",
    controls: ["CIS GKE 5.2.1"],
  },
  "container.managed.enableBinaryAuthorization": {
    rule: ENFORCE,
    why: "a cluster without it runs any image",
    controls: ["CIS GKE 5.10.5"],
  },
  "container.managed.enableCloudLogging": {
    rule: ENFORCE,
    why: "what is not logged cannot be found out",
    controls: ["CIS GKE 5.7.1", "EU AI Act Art. 12"],
  },
  "container.managed.enableGoogleGroupsRBAC": {
    rule: ENFORCE,
    why: "rights belong to groups, which outlive people's jobs",
    controls: ["CIS GKE 5.8.3"],
  },
  "container.managed.enableNetworkPolicy": {
    rule: ENFORCE,
    why: "tenants must not reach each other's pods",
    controls: ["CIS GKE 5.6.7"],
  },
  "container.managed.enablePrivateNodes": {
    rule: ENFORCE,
    why: "nodes need no address on the internet",
    controls: ["CIS GKE 5.6.5"],
  },
  "container.managed.enableSecretsEncryption": {
    rule: ENFORCE,
    why: "secrets in etcd lie encrypted with a key of ours",
    controls: ["CIS GKE 5.3.1"],
  },
  "container.managed.enableSecurityBulletinNotifications": {
    rule: ENFORCE,
    why: "somebody must hear of a vulnerability",
    controls: ["Google hardened"],
  },
  "container.managed.enableShieldedNodes": {
    rule: ENFORCE,
    why: "a node must prove that it is one",
    controls: ["CIS GKE 5.5.5"],
  },
  "container.managed.enableWorkloadIdentityFederation": {
    rule: ENFORCE,
    why: "workloads have identities of their own, without keys",
    controls: ["CIS GKE 5.2.2"],
  },
  "custom.gkeAllowedNodePoolImages": nodePool(
    `!(resource.config.imageType in ["COS_CONTAINERD"])`,
    "only Google's hardened node image",
    "CIS GKE 5.5.1",
  ),
  "custom.gkeAllowedReleaseChannels": cluster(
    `!(resource.releaseChannel.channel in ["REGULAR", "STABLE"])`,
    "versions that Google has tried out",
    "CIS GKE 5.5.4",
  ),
  "custom.gkeDisableAlphaCluster": cluster(
    "resource.enableKubernetesAlpha",
    "alpha clusters get no upgrade and no support",
    "CIS GKE 5.10.2",
  ),
  "custom.gkeRequireDataplaneV2": cluster(
    `!(resource.networkConfig.datapathProvider in ["ADVANCED_DATAPATH"])`,
    "network policies are enforced and logged",
    "CIS GKE 5.6.7",
  ),
  "custom.gkeRequireGKEMetadataServer": nodePool(
    `!(resource.config.workloadMetadataConfig.mode in ["GKE_METADATA"])`,
    "pods cannot take the node's identity",
    "CIS GKE 5.5.7",
  ),
  "custom.gkeRequireIntegrityMonitoring": nodePool(
    "!resource.config.shieldedInstanceConfig.enableIntegrityMonitoring",
    "a changed boot chain is noticed",
    "CIS GKE 5.5.6",
  ),
  "custom.gkeRequireIntraNodeVisibility": cluster(
    "!resource.networkConfig.enableIntraNodeVisibility",
    "flow logs see what pods of one node tell each other",
    "CIS GKE 5.6.1",
  ),
  "custom.gkeRequirePrivateEndpoint": cluster(
    "!resource.privateClusterConfig.enablePrivateEndpoint",
    "the control plane has no address on the internet",
    "CIS GKE 5.6.4",
  ),
  "custom.gkeRequireNodePoolAutoUpgrade": nodePool(
    "!resource.management.autoUpgrade",
    "nodes get patches without being asked",
    "CIS GKE 5.5.3",
  ),
  "custom.gkeRequireNodePoolCMEKEncryption": nodePool(
    "!has(resource.config.bootDiskKmsKey)",
    "boot disks lie encrypted with a key of ours",
    "CIS GKE 5.9.1",
  ),

  // Identities
  "iam.disableServiceAccountKeyCreation": {
    rule: ENFORCE,
    why: "keys leak and outlive their purpose",
    controls: ["CIS GCP 1.4"],
  },
  "iam.disableServiceAccountKeyUpload": {
    rule: ENFORCE,
    why: "an uploaded key is a key all the same",
    controls: ["CIS GCP 1.4"],
  },
  "iam.managed.disableServiceAccountApiKeyCreation": {
    rule: ENFORCE,
    why: "an API key that acts as an account is a password",
    controls: ["CIS GCP 1.4"],
  },
  "iam.managed.preventPrivilegedBasicRolesForDefaultServiceAccounts": {
    rule: ENFORCE,
    why: "default accounts must not own the project",
    controls: ["CIS GCP 1.5"],
  },
  "iam.automaticIamGrantsForDefaultServiceAccounts": {
    rule: ENFORCE,
    why: "a new default account must not get the editor role",
    controls: ["CIS GCP 1.5"],
  },
  "iam.disableAuditLoggingExemption": {
    rule: ENFORCE,
    why: "nobody is left out of the audit log",
    controls: ["CIS GCP 2.1", "EU AI Act Art. 12"],
  },
  "iam.serviceAccountKeyExposureResponse": {
    rule: { allow: ["is:DISABLE_KEY"] },
    why: "a key that leaked is switched off at once",
    controls: ["CIS GCP 1.4"],
  },
  "iam.workloadIdentityPoolAwsAccounts": {
    rule: { denyAll: true },
    why: "no AWS account may log in",
    controls: ["Google hardened"],
  },
  "iam.workloadIdentityPoolProviders": {
    rule: { allowListed: "identityProviders" },
    why: "only the issuers of our deployers may log in",
    controls: ["Google hardened"],
  },
  "iam.allowedPolicyMemberDomains": {
    rule: { allow: ["is:{customerId}"] },
    why: "rights stay within the organisation",
    controls: ["CIS GCP 1.1"],
  },
  "custom.iamDisablePublicBindings": custom(
    "iam.googleapis.com/AllowPolicy",
    `resource.bindings.exists(b, b.members.exists(m, MemberSubjectMatches(m, ["allUsers", "allAuthenticatedUsers"])))`,
    "nothing is for everybody",
    ["CIS GCP 5.1"],
  ),
  "custom.iamDisableBasicRoles": custom(
    "iam.googleapis.com/AllowPolicy",
    `resource.bindings.exists(b, RoleNameMatches(b.role, ["roles/owner", "roles/editor", "roles/viewer", "roles/admin", "roles/writer", "roles/reader"]) && b.members.exists(m, MemberSubjectStartsWith(m, ["user:", "group:"])))`,
    "people get the rights that they need, not all of them",
    ["CIS GCP 1.5"],
  ),

  // Machines and networks
  "compute.disableGuestAttributesAccess": {
    rule: ENFORCE,
    why: "guest attributes carry data past IAM",
    controls: ["Google hardened"],
  },
  "compute.disableNestedVirtualization": {
    rule: ENFORCE,
    why: "no machine within a machine",
    controls: ["Google hardened"],
  },
  "compute.disableSerialPortAccess": {
    rule: ENFORCE,
    why: "the serial console knows no firewall",
    controls: ["CIS GCP 4.5"],
  },
  "compute.disableVpcExternalIpv6": {
    rule: ENFORCE,
    why: "external IPv6 goes round the NAT gateway",
    controls: ["Google hardened"],
  },
  "compute.requireOsLogin": {
    rule: ENFORCE,
    why: "SSH goes by IAM, not by keys in metadata",
    controls: ["CIS GCP 4.4"],
  },
  "compute.requireShieldedVm": { rule: ENFORCE, why: "machines boot what was signed", controls: ["CIS GCP 4.8"] },
  "compute.skipDefaultNetworkCreation": {
    rule: ENFORCE,
    why: "the default network is open",
    controls: ["CIS GCP 3.1"],
  },
  "compute.vmExternalIpAccess": {
    rule: { denyAll: true },
    why: "machines need no address on the internet",
    controls: ["CIS GCP 4.9"],
  },
  "compute.restrictLoadBalancerCreationForTypes": {
    rule: { allow: ["in:INTERNAL"] },
    why: "models are served inside",
    controls: ["Google hardened"],
  },
  "compute.restrictProtocolForwardingCreationForTypes": {
    rule: { allow: ["is:INTERNAL"] },
    why: "nothing is forwarded from the internet",
    controls: ["Google hardened"],
  },
  "compute.setNewProjectDefaultToZonalDNSOnly": {
    rule: ENFORCE,
    why: "one zone's failure stays in it",
    controls: ["Google hardened"],
  },
  "compute.requireVpcFlowLogs": {
    rule: { allow: ["ESSENTIAL", "LIGHT", "COMPREHENSIVE"] },
    why: "who talked to whom is known",
    controls: ["CIS GCP 3.8"],
  },
  "gcp.restrictTLSVersion": {
    rule: { deny: ["TLS_VERSION_1", "TLS_VERSION_1_1"] },
    why: "old TLS can be broken",
    controls: ["CIS GCP 3.9"],
  },
  "custom.networkRequireCustomModeVpc": custom(
    "compute.googleapis.com/Network",
    "resource.autoCreateSubnetworks",
    "every subnet is one that somebody planned",
    ["CIS GCP 3.1"],
    ["CREATE"],
  ),
  "custom.networkRequireSubnetPrivateGoogleAccess": custom(
    "compute.googleapis.com/Subnetwork",
    `!(resource.purpose in ["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY"]) && !resource.privateIpGoogleAccess`,
    "Google's APIs are reached without the internet",
    ["Google hardened"],
    ["CREATE"],
  ),

  // Data and keys
  "storage.publicAccessPrevention": { rule: ENFORCE, why: "no bucket is public", controls: ["CIS GCP 5.1"] },
  "storage.uniformBucketLevelAccess": {
    rule: ENFORCE,
    why: "IAM alone decides, no object's own list",
    controls: ["CIS GCP 5.2"],
  },
  "storage.secureHttpTransport": { rule: ENFORCE, why: "no object travels unencrypted", controls: ["Google hardened"] },
  "storage.restrictAuthTypes": {
    rule: { deny: ["in:ALL_HMAC_SIGNED_REQUESTS"] },
    why: "HMAC keys are keys",
    controls: ["CIS GCP 1.4"],
  },
  "bigquery.disableBQOmniAWS": { rule: ENFORCE, why: "data stays in Google Cloud", controls: ["Google hardened"] },
  "bigquery.disableBQOmniAzure": { rule: ENFORCE, why: "data stays in Google Cloud", controls: ["Google hardened"] },
  "gcp.restrictCmekCryptoKeyProjects": {
    rule: { allow: ["under:projects/{projectId}"] },
    why: "data is encrypted with keys of this environment only",
    controls: ["CIS GCP 1.10"],
  },
  "gcp.restrictNonCmekServices": {
    rule: {
      deny: [
        "aiplatform.googleapis.com",
        "artifactregistry.googleapis.com",
        "compute.googleapis.com",
        "container.googleapis.com",
        "gkebackup.googleapis.com",
        "logging.googleapis.com",
        "pubsub.googleapis.com",
        "secretmanager.googleapis.com",
        "storage.googleapis.com",
      ],
    },
    why: "nothing is made without a key of ours",
    controls: ["CIS GCP 7.2", "CIS GCP 7.3"],
  },
  "custom.cloudkmsAllowedRotationPeriod": custom(
    "cloudkms.googleapis.com/CryptoKey",
    `has(resource.rotationPeriod) && resource.rotationPeriod > duration("7776000s")`,
    "a key is renewed every 90 days or sooner",
    ["CIS GCP 1.10"],
  ),

  // Notebooks, APIs, contacts
  "ainotebooks.disableFileDownloads": {
    rule: ENFORCE,
    why: "training data does not leave by the browser",
    controls: ["EU AI Act Art. 10"],
  },
  "ainotebooks.disableRootAccess": {
    rule: ENFORCE,
    why: "nobody is root on a notebook",
    controls: ["Google hardened"],
  },
  "ainotebooks.restrictPublicIp": {
    rule: ENFORCE,
    why: "notebooks need no address on the internet",
    controls: ["Google hardened"],
  },
  "gcp.restrictServiceUsage": {
    rule: { allowListed: "services" },
    why: "only services that somebody decided on",
    controls: ["Google hardened"],
  },
  "essentialcontacts.allowedContactDomains": {
    rule: { allow: ["@{contactDomain}"] },
    why: "Google writes to nobody outside",
    controls: ["CIS GCP 1.16"],
  },
} as const satisfies Readonly<Record<string, OrganisationConstraint>>;

/** A key of `ORGANISATION_CONSTRAINTS`. */
export type ConstraintName = keyof typeof ORGANISATION_CONSTRAINTS;

// Organisation Policy docs, "Test policies in dry run": custom and managed constraints, and these.
const DRY_RUN: ReadonlySet<string> = new Set(["gcp.restrictServiceUsage", "gcp.restrictTLSVersion"]);

/** Whether a policy with the constraint can be tried out without being enforced. */
export function canDryRun(constraint: string): boolean {
  return constraint.startsWith("custom.") || constraint.includes(".managed.") || DRY_RUN.has(constraint);
}
