import type { Block } from "../../lib/core";
import { hardenedGke } from "../../lib/policy";
import { verdictOn } from "./judged";

const CLUSTER = "google_container_cluster";
const POOL = "google_container_node_pool";
const LATE = "${var.late}";

interface Cases {
  readonly type?: string;
  readonly passing: readonly Block[];
  readonly failing: readonly Block[];
  readonly unknown: readonly Block[];
}

/** One attribute with values that pass, that fail, and an expression. */
function attribute(
  type: string,
  path: string,
  passing: readonly unknown[],
  failing: readonly unknown[],
  late = true,
): Cases {
  const at = (value: unknown): Block =>
    path.split(".").reduceRight<unknown>((inner, key) => (inner === undefined ? {} : { [key]: inner }), value) as Block;
  return { type, passing: passing.map(at), failing: failing.map(at), unknown: late ? [at(LATE)] : [] };
}

const cluster = (path: string, passing: readonly unknown[], failing: readonly unknown[]) =>
  attribute(CLUSTER, path, passing, failing);
const pool = (path: string, passing: readonly unknown[], failing: readonly unknown[]) =>
  attribute(POOL, path, passing, failing);

const NONE = undefined;
const ACCOUNTS = ["nodes@p.iam.gserviceaccount.com", "${google_service_account.nodes.email}"];
const DEFAULT_ACCOUNTS = [
  NONE,
  "",
  "default",
  "123-compute@developer.gserviceaccount.com",
  "${data.google_compute_default_service_account.it.email}",
];
const KUBELET = "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled";
// Where something that only Terraform knows is as good as a value, what is unknown is the block that it stands in.
const unknownBlock = (block: string): readonly Block[] => [{ [block]: LATE }];

const CASES: Readonly<Record<string, readonly Cases[]>> = {
  "container.managed.disableABAC": [cluster("enable_legacy_abac", [NONE, false, null], [true, "true"])],
  "container.managed.disableInsecureKubeletReadOnlyPort": [
    pool(KUBELET, ["FALSE"], [NONE, "TRUE"]),
    {
      type: CLUSTER,
      passing: [kubelets("FALSE", "FALSE")],
      failing: [kubelets("FALSE", "TRUE"), kubelets("TRUE", "FALSE"), {}],
      unknown: [kubelets(LATE, "FALSE")],
    },
  ],
  "container.managed.disableLegacyClientCertificateIssuance": [
    cluster("master_auth.client_certificate_config.issue_client_certificate", [false], [NONE, true]),
  ],
  "container.managed.disableRBACSystemBindings": [
    {
      type: CLUSTER,
      passing: [bindings(false, false)],
      failing: [bindings(true, false), bindings(false, true), {}],
      unknown: [bindings(LATE, false)],
    },
  ],
  "container.managed.disallowDefaultComputeServiceAccount": [
    { ...pool("node_config.service_account", ACCOUNTS, DEFAULT_ACCOUNTS), unknown: unknownBlock("node_config") },
    { ...cluster("node_config.service_account", ACCOUNTS, DEFAULT_ACCOUNTS), unknown: unknownBlock("node_config") },
  ],
  "container.managed.enableBinaryAuthorization": [
    cluster("binary_authorization.evaluation_mode", ["PROJECT_SINGLETON_POLICY_ENFORCE"], [NONE, "DISABLED"]),
  ],
  "container.managed.enableCloudLogging": [
    cluster(
      "logging_config.enable_components",
      [["SYSTEM_COMPONENTS", "WORKLOADS"]],
      [NONE, ["SYSTEM_COMPONENTS"], []],
    ),
    {
      type: CLUSTER,
      passing: [{ ...logging(), logging_service: "logging.googleapis.com/kubernetes" }],
      failing: [{ ...logging(), logging_service: "none" }],
      unknown: [{ logging_config: { enable_components: ["SYSTEM_COMPONENTS", LATE] } }],
    },
  ],
  "container.managed.enableGoogleGroupsRBAC": [
    {
      ...cluster("authenticator_groups_config.security_group", ["g@acme.example", LATE], [NONE, ""]),
      unknown: unknownBlock("authenticator_groups_config"),
    },
  ],
  "container.managed.enableNetworkPolicy": [
    {
      type: CLUSTER,
      passing: [{ datapath_provider: "ADVANCED_DATAPATH" }, { network_policy: [{ enabled: true }] }],
      failing: [{}, { datapath_provider: "LEGACY_DATAPATH", network_policy: { enabled: false } }],
      unknown: [{ datapath_provider: LATE }, { network_policy: { enabled: LATE } }],
    },
  ],
  "container.managed.enablePrivateNodes": [
    cluster("private_cluster_config.enable_private_nodes", [true], [NONE, false]),
  ],
  "container.managed.enableSecretsEncryption": [
    {
      type: CLUSTER,
      passing: [encryption("ENCRYPTED", "k"), encryption("ENCRYPTED", "${google_kms_crypto_key.k.id}")],
      failing: [{}, encryption("DECRYPTED", "k"), encryption("ENCRYPTED", "")],
      unknown: [encryption(LATE, "k")],
    },
  ],
  "container.managed.enableSecurityBulletinNotifications": [
    {
      type: CLUSTER,
      passing: [bulletins({}), bulletins({ filter: { event_type: ["SECURITY_BULLETIN_EVENT", "UPGRADE_EVENT"] } })],
      failing: [
        {},
        bulletins({ enabled: false }),
        bulletins({ topic: "" }),
        bulletins({ filter: { event_type: ["UPGRADE_EVENT"] } }),
      ],
      unknown: [bulletins({ enabled: LATE })],
    },
  ],
  "container.managed.enableShieldedNodes": [cluster("enable_shielded_nodes", [NONE, true], [false, "false"])],
  "container.managed.enableWorkloadIdentityFederation": [
    {
      ...cluster("workload_identity_config.workload_pool", ["p.svc.id.goog", LATE], [NONE, ""]),
      unknown: unknownBlock("workload_identity_config"),
    },
  ],
  "custom.gkeAllowedNodePoolImages": [pool("node_config.image_type", ["COS_CONTAINERD"], [NONE, "UBUNTU_CONTAINERD"])],
  "custom.gkeAllowedReleaseChannels": [cluster("release_channel.channel", ["REGULAR", "STABLE"], [NONE, "RAPID"])],
  "custom.gkeDisableAlphaCluster": [cluster("enable_kubernetes_alpha", [NONE, false], [true])],
  "custom.gkeDisableKubernetesDashboard": [
    cluster("addons_config.kubernetes_dashboard.disabled", [NONE, true], [false]),
  ],
  "custom.gkeDisableLegacyAbac": [cluster("enable_legacy_abac", [NONE, false], [true])],
  "custom.gkeDisableLegacyMetadataEndpoints": [
    pool("node_config.metadata.disable-legacy-endpoints", ["true", true], [NONE, "false"]),
  ],
  "custom.gkeRequireCOSImage": [pool("node_config.image_type", ["COS_CONTAINERD"], [NONE, "UBUNTU_CONTAINERD"])],
  "custom.gkeRequireDataplaneV2": [cluster("datapath_provider", ["ADVANCED_DATAPATH"], [NONE, "LEGACY_DATAPATH"])],
  "custom.gkeRequireGKEMetadataServer": [
    pool("node_config.workload_metadata_config.mode", ["GKE_METADATA"], [NONE, "GCE_METADATA"]),
  ],
  "custom.gkeRequireIntegrityMonitoring": [
    pool("node_config.shielded_instance_config.enable_integrity_monitoring", [NONE, true], [false]),
  ],
  "custom.gkeRequireIntraNodeVisibility": [cluster("enable_intranode_visibility", [true, "true"], [NONE, false])],
  "custom.gkeRequireMasterAuthorizedNetworks": [
    {
      ...cluster("master_authorized_networks_config", [{}, [{}], { cidr_blocks: [] }], [NONE, []]),
      unknown: [],
    },
  ],
  "custom.gkeRequireMonitoring": [
    cluster("monitoring_service", [NONE, "monitoring.googleapis.com/kubernetes"], ["none"]),
    cluster("monitoring_config.enable_components", [NONE, ["SYSTEM_COMPONENTS", "POD"]], [["POD"]]),
  ],
  "custom.gkeRequireNodePoolAutoRepair": [pool("management.auto_repair", [true], [NONE, false])],
  "custom.gkeRequireNodePoolAutoUpgrade": [pool("management.auto_upgrade", [true], [NONE, false])],
  "custom.gkeRequireNodePoolCMEKEncryption": [
    { ...pool("node_config.boot_disk_kms_key", ["k", LATE], [NONE, ""]), unknown: unknownBlock("node_config") },
  ],
  "custom.gkeRequireNodePoolSandbox": [
    { ...pool("node_config.sandbox_config", [{ type: "GVISOR" }], [NONE]), unknown: unknownBlock("node_config") },
  ],
  "custom.gkeRequirePrivateEndpoint": [
    cluster("private_cluster_config.enable_private_endpoint", [true], [NONE, false]),
  ],
  "custom.gkeRequireRegionalClusters": [
    cluster("location", ["europe-west4", "northamerica-northeast1"], [NONE, "europe-west4-a"]),
  ],
  "custom.gkeRequireSecureBoot": [
    pool("node_config.shielded_instance_config.enable_secure_boot", [true], [NONE, false]),
  ],
  "custom.gkeRequireVPCNativeCluster": [
    {
      type: CLUSTER,
      passing: [{ ip_allocation_policy: {} }, { ip_allocation_policy: [{}], networking_mode: "VPC_NATIVE" }],
      failing: [{}, { ip_allocation_policy: {}, networking_mode: "ROUTES" }],
      unknown: [{ ip_allocation_policy: {}, networking_mode: LATE }],
    },
  ],
};

function kubelets(defaults: string, own: string): Block {
  return {
    node_pool_defaults: { node_config_defaults: { insecure_kubelet_readonly_port_enabled: defaults } },
    node_config: { kubelet_config: { insecure_kubelet_readonly_port_enabled: own } },
  };
}

function bindings(authenticated: unknown, unauthenticated: unknown): Block {
  return {
    rbac_binding_config: {
      enable_insecure_binding_system_authenticated: authenticated,
      enable_insecure_binding_system_unauthenticated: unauthenticated,
    },
  };
}

function logging(): Block {
  return { logging_config: { enable_components: ["SYSTEM_COMPONENTS", "WORKLOADS"] } };
}

function encryption(state: string, key: string): Block {
  return { database_encryption: [{ state, key_name: key }] };
}

function bulletins(changed: Block): Block {
  return { notification_config: { pubsub: { enabled: true, topic: "projects/p/topics/t", ...changed } } };
}

describe.each(hardenedGke.rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const cases = CASES[id]!;

  test.each(["passing", "failing", "unknown"] as const)("%s", (kind) => {
    const status = { passing: "compliant", failing: "violation", unknown: "unknown" }[kind];
    for (const row of cases) {
      for (const config of row[kind]) {
        expect({ config, ...verdictOn(rule, row.type!, config) }).toMatchObject({ config, status });
      }
    }
  });

  test("judges the types that the table covers, and speaks of Google's constraint", () => {
    expect(new Set(cases.map(({ type }) => type))).toEqual(new Set(rule.resourceTypes));
    expect(rule.controls).toContainEqual({ framework: "Google hardened", id });
  });
});

test("there are 35: 14 managed, 21 custom, each with a table", () => {
  const ids = hardenedGke.rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(35);
  expect(ids.filter((id) => id.startsWith("container.managed."))).toHaveLength(14);
  expect(ids.filter((id) => id.startsWith("custom.gke"))).toHaveLength(21);
  expect(Object.keys(CASES).sort()).toEqual([...ids].sort());
});

test("the pool that a cluster is made with needs no sandbox", () => {
  const rule = hardenedGke.rules.find(({ id }) => id === "custom.gkeRequireNodePoolSandbox")!;
  expect(verdictOn(rule, POOL, { name: "default-pool" })).toEqual({ status: "not-applicable" });
});
