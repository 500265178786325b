import { rules, verdictOf } from "./harness";

// Google asks for each of these under two names, and both stand in the hardened set.
const GOOGLES_OWN = [
  "container.managed.enableNetworkPolicy = custom.gkeRequireDataplaneV2",
  "container.managed.disableABAC = custom.gkeDisableLegacyAbac",
  "custom.gkeAllowedNodePoolImages = custom.gkeRequireCOSImage",
];

const types = [...new Set(rules.flatMap(({ resourceTypes }) => resourceTypes))].filter((type) => !type.includes("*"));
const LABELS = { "ai-risk-tier": "high", "cost-center": "cc-1" };

/** Pairs of rules that find the same attribute wrong. */
function pairsOn(type: string, config: object): string[] {
  const found = rules.flatMap((rule) => {
    const verdict = verdictOf(rule, { type, config: { ...config }, labels: LABELS });
    const findings = verdict.status === "violation" ? verdict.findings : [];
    return findings.filter(({ path }) => path !== "").map(({ path }) => ({ id: rule.id, path }));
  });
  const pairs = found.flatMap((a) =>
    found.filter((b) => a.path === b.path && a.id < b.id).map((b) => `${a.id} = ${b.id}`),
  );
  return pairs.filter((pair) => !GOOGLES_OWN.includes(pair));
}

test("no attribute that lacks is reported by two rules", () => {
  expect(types.flatMap((type) => pairsOn(type, {}))).toEqual([]);
});

const NODES = "google_container_node_pool";
const RUN = "google_cloud_run_v2_service";
const container = (more: object) => ({ template: { containers: [{ image: "r/i:latest", ...more }] } });

test.each([
  [RUN, container({ env: [{ name: "API_KEY", value: "x" }] })],
  [NODES, { node_config: { service_account: "default", image_type: "UBUNTU" } }],
  [NODES, { autoscaling: {}, node_config: { machine_type: "a3-highgpu-8g" } }],
  ["google_container_cluster", { enable_legacy_abac: true, deletion_protection: false }],
  [
    "google_container_cluster",
    { cluster_autoscaling: { enabled: true, resource_limits: [{ resource_type: "nvidia-l4" }] } },
  ],
  ["google_secret_manager_secret", { replication: { auto: {} } }],
  ["google_secret_manager_secret_version", { secret_data: "x" }],
  ["google_logging_project_bucket_config", { retention_days: 1 }],
  ["google_project_iam_member", { role: "roles/owner", member: "serviceAccount:a@p.iam.gserviceaccount.com" }],
  ["google_project_iam_member", { role: "roles/storage.admin", member: "serviceAccount:a@p.iam.gserviceaccount.com" }],
  ["google_project_iam_member", { role: "roles/iam.serviceAccountUser", member: "group:g@acme.example" }],
  [
    "kubernetes_deployment_v1",
    { spec: { template: { spec: { container: [{ image: "r/i:latest", security_context: { privileged: true } }] } } } },
  ],
])("what is wrong with a %s is reported once: %j", (type, config) => {
  expect(pairsOn(type, config)).toEqual([]);
});
