import type { Block } from "../../lib/core";
import { baseline } from "../../lib/policy";
import { verdictOn } from "./judged";

const LATE = "${var.late}";
const KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const LABELS = { owner: "lead", team: "search" };

interface Cases {
  readonly type: string;
  readonly passing?: readonly Block[];
  readonly failing?: readonly Block[];
  readonly unknown?: readonly Block[];
  readonly "not-applicable"?: readonly Block[];
}

const BUCKET = "google_storage_bucket";
const FIREWALL = "google_compute_firewall";
const SUBNET = "google_compute_subnetwork";
const KMS = "google_kms_crypto_key";

const tcp = (ports: readonly string[], ...from: readonly string[]): Block => ({
  direction: "INGRESS",
  allow: [{ protocol: "tcp", ports }],
  source_ranges: from,
});

const CASES: Readonly<Record<string, readonly Cases[]>> = {
  "baseline.labelsPresent": [
    {
      type: "provider.google",
      passing: [{ default_labels: { ...LABELS, further: "x" } }],
      failing: [{}, { default_labels: { owner: "lead" } }],
      unknown: [{ default_labels: LATE }],
    },
    {
      type: "google_monitoring_alert_policy",
      passing: [{ user_labels: LABELS }],
      failing: [{}, { user_labels: {} }],
      unknown: [{ user_labels: '${merge({"owner":"lead"}, var.labels)}' }],
    },
    {
      type: "google_container_node_pool",
      passing: [{ node_config: { resource_labels: LABELS } }],
      failing: [
        {},
        { node_config: [{ resource_labels: { team: "search" } }] },
        { node_config: { resource_labels: { ...LABELS, owner: "" } } },
      ],
    },
  ],
  "baseline.noRemoteState": [{ type: "data.terraform_remote_state", failing: [{ backend: "gcs" }] }],
  "baseline.noProvisioners": [
    {
      type: "null_resource",
      passing: [{ triggers: {} }],
      failing: [{ provisioner: [{ "local-exec": { command: "rm -rf /" } }] }, { connection: { host: "h" } }],
    },
    { type: "google_compute_instance", passing: [{}], failing: [{ provisioner: { "remote-exec": {} } }] },
  ],
  "baseline.noKubernetesManifest": [{ type: "kubernetes_manifest", failing: [{ manifest: {} }] }],
  "baseline.providersPinned": [
    {
      type: "terraform",
      passing: [
        {},
        requires({ source: "hashicorp/google", version: "6.50.0" }),
        requires({ source: "registry.example/hashicorp/google", version: "~> 6.50.0" }),
        requires({ source: "hashicorp/google", version: "= 7.0.0-beta1" }),
      ],
      failing: [
        requires({ source: "google", version: "6.50.0" }),
        requires({ source: "hashicorp/google" }),
        requires({ source: "hashicorp/google", version: ">= 6.0" }),
        requires({ source: "hashicorp/google", version: "~> 6.50" }),
        requires("6.50.0"),
      ],
    },
  ],
  "baseline.deletionProtection": [
    {
      type: "google_sql_database_instance",
      passing: [
        { settings: { deletion_protection_enabled: true } },
        { deletion_protection: true, settings: [{ deletion_protection_enabled: true }] },
      ],
      failing: [{}, { deletion_protection: false, settings: { deletion_protection_enabled: true } }],
      unknown: [{ deletion_protection: LATE, settings: { deletion_protection_enabled: true } }],
    },
    { type: "google_container_cluster", passing: [{}], failing: [{ deletion_protection: false }] },
    { type: "google_alloydb_cluster", passing: [{}], failing: [{ deletion_policy: "FORCE" }] },
    { type: "google_secret_manager_secret", passing: [{ deletion_protection: true }], failing: [{}] },
    { type: "google_bigtable_table", passing: [{ deletion_protection: "PROTECTED" }], failing: [{}] },
  ],
  "baseline.keysPreventDestroy": [
    {
      type: KMS,
      passing: [{ lifecycle: { prevent_destroy: true } }],
      failing: [{}, { lifecycle: { prevent_destroy: false } }, { lifecycle: { ignore_changes: [] } }],
    },
    { type: "google_kms_key_ring", passing: [{ lifecycle: { prevent_destroy: true } }], failing: [{}] },
  ],
  "baseline.noForceDestroy": [
    {
      type: BUCKET,
      passing: [{}, { force_destroy: false }],
      failing: [{ force_destroy: true }, { force_destroy: "true" }],
      unknown: [{ force_destroy: LATE }],
    },
    { type: "google_bigquery_dataset", passing: [{}], failing: [{ delete_contents_on_destroy: true }] },
  ],
  "baseline.noLatestImages": [
    {
      type: "google_cloud_run_v2_service",
      passing: [image("r/i:1.2"), image("r/i@sha256:ab"), image("${var.registry}/i@sha256:ab")],
      failing: [image("r/i:latest"), image("r/i"), image("localhost:5000/i")],
      unknown: [image(LATE)],
      "not-applicable": [{}],
    },
    { type: "google_compute_disk", passing: [{ image: "debian-cloud/debian-13" }] },
    { type: "kubernetes_pod_v1", "not-applicable": [{ spec: { container: [{ image: "r/i:latest" }] } }] },
    {
      type: "google_compute_instance",
      "not-applicable": [{ boot_disk: { initialize_params: { image: "x:latest" } } }],
    },
  ],
  "baseline.encryptedWithOwnKey": [
    {
      type: BUCKET,
      passing: [{ encryption: { default_kms_key_name: KEY } }, { encryption: { default_kms_key_name: LATE } }],
      failing: [{}, { encryption: {} }],
      unknown: [{ encryption: LATE }],
    },
    {
      type: "google_bigtable_instance",
      passing: [{ cluster: [{ kms_key_name: KEY }, { kms_key_name: KEY }] }],
      failing: [{ cluster: [{ kms_key_name: KEY }, {}] }],
    },
    {
      type: "google_secret_manager_secret",
      passing: [secret({ auto: customer() }), secret({ user_managed: { replicas: [customer(), customer()] } })],
      failing: [{}, secret({ auto: {} }), secret({ user_managed: { replicas: [customer(), {}] } })],
      unknown: [{ replication: LATE }],
    },
    {
      type: "google_pubsub_topic",
      passing: [{ kms_key_name: KEY }],
      failing: [{}],
    },
  ],
  "custom.networkRequireCustomModeVpc": [
    {
      type: "google_compute_network",
      passing: [{ auto_create_subnetworks: false }],
      failing: [{}, { auto_create_subnetworks: true }],
      unknown: [{ auto_create_subnetworks: LATE }],
    },
  ],
  "custom.networkRequireSubnetPrivateGoogleAccess": [
    {
      type: SUBNET,
      passing: [{ private_ip_google_access: true }],
      failing: [{}, { private_ip_google_access: false }],
      unknown: [{ private_ip_google_access: LATE }],
      "not-applicable": [{ purpose: "REGIONAL_MANAGED_PROXY" }],
    },
  ],
  "compute.requireVpcFlowLogs": [
    {
      type: SUBNET,
      passing: [{ log_config: { flow_sampling: 0.5 } }, { log_config: [{ flow_sampling: 0.1 }] }],
      failing: [{}, { log_config: {} }, { log_config: { flow_sampling: 0.01 } }],
      unknown: [{ log_config: { flow_sampling: LATE } }],
      "not-applicable": [{ purpose: "GLOBAL_MANAGED_PROXY" }],
    },
  ],
  "custom.firewallEnforceRuleLogging": [
    { type: FIREWALL, passing: [{ log_config: { metadata: "INCLUDE_ALL_METADATA" } }], failing: [{}] },
  ],
  "custom.firewallRequireDescription": [
    { type: FIREWALL, passing: [{ description: "Health checks" }], failing: [{}, { description: "" }] },
  ],
  "custom.firewallRestrictPublicAccessRule": [
    {
      type: FIREWALL,
      passing: [tcp(["443"], "10.0.0.0/8"), { ...tcp(["443"]), source_tags: ["lb"] }],
      failing: [tcp(["443"], "0.0.0.0/0"), tcp(["443"], "1.2.3.4/0"), tcp(["443"], "::/0"), tcp(["443"])],
      unknown: [tcp(["443"], LATE), { ...tcp([]), source_ranges: LATE }],
      "not-applicable": [
        { ...tcp(["443"], "0.0.0.0/0"), direction: "EGRESS" },
        { direction: "INGRESS", deny: [{ protocol: "all" }], source_ranges: ["0.0.0.0/0"] },
      ],
    },
  ],
  "custom.firewallRestrictExplicitAllPortsRule": [
    {
      type: FIREWALL,
      passing: [tcp(["443"], "10.0.0.0/8"), { ...tcp([], "10.0.0.0/8"), allow: [{ protocol: "icmp" }] }],
      failing: [
        tcp(["0-65535"], "10.0.0.0/8"),
        tcp(["1-65535"], "10.0.0.0/8"),
        tcp([], "10.0.0.0/8"),
        { ...tcp([], "10.0.0.0/8"), allow: { protocol: "all" } },
        { ...tcp([], "10.0.0.0/8"), allow: [{ protocol: "6" }] },
      ],
      unknown: [tcp([LATE], "10.0.0.0/8")],
    },
  ],
  "custom.firewallRestrictSshRule": ports(22),
  "custom.firewallRestrictRdpRule": ports(3389),
  "custom.dnsRequirePolicyLogging": [
    {
      type: "google_dns_policy",
      passing: [{ enable_logging: true }],
      failing: [{}],
      unknown: [{ enable_logging: LATE }],
    },
  ],
  "custom.cloudkmsAllowedRotationPeriod": [
    {
      type: KMS,
      passing: [{ rotation_period: "7776000s" }, { purpose: "ENCRYPT_DECRYPT", rotation_period: "86400s" }],
      failing: [{}, { rotation_period: "7776001s" }, { rotation_period: "soon" }],
      unknown: [{ rotation_period: LATE }, { purpose: LATE }],
      "not-applicable": [{ purpose: "ASYMMETRIC_SIGN" }],
    },
  ],
  "custom.cloudkmsAllowedAlgorithms": [
    {
      type: KMS,
      passing: [{}, { version_template: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION" } }],
      failing: [{ version_template: { algorithm: "RSA_SIGN_PKCS1_2048_SHA256" } }],
      unknown: [{ version_template: { algorithm: LATE } }],
    },
  ],
  "storage.uniformBucketLevelAccess": [
    {
      type: BUCKET,
      passing: [{ uniform_bucket_level_access: true }],
      failing: [{}],
      unknown: [{ uniform_bucket_level_access: LATE }],
    },
  ],
  "storage.publicAccessPrevention": [
    {
      type: BUCKET,
      passing: [{ public_access_prevention: "enforced" }],
      failing: [{}, { public_access_prevention: "inherited" }],
      unknown: [{ public_access_prevention: LATE }],
    },
  ],
  "custom.storageRequireBucketObjectVersionning": [
    {
      type: BUCKET,
      passing: [{ versioning: { enabled: true } }],
      failing: [{}, { versioning: [{ enabled: false }] }],
      unknown: [{ versioning: LATE }],
      "not-applicable": [{ retention_policy: { retention_period: 1 } }],
    },
  ],
};

function requires(google: unknown): Block {
  return { required_providers: { google } };
}

function image(name: string): Block {
  return { template: { containers: [{ image: name }] } };
}

function secret(replication: Block): Block {
  return { replication };
}

function customer(): Block {
  return { customer_managed_encryption: { kms_key_name: KEY } };
}

function ports(port: number): readonly Cases[] {
  const open = String(port);
  return [
    {
      type: FIREWALL,
      passing: [tcp([open], "10.0.0.0/8", "172.16.0.0/12"), tcp(["443"], "0.0.0.0/0"), tcp(["1-21"], "8.8.8.8/32")],
      failing: [
        tcp([open], "0.0.0.0/0"),
        tcp([`${port - 1}-${port + 1}`], "35.235.240.0/20"),
        tcp([], "8.8.8.8/32"),
        tcp([open], "10.0.0.0/7"),
        {
          dynamic: { allow: { for_each: LATE, content: { protocol: "tcp", ports: [open] } } },
          source_ranges: ["8.8.8.8/32"],
        },
      ],
      unknown: [tcp([open], LATE), { ...tcp([]), source_ranges: ["8.8.8.8/32"], allow: LATE }],
      "not-applicable": [{ ...tcp([open], "0.0.0.0/0"), disabled: true }],
    },
  ];
}

const STATUS = {
  passing: "compliant",
  failing: "violation",
  unknown: "unknown",
  "not-applicable": "not-applicable",
} as const;

describe.each(baseline.rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  test.each(Object.keys(STATUS) as (keyof typeof STATUS)[])("%s", (kind) => {
    for (const row of CASES[id]!) {
      for (const config of row[kind] ?? []) {
        expect({ config, ...verdictOn(rule, row.type, config, LABELS) }).toMatchObject({
          config,
          status: STATUS[kind],
        });
      }
    }
  });
});

test("every rule has a table with something that fails", () => {
  expect(Object.keys(CASES).sort()).toEqual(baseline.rules.map(({ id }) => id).sort());
  for (const rows of Object.values(CASES))
    expect(rows.flatMap(({ failing = [] }) => failing).length).toBeGreaterThan(0);
});

test("a cluster may be deleted where the risk tier is minimal", () => {
  const rule = baseline.rules.find(({ id }) => id === "baseline.deletionProtection")!;
  const cluster = { deletion_protection: false };
  expect(verdictOn(rule, "google_container_cluster", cluster, { "ai-risk-tier": "minimal" }).status).toBe(
    "not-applicable",
  );
  expect(verdictOn(rule, "google_container_cluster", cluster, { "ai-risk-tier": "high" }).status).toBe("violation");
});

test("what a provisioner runs is not repeated: it may hold a secret", () => {
  const rule = baseline.rules.find(({ id }) => id === "baseline.noProvisioners")!;
  const verdict = verdictOn(rule, "null_resource", { provisioner: [{ "local-exec": { command: "login hunter2" } }] });
  expect(JSON.stringify(verdict)).not.toContain("hunter2");
});
