import type { Block } from "../../lib/core";

/** A constraint of Google's hardened set, as a predicate on what Terraform is given. */
export interface HardenedRule {
  /** Name of the organisation-policy constraint, in full. */
  readonly id: string;
  readonly type: "google_container_cluster" | "google_container_node_pool";
  /** True where the resource meets the constraint. */
  readonly holds: (config: Block) => boolean;
}

/** The value at a path; a nested block may be written as an object or as a list of one, and null is the same as nothing. */
function at(config: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => {
    const block = Array.isArray(value) ? (value as unknown[])[0] : value;
    return typeof block === "object" && block !== null ? ((block as Block)[key] ?? undefined) : undefined;
  }, config);
}

type Test = (value: unknown) => boolean;
const is =
  (wanted: unknown): Test =>
  (value) =>
    value === wanted;
const isNot =
  (refused: unknown): Test =>
  (value) =>
    value !== refused;
const oneOf =
  (...allowed: readonly unknown[]): Test =>
  (value) =>
    allowed.includes(value);
const given: Test = (value) => typeof value === "string" && value !== "";
// A custom service account: not the default one of Compute Engine, whose address starts with the project's number.
const dedicatedAccount: Test = (value) => given(value) && !/^(default|\d+-compute@)/.test(value as string);

function cluster(id: string, tests: Readonly<Record<string, Test>>): HardenedRule {
  return rule("google_container_cluster", id, tests);
}

function pool(id: string, tests: Readonly<Record<string, Test>>): HardenedRule {
  return rule("google_container_node_pool", id, tests);
}

function rule(type: HardenedRule["type"], id: string, tests: Readonly<Record<string, Test>>): HardenedRule {
  return { id, type, holds: (config) => Object.entries(tests).every(([path, test]) => test(at(config, path))) };
}

/**
 * The 35 constraints on GKE of cloud-foundation-fabric's hardened organisation: 14 managed by Google, 21 custom. Each is as strict as the
 * constraint, or stricter where Terraform leaves a default to GKE. Two of them judge clusters and node pools, so they stand here twice.
 */
export const hardenedGkeRules: readonly HardenedRule[] = [
  cluster("container.managed.disableABAC", { enable_legacy_abac: isNot(true) }),
  cluster("container.managed.disableInsecureKubeletReadOnlyPort", {
    "node_pool_defaults.node_config_defaults.insecure_kubelet_readonly_port_enabled": is("FALSE"),
    "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled": is("FALSE"),
  }),
  pool("container.managed.disableInsecureKubeletReadOnlyPort", {
    "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled": is("FALSE"),
  }),
  cluster("container.managed.disableLegacyClientCertificateIssuance", {
    "master_auth.client_certificate_config.issue_client_certificate": is(false),
  }),
  cluster("container.managed.disableRBACSystemBindings", {
    "rbac_binding_config.enable_insecure_binding_system_authenticated": is(false),
    "rbac_binding_config.enable_insecure_binding_system_unauthenticated": is(false),
  }),
  cluster("container.managed.disallowDefaultComputeServiceAccount", {
    "node_config.service_account": dedicatedAccount,
  }),
  pool("container.managed.disallowDefaultComputeServiceAccount", { "node_config.service_account": dedicatedAccount }),
  cluster("container.managed.enableBinaryAuthorization", {
    "binary_authorization.evaluation_mode": is("PROJECT_SINGLETON_POLICY_ENFORCE"),
  }),
  cluster("container.managed.enableCloudLogging", {
    logging_service: isNot("none"),
    "logging_config.enable_components": (components) =>
      Array.isArray(components) && components.includes("SYSTEM_COMPONENTS") && components.includes("WORKLOADS"),
  }),
  cluster("container.managed.enableGoogleGroupsRBAC", { "authenticator_groups_config.security_group": given }),
  {
    id: "container.managed.enableNetworkPolicy",
    type: "google_container_cluster",
    holds: (config) =>
      at(config, "datapath_provider") === "ADVANCED_DATAPATH" || at(config, "network_policy.enabled") === true,
  },
  cluster("container.managed.enablePrivateNodes", { "private_cluster_config.enable_private_nodes": is(true) }),
  cluster("container.managed.enableSecretsEncryption", {
    "database_encryption.state": is("ENCRYPTED"),
    "database_encryption.key_name": given,
  }),
  cluster("container.managed.enableSecurityBulletinNotifications", {
    "notification_config.pubsub.enabled": is(true),
    "notification_config.pubsub.topic": given,
    "notification_config.pubsub.filter.event_type": (events) =>
      events === undefined || (Array.isArray(events) && events.includes("SECURITY_BULLETIN_EVENT")),
  }),
  cluster("container.managed.enableShieldedNodes", { enable_shielded_nodes: isNot(false) }),
  cluster("container.managed.enableWorkloadIdentityFederation", { "workload_identity_config.workload_pool": given }),
  pool("custom.gkeAllowedNodePoolImages", { "node_config.image_type": oneOf("COS_CONTAINERD") }),
  cluster("custom.gkeAllowedReleaseChannels", { "release_channel.channel": oneOf("REGULAR", "STABLE") }),
  cluster("custom.gkeDisableAlphaCluster", { enable_kubernetes_alpha: isNot(true) }),
  cluster("custom.gkeDisableKubernetesDashboard", { "addons_config.kubernetes_dashboard.disabled": isNot(false) }),
  cluster("custom.gkeDisableLegacyAbac", { enable_legacy_abac: isNot(true) }),
  pool("custom.gkeDisableLegacyMetadataEndpoints", { "node_config.metadata.disable-legacy-endpoints": is("true") }),
  pool("custom.gkeRequireCOSImage", { "node_config.image_type": is("COS_CONTAINERD") }),
  cluster("custom.gkeRequireDataplaneV2", { datapath_provider: is("ADVANCED_DATAPATH") }),
  pool("custom.gkeRequireGKEMetadataServer", { "node_config.workload_metadata_config.mode": is("GKE_METADATA") }),
  pool("custom.gkeRequireIntegrityMonitoring", {
    "node_config.shielded_instance_config.enable_integrity_monitoring": isNot(false),
  }),
  cluster("custom.gkeRequireIntraNodeVisibility", { enable_intranode_visibility: is(true) }),
  cluster("custom.gkeRequireMasterAuthorizedNetworks", {
    master_authorized_networks_config: (block) => block !== undefined && (!Array.isArray(block) || block.length > 0),
  }),
  cluster("custom.gkeRequireMonitoring", {
    monitoring_service: oneOf(undefined, "monitoring.googleapis.com/kubernetes"),
    "monitoring_config.enable_components": (components) =>
      components === undefined || (Array.isArray(components) && components.includes("SYSTEM_COMPONENTS")),
  }),
  pool("custom.gkeRequireNodePoolAutoRepair", { "management.auto_repair": is(true) }),
  pool("custom.gkeRequireNodePoolAutoUpgrade", { "management.auto_upgrade": is(true) }),
  pool("custom.gkeRequireNodePoolCMEKEncryption", { "node_config.boot_disk_kms_key": given }),
  {
    id: "custom.gkeRequireNodePoolSandbox",
    type: "google_container_node_pool",
    holds: (config) =>
      /default-pool/.test(String(config["name"])) || at(config, "node_config.sandbox_config") !== undefined,
  },
  cluster("custom.gkeRequirePrivateEndpoint", { "private_cluster_config.enable_private_endpoint": is(true) }),
  cluster("custom.gkeRequireRegionalClusters", {
    location: (location) => typeof location === "string" && /^[a-z]+(-[a-z, 1-9]+)$/.test(location),
  }),
  pool("custom.gkeRequireSecureBoot", { "node_config.shielded_instance_config.enable_secure_boot": is(true) }),
  cluster("custom.gkeRequireVPCNativeCluster", {
    networking_mode: oneOf(undefined, "VPC_NATIVE"),
    ip_allocation_policy: (block) => block !== undefined,
  }),
];
