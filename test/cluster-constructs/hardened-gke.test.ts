import type { Block } from "../../lib/core";
import { gpuCluster, stackOf } from "./fixture";
import { hardenedGkeRules } from "./hardened-rules";

const clusterRules = hardenedGkeRules.filter((rule) => rule.type === "google_container_cluster");
const poolRules = hardenedGkeRules.filter((rule) => rule.type === "google_container_node_pool");

function brokenBy(type: string, config: Block): string[] {
  return hardenedGkeRules.filter((rule) => rule.type === type && !rule.holds(config)).map((rule) => rule.id);
}

function clusterWith(overrides: Block): Block {
  return stackOf((stack) => {
    const { cluster } = gpuCluster(stack).resources;
    for (const [path, value] of Object.entries(overrides)) cluster.addOverride(path, value);
  }).only("google_container_cluster");
}

const MANAGED = "container.managed";

/** For each rule on clusters: an override that breaks it, and the rules that then fail where it is not that one alone. */
const CLUSTER_BREAKS: Readonly<Record<string, { readonly set: Block; readonly red?: readonly string[] }>> = {
  [`${MANAGED}.disableABAC`]: {
    set: { enable_legacy_abac: true },
    red: [`${MANAGED}.disableABAC`, "custom.gkeDisableLegacyAbac"],
  },
  [`${MANAGED}.disableInsecureKubeletReadOnlyPort`]: {
    set: { "node_pool_defaults.node_config_defaults.insecure_kubelet_readonly_port_enabled": "TRUE" },
  },
  [`${MANAGED}.disableLegacyClientCertificateIssuance`]: {
    set: { "master_auth.client_certificate_config.issue_client_certificate": true },
  },
  [`${MANAGED}.disableRBACSystemBindings`]: {
    set: { "rbac_binding_config.enable_insecure_binding_system_authenticated": true },
  },
  [`${MANAGED}.disallowDefaultComputeServiceAccount`]: {
    set: { "node_config.service_account": "123456789012-compute@developer.gserviceaccount.com" },
  },
  [`${MANAGED}.enableBinaryAuthorization`]: { set: { "binary_authorization.evaluation_mode": "DISABLED" } },
  [`${MANAGED}.enableCloudLogging`]: { set: { logging_service: "none" } },
  [`${MANAGED}.enableGoogleGroupsRBAC`]: { set: { authenticator_groups_config: null } },
  [`${MANAGED}.enableNetworkPolicy`]: {
    set: { datapath_provider: "LEGACY_DATAPATH" },
    red: [`${MANAGED}.enableNetworkPolicy`, "custom.gkeRequireDataplaneV2"],
  },
  [`${MANAGED}.enablePrivateNodes`]: { set: { "private_cluster_config.enable_private_nodes": false } },
  [`${MANAGED}.enableSecretsEncryption`]: { set: { "database_encryption.state": "DECRYPTED" } },
  [`${MANAGED}.enableSecurityBulletinNotifications`]: {
    set: { "notification_config.pubsub.enabled": false },
  },
  [`${MANAGED}.enableShieldedNodes`]: { set: { enable_shielded_nodes: false } },
  [`${MANAGED}.enableWorkloadIdentityFederation`]: { set: { workload_identity_config: null } },
  "custom.gkeAllowedReleaseChannels": { set: { "release_channel.channel": "RAPID" } },
  "custom.gkeDisableAlphaCluster": { set: { enable_kubernetes_alpha: true } },
  "custom.gkeDisableKubernetesDashboard": { set: { "addons_config.kubernetes_dashboard.disabled": false } },
  "custom.gkeDisableLegacyAbac": {
    set: { enable_legacy_abac: true },
    red: [`${MANAGED}.disableABAC`, "custom.gkeDisableLegacyAbac"],
  },
  "custom.gkeRequireDataplaneV2": { set: { datapath_provider: "LEGACY_DATAPATH", "network_policy.enabled": true } },
  "custom.gkeRequireIntraNodeVisibility": { set: { enable_intranode_visibility: false } },
  "custom.gkeRequireMasterAuthorizedNetworks": { set: { master_authorized_networks_config: null } },
  "custom.gkeRequireMonitoring": { set: { monitoring_service: "none" } },
  "custom.gkeRequirePrivateEndpoint": { set: { "private_cluster_config.enable_private_endpoint": false } },
  "custom.gkeRequireRegionalClusters": { set: { location: "europe-west4-a" } },
  "custom.gkeRequireVPCNativeCluster": { set: { networking_mode: "ROUTES" } },
};

// What a pool must say to meet every rule, gVisor included, which google 6.50.0 cannot say (governance reference §1.2).
const POOL = {
  name: "prod-l4",
  management: { auto_repair: true, auto_upgrade: true },
  node_config: {
    image_type: "COS_CONTAINERD",
    service_account: "${google_service_account.l4.email}",
    boot_disk_kms_key: "projects/p/locations/l/keyRings/r/cryptoKeys/k",
    metadata: { "disable-legacy-endpoints": "true" },
    kubelet_config: { insecure_kubelet_readonly_port_enabled: "FALSE" },
    shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: true },
    workload_metadata_config: { mode: "GKE_METADATA" },
    sandbox_config: { type: "GVISOR" },
  },
};

/** For each rule on node pools: changes to `node_config`, or to `management`, that break it. */
const POOL_BREAKS: Readonly<Record<string, { readonly change: Block; readonly red?: readonly string[] }>> = {
  [`${MANAGED}.disableInsecureKubeletReadOnlyPort`]: { change: { kubelet_config: null } },
  [`${MANAGED}.disallowDefaultComputeServiceAccount`]: { change: { service_account: "default" } },
  "custom.gkeAllowedNodePoolImages": {
    change: { image_type: "UBUNTU_CONTAINERD" },
    red: ["custom.gkeAllowedNodePoolImages", "custom.gkeRequireCOSImage"],
  },
  "custom.gkeDisableLegacyMetadataEndpoints": { change: { metadata: { "disable-legacy-endpoints": "false" } } },
  "custom.gkeRequireCOSImage": {
    change: { image_type: null },
    red: ["custom.gkeAllowedNodePoolImages", "custom.gkeRequireCOSImage"],
  },
  "custom.gkeRequireGKEMetadataServer": { change: { workload_metadata_config: { mode: "GCE_METADATA" } } },
  "custom.gkeRequireIntegrityMonitoring": {
    change: { shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: false } },
  },
  "custom.gkeRequireNodePoolAutoRepair": { change: { management: { auto_repair: false, auto_upgrade: true } } },
  "custom.gkeRequireNodePoolAutoUpgrade": { change: { management: { auto_repair: true, auto_upgrade: false } } },
  "custom.gkeRequireNodePoolCMEKEncryption": { change: { boot_disk_kms_key: null } },
  "custom.gkeRequireNodePoolSandbox": { change: { sandbox_config: null } },
  "custom.gkeRequireSecureBoot": {
    change: { shielded_instance_config: { enable_secure_boot: false, enable_integrity_monitoring: true } },
  },
};

function poolWith({ management = POOL.management, ...nodeConfig }: Block): Block {
  return { ...POOL, management, node_config: { ...POOL.node_config, ...nodeConfig } };
}

describe("Google's hardened constraints on GKE", () => {
  test("there are 35: 14 managed, 21 custom", () => {
    const ids = [...new Set(hardenedGkeRules.map((rule) => rule.id))];
    expect(ids).toHaveLength(35);
    expect(ids.filter((id) => id.startsWith("container.managed."))).toHaveLength(14);
    expect(ids.filter((id) => id.startsWith("custom.gke"))).toHaveLength(21);
  });

  describe("a cluster with nothing but the required props", () => {
    test.each(clusterRules.map((rule) => [rule.id, rule] as const))("meets %s", (_id, rule) => {
      expect(rule.holds(clusterWith({}))).toBe(true);
    });
  });

  describe("a cluster that an override weakens", () => {
    test.each(clusterRules.map((rule) => rule.id))("fails %s, and no other rule", (id) => {
      const { set, red = [id] } = CLUSTER_BREAKS[id]!;
      expect(brokenBy("google_container_cluster", clusterWith(set))).toEqual(red);
    });
  });

  describe("node pools", () => {
    test("one that says everything meets every rule", () => {
      expect(brokenBy("google_container_node_pool", POOL)).toEqual([]);
      expect(brokenBy("google_container_node_pool", { ...POOL, node_config: [POOL.node_config] })).toEqual([]);
    });

    test.each(poolRules.map((rule) => rule.id))("one that breaks %s fails it, and no other rule", (id) => {
      const { change, red = [id] } = POOL_BREAKS[id]!;
      expect(brokenBy("google_container_node_pool", poolWith(change))).toEqual(red);
    });
  });
});
