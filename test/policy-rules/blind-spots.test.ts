import type { Block } from "../../lib/core";
import { baseline, hardenedGke } from "../../lib/policy";
import { rules, verdictOf, type Case, type Resources } from "./harness";

/** A bad configuration in which checkov 3.3.30 finds nothing, the good one beside it, and the rules of ours that tell them apart. */
interface BlindSpot {
  readonly title: string;
  readonly bad: Case;
  readonly good: Case;
  readonly caughtBy: readonly string[];
}

const LABELS = { "ai-risk-tier": "limited", "cost-center": "cc-1" };
const KEY = "projects/keys/locations/l/keyRings/r/cryptoKeys/k";
const GROUP = "group:ml@acme.example";
const DIGEST = `@sha256:${"0".repeat(64)}`;
const ACCOUNT: Resources = { google_service_account: { rank: { account_id: "rank", project: "acme" } } };
const BY_REFERENCE = "${google_service_account.rank.member}";

const a = (type: string, config: Block, beside?: Resources): Case => ({ type, config, beside, labels: LABELS });

/** Two configurations of one type that differ in some attributes. */
function spot(title: string, type: string, common: Block, bad: Block, good: Block, ...caughtBy: string[]): BlindSpot {
  return { title, bad: a(type, { ...common, ...bad }), good: a(type, { ...common, ...good }), caughtBy };
}

const run = (container: Block) => ({
  ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
  template: { service_account: "rank", encryption_key: KEY, containers: [{ image: `r/i${DIGEST}`, ...container }] },
});
const binding = (role: string): Block => ({ role });
const redis = {
  authorization_mode: "AUTH_MODE_IAM_AUTH",
  transit_encryption_mode: "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION",
  kms_key: KEY,
  deletion_protection_enabled: true,
};
const bucket = {
  uniform_bucket_level_access: true,
  public_access_prevention: "enforced",
  versioning: { enabled: true },
  encryption: { default_kms_key_name: KEY },
};
const pool = (node_config: Block, nodes = 2): Block => ({
  autoscaling: { total_max_node_count: nodes },
  node_config: {
    machine_type: "a3-highgpu-8g",
    resource_labels: LABELS,
    service_account: "rank@acme.iam.gserviceaccount.com",
    ...node_config,
  },
});
const sql = {
  database_version: "POSTGRES_18",
  encryption_key_name: KEY,
  settings: {
    deletion_protection_enabled: true,
    user_labels: LABELS,
    backup_configuration: { enabled: true, point_in_time_recovery_enabled: true },
    ip_configuration: { ipv4_enabled: false, ssl_mode: "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" },
  },
};
const predictor = (securityContext: Block) => ({
  values: [
    JSON.stringify({
      kind: "InferenceService",
      spec: {
        predictor: {
          automountServiceAccountToken: false,
          serviceAccountName: "rank",
          containers: [
            {
              image: `r/i${DIGEST}`,
              resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
              securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, ...securityContext },
            },
          ],
        },
      },
    }),
  ],
});

// The 21 of the reference; two of them name two configurations.
const blindSpots: readonly BlindSpot[] = [
  spot(
    "Cloud Run invoked by everyone",
    "google_cloud_run_v2_service_iam_member",
    binding("roles/run.invoker"),
    { member: "allUsers" },
    { member: GROUP },
    "iam.noPublicMembers",
  ),
  spot(
    "a secret read by everyone",
    "google_secret_manager_secret_iam_member",
    binding("roles/secretmanager.secretAccessor"),
    { member: "allUsers" },
    { member: GROUP },
    "iam.noPublicMembers",
  ),
  spot(
    "tokens of an account for every Google account",
    "google_service_account_iam_member",
    binding("roles/iam.serviceAccountTokenCreator"),
    { member: "allAuthenticatedUsers" },
    { member: GROUP },
    "iam.noPublicMembers",
  ),
  spot(
    "a dataset for every Google account",
    "google_bigquery_dataset_iam_member",
    binding("roles/bigquery.dataViewer"),
    { member: "allAuthenticatedUsers" },
    { member: GROUP },
    "iam.noPublicMembers",
  ),
  spot(
    "an endpoint for everyone",
    "google_vertex_ai_endpoint_iam_member",
    binding("roles/aiplatform.user"),
    { member: "allUsers" },
    { member: GROUP },
    "iam.noPublicMembers",
  ),
  spot(
    "a custom role that can become any other",
    "google_project_iam_custom_role",
    {},
    { permissions: ["iam.serviceAccounts.actAs", "resourcemanager.projects.setIamPolicy"] },
    { permissions: ["storage.objects.get"] },
    "iam.safeCustomRoles",
  ),
  {
    title: "admin roles to a service account by reference",
    bad: a(
      "google_project_iam_member",
      { role: "roles/resourcemanager.projectIamAdmin", member: BY_REFERENCE },
      ACCOUNT,
    ),
    good: a("google_project_iam_member", { role: "roles/logging.logWriter", member: BY_REFERENCE }, ACCOUNT),
    caughtBy: ["iam.reviewedProjectRoles"],
  },
  {
    title: "storage administered by a service account by reference",
    bad: a("google_storage_bucket_iam_member", { role: "roles/storage.admin", member: BY_REFERENCE }, ACCOUNT),
    good: a("google_storage_bucket_iam_member", { role: "roles/storage.objectViewer", member: BY_REFERENCE }, ACCOUNT),
    caughtBy: ["iam.noAdminWorkloads"],
  },
  spot(
    "a Redis cluster without authentication",
    "google_redis_cluster",
    redis,
    { authorization_mode: "AUTH_MODE_DISABLED" },
    {},
    "data-protection.cachesAuthenticated",
  ),
  spot(
    "a Redis cluster without TLS",
    "google_redis_cluster",
    redis,
    { transit_encryption_mode: "TRANSIT_ENCRYPTION_MODE_DISABLED" },
    {},
    "data-protection.cachesEncryptedInTransit",
  ),
  spot(
    "a Memorystore without TLS",
    "google_memorystore_instance",
    { authorization_mode: "IAM_AUTH", kms_key: KEY },
    { transit_encryption_mode: "TRANSIT_ENCRYPTION_DISABLED" },
    { transit_encryption_mode: "SERVER_AUTHENTICATION" },
    "data-protection.cachesEncryptedInTransit",
  ),
  spot(
    "a secret without a key",
    "google_secret_manager_secret",
    {},
    { replication: { auto: {} } },
    {
      replication: {
        user_managed: { replicas: [{ location: "l", customer_managed_encryption: { kms_key_name: KEY } }] },
      },
    },
    "baseline.encryptedWithOwnKey",
    "data-protection.secretsInNamedRegions",
  ),
  spot(
    "a public online store",
    "google_vertex_ai_feature_online_store",
    { optimized: {} },
    { dedicated_serving_endpoint: { private_service_connect_config: { enable_private_service_connect: false } } },
    { dedicated_serving_endpoint: { private_service_connect_config: { enable_private_service_connect: true } } },
    "data-protection.onlineStoresPrivate",
  ),
  spot(
    "a bucket that is emptied to be deleted",
    "google_storage_bucket",
    bucket,
    { force_destroy: true },
    {},
    "baseline.noForceDestroy",
  ),
  spot(
    "Cloud Run open to the internet",
    "google_cloud_run_v2_service",
    run({}),
    { ingress: "INGRESS_TRAFFIC_ALL" },
    {},
    "data-protection.cloudRunInternal",
  ),
  spot(
    "Cloud Run of the latest image",
    "google_cloud_run_v2_service",
    {},
    run({ image: "r/i:latest" }),
    run({}),
    "baseline.noLatestImages",
  ),
  spot(
    "a key in a variable of Cloud Run",
    "google_cloud_run_v2_service",
    {},
    run({ env: [{ name: "API_KEY", value: "x" }] }),
    run({ env: [{ name: "API_KEY", value_source: { secret_key_ref: { secret: "s" } } }] }),
    "data-protection.noSecretsInCloudRunEnv",
  ),
  spot(
    "logs kept for a day",
    "google_logging_project_bucket_config",
    { cmek_settings: { kms_key_name: KEY } },
    { retention_days: 1 },
    { retention_days: 400 },
    "data-protection.logRetention",
  ),
  spot(
    "nodes that run as the default account",
    "google_container_node_pool",
    {},
    pool({ service_account: undefined }),
    pool({}),
    "container.managed.disallowDefaultComputeServiceAccount",
  ),
  spot("eight hundred H100", "google_container_node_pool", {}, pool({}, 100), pool({}, 2), "cost.hugeFleets"),
  spot(
    "a privileged container inside of a chart",
    "helm_release",
    {},
    predictor({ privileged: true }),
    predictor({}),
    "workloads.noPrivileged",
  ),
  {
    title: "a privileged container inside of a manifest",
    bad: a("kubernetes_manifest", { manifest: JSON.parse(predictor({ privileged: true }).values[0]!) }),
    good: a("kubernetes_manifest", { manifest: JSON.parse(predictor({}).values[0]!) }),
    caughtBy: ["workloads.noPrivileged"],
  },
  spot(
    "a database that anyone may delete",
    "google_sql_database_instance",
    sql,
    { deletion_protection: false },
    { deletion_protection: true },
    "baseline.deletionProtection",
  ),
];

function violated(one: Case): string[] {
  return rules.filter((rule) => verdictOf(rule, one).status === "violation").map(({ id }) => id);
}

// What every resource must have besides is left out of these configurations.
const ofWholeResources = new Set([...baseline.rules, ...hardenedGke.rules].map(({ id }) => id));

describe.each(blindSpots)("$title", ({ bad, good, caughtBy }) => {
  const elsewhere = violated(good);
  test("is caught", () =>
    expect(
      violated(bad)
        .filter((id) => !elsewhere.includes(id))
        .sort(),
    ).toEqual([...caughtBy].sort()));
  test("is not seen where it is not", () => expect(elsewhere.filter((id) => !ofWholeResources.has(id))).toEqual([]));
});

test("rules have ids of their pack or of Google, and nothing in them is empty", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, title, rationale, fix, resourceTypes } of rules) {
    expect(id).toMatch(
      /^((baseline|iam|data-protection|cost|ai-governance|workloads|kubernetes|serving)\.[a-z]|(custom|container\.managed|compute|storage)\.[a-z])[A-Za-z0-9]+$/,
    );
    for (const text of [title, rationale, fix]) expect(text).not.toBe("");
    expect(resourceTypes.length).toBeGreaterThan(0);
  }
});
