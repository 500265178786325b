import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { acknowledgements, resourcesOf, type Block } from "../../lib/core";
import { Policy, enforce, type JudgedStack } from "../../lib/policy";
import { AiPlatform } from "../../stacks/ai-platform";
import { writtenStacksOf } from "../../stacks/checks-at-synth";
import { exampleFile } from "../stacks/examples";
import { platformApp } from "../stacks/platform";

// The rules must notice when a default that protects is gone. One by one, each is taken out of what production writes, and at least one rule
// must turn red.
const app = platformApp(fs.mkdtempSync(path.join(os.tmpdir(), "defaults-")));
AiPlatform.fromFile(app, exampleFile("prod"));
app.synth();
const written = writtenStacksOf(app);
const TODAY = "2026-11-21";

function broken(stacks: readonly JudgedStack[]): string[] {
  const { failures } = enforce({ stacks, policy: new Policy(), acknowledgements: acknowledgements(app) }, TODAY);
  return [...new Set(failures.map(({ code }) => code))];
}

/** The stacks with one attribute of every resource of a type taken away, or set to something else. */
function without(type: string, attribute: string, value?: unknown): JudgedStack[] {
  const stacks = structuredClone(written.map(({ name, json, labels, after }) => ({ name, json, labels, after })));
  let touched = 0;
  for (const { json } of stacks) {
    for (const resource of resourcesOf(json)) {
      if (resource.type !== type) continue;
      const keys = attribute.split(".");
      const last = keys.pop()!;
      const block = keys.reduce<Block | undefined>((at, key) => at?.[key] as Block | undefined, resource.config);
      if (block === undefined || !(last in block)) continue;
      touched += 1;
      if (value === undefined) delete block[last];
      else block[last] = value;
    }
  }
  expect(touched).toBeGreaterThan(0);
  return stacks;
}

/** The stacks without the resources of a type. */
function withoutType(type: string): JudgedStack[] {
  const stacks = structuredClone(written.map(({ name, json, labels, after }) => ({ name, json, labels, after })));
  for (const { json } of stacks) delete json.resource?.[type];
  return stacks;
}

test("production breaks no rule", () => {
  expect(broken(written)).toEqual([]);
});

const CLUSTER = "google_container_cluster";
const POOL = "google_container_node_pool";

const removals: readonly (readonly [string, string, unknown?])[] = [
  [CLUSTER, "private_cluster_config.enable_private_nodes", false],
  [CLUSTER, "private_cluster_config.enable_private_endpoint", false],
  [CLUSTER, "master_authorized_networks_config"],
  [CLUSTER, "datapath_provider"],
  [CLUSTER, "enable_intranode_visibility"],
  [CLUSTER, "workload_identity_config"],
  [CLUSTER, "enable_shielded_nodes", false],
  [CLUSTER, "database_encryption"],
  [CLUSTER, "binary_authorization"],
  [CLUSTER, "release_channel"],
  [CLUSTER, "authenticator_groups_config"],
  [CLUSTER, "rbac_binding_config"],
  [CLUSTER, "notification_config"],
  [CLUSTER, "master_auth"],
  [CLUSTER, "enable_legacy_abac", true],
  [CLUSTER, "enable_kubernetes_alpha", true],
  [CLUSTER, "logging_config"],
  [CLUSTER, "ip_allocation_policy"],
  [CLUSTER, "deletion_protection", false],
  [CLUSTER, "location", "europe-west4-a"],
  [POOL, "node_config.shielded_instance_config"],
  [POOL, "node_config.workload_metadata_config"],
  [POOL, "node_config.boot_disk_kms_key"],
  [POOL, "node_config.service_account"],
  [POOL, "node_config.image_type"],
  [POOL, "node_config.metadata", { "disable-legacy-endpoints": "false" }],
  [POOL, "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled", "TRUE"],
  [POOL, "node_config.resource_labels"],
  [POOL, "management.auto_upgrade", false],
  [POOL, "autoscaling.total_max_node_count"],
  ["google_compute_network", "auto_create_subnetworks", true],
  ["google_compute_subnetwork", "private_ip_google_access", false],
  ["google_compute_subnetwork", "log_config"],
  ["google_compute_firewall", "log_config"],
  ["google_compute_firewall", "description"],
  ["google_dns_policy", "enable_logging", false],
  ["google_kms_crypto_key", "rotation_period"],
  ["google_kms_crypto_key", "lifecycle"],
  ["google_artifact_registry_repository", "kms_key_name"],
  ["google_pubsub_topic", "kms_key_name"],
  ["google_gke_backup_backup_plan", "backup_config.encryption_key"],
  ["google_logging_project_bucket_config", "cmek_settings"],
  ["google_logging_project_bucket_config", "retention_days", 30],
  ["google_logging_project_bucket_config", "locked", false],
];

test.each(removals.map((row) => ({ row, name: `${row[0]} without ${row[1]}` })))(
  "$name",
  ({ row: [type, attribute, value] }) => {
    expect(broken(without(type, attribute, value))).not.toEqual([]);
  },
);

test.each([
  "google_project_iam_audit_config",
  "google_logging_project_bucket_config",
  "google_essential_contacts_contact",
  "google_billing_budget",
  "google_kms_crypto_key_iam_member",
])("without any %s", (type) => {
  expect(broken(withoutType(type))).not.toEqual([]);
});

test("labels of governance gone from the provider", () => {
  const stacks = structuredClone(written.map(({ name, json, labels, after }) => ({ name, json, labels, after })));
  for (const { json } of stacks) for (const provider of json.provider!["google"]!) delete provider["default_labels"];
  expect(broken(stacks)).not.toEqual([]);
});
