import { dataProtection } from "../../lib/policy/packs/data-protection";
import { MIN_RETENTION_DAYS, RECOMMENDED_RETENTION_DAYS } from "../../lib/policy/rules/data-protection/log-retention";
import { of, testTable, verdictOf, type Case, type Table } from "./harness";

const LATE = "${var.it}";
const BUCKET = "google_storage_bucket";
const SQL = "google_sql_database_instance";
const REDIS = "google_redis_cluster";
const MEMORYSTORE = "google_memorystore_instance";
const SECRET = "google_secret_manager_secret";
const RUN = "google_cloud_run_v2_service";
const ONLINE_STORE = "google_vertex_ai_feature_online_store";
const LOGS = "google_logging_project_bucket_config";

const elsewhere = of("google_compute_network", { name: "n" });
const sql = (settings: object, database_version = "POSTGRES_18") => of(SQL, { database_version, settings });
const ip = (ip_configuration: object) => sql({ ip_configuration });
const env = (...variables: object[]) => of(RUN, { template: { containers: [{ env: variables }] } });
const serving = (value: unknown) => ({
  dedicated_serving_endpoint: { private_service_connect_config: { enable_private_service_connect: value } },
});
const kept = (tier: string | undefined, config: Case["config"]): Case => ({
  type: LOGS,
  config,
  labels: tier === undefined ? {} : { "ai-risk-tier": tier },
});
const sunk = (
  config: Case["config"],
  destination = "storage.googleapis.com/${google_storage_bucket.it.name}",
): Case => ({
  type: BUCKET,
  config: { name: "audit", ...config },
  beside: { google_logging_project_sink: { all: { destination } } },
});

const tables: Record<string, Table> = {
  secretsInNamedRegions: {
    compliant: of(SECRET, { replication: { user_managed: { replicas: [{ location: "l" }] } } }),
    violation: of(SECRET, {}, { replication: { auto: {} } }),
    unknown: of(SECRET, { replication: { user_managed: LATE } }),
    "not-applicable": of("google_secret_manager_regional_secret", {}),
  },
  sqlBackedUp: {
    compliant: sql({ backup_configuration: { enabled: true, point_in_time_recovery_enabled: true } }),
    violation: [...sql({}), ...sql({ backup_configuration: { enabled: true } })],
    unknown: sql({ backup_configuration: LATE }),
    "not-applicable": [...elsewhere, ...of(SQL, { master_instance_name: "primary" })],
  },
  sqlConnectionsEncrypted: {
    compliant: ip({ ssl_mode: "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" }),
    violation: [...ip({}), ...ip({ ssl_mode: "ENCRYPTED_ONLY" })],
    unknown: ip({ ssl_mode: LATE }),
    "not-applicable": sql({}, "SQLSERVER_2022_STANDARD"),
  },
  sqlPrivate: {
    compliant: ip({ ipv4_enabled: false }),
    violation: [...ip({}), ...ip({ ipv4_enabled: true })],
    unknown: ip({ ipv4_enabled: LATE }),
    "not-applicable": elsewhere,
  },
  cachesAuthenticated: {
    compliant: [
      ...of(REDIS, { authorization_mode: "AUTH_MODE_IAM_AUTH" }),
      ...of(MEMORYSTORE, { authorization_mode: "IAM_AUTH" }),
    ],
    violation: [...of(REDIS, {}, { authorization_mode: "AUTH_MODE_DISABLED" }), ...of("google_redis_instance", {})],
    unknown: of(REDIS, { authorization_mode: LATE }),
    "not-applicable": elsewhere,
  },
  cachesEncryptedInTransit: {
    compliant: of(REDIS, { transit_encryption_mode: "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION" }),
    violation: [...of(REDIS, {}), ...of(MEMORYSTORE, { transit_encryption_mode: "TRANSIT_ENCRYPTION_DISABLED" })],
    unknown: of(MEMORYSTORE, { transit_encryption_mode: LATE }),
    "not-applicable": elsewhere,
  },
  logRetention: {
    compliant: [
      kept("high", { retention_days: 184, locked: true }),
      kept("high", { retention_days: RECOMMENDED_RETENTION_DAYS, locked: "true" }),
      kept("limited", { retention_days: 184 }),
      kept("minimal", { retention_days: MIN_RETENTION_DAYS["minimal"] }),
    ],
    violation: [
      kept("high", { retention_days: 183, locked: true }),
      kept("high", { retention_days: 400 }),
      kept("limited", { retention_days: 30 }),
      kept("minimal", { retention_days: 1 }),
      kept("minimal", {}),
      kept(undefined, { retention_days: 183 }),
    ],
    unknown: [kept("high", { retention_days: LATE, locked: true })],
    "not-applicable": elsewhere,
  },
  sinkBucketsLocked: {
    compliant: [sunk({ retention_policy: { is_locked: true } })],
    violation: [sunk({}), sunk({ retention_policy: { is_locked: false } }, "storage.googleapis.com/audit")],
    unknown: [sunk({ retention_policy: { is_locked: LATE } })],
    "not-applicable": [sunk({}, "storage.googleapis.com/other"), ...of(BUCKET, { name: "b" })],
  },
  cloudRunInternal: {
    compliant: of(
      RUN,
      { ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY" },
      { ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" },
    ),
    violation: of(RUN, {}, { ingress: "INGRESS_TRAFFIC_ALL" }),
    unknown: of(RUN, { ingress: LATE }),
    "not-applicable": elsewhere,
  },
  indexEndpointsPrivate: {
    compliant: of("google_vertex_ai_index_endpoint", {}, { public_endpoint_enabled: false }),
    violation: of("google_vertex_ai_index_endpoint", { public_endpoint_enabled: true }),
    unknown: of("google_vertex_ai_index_endpoint", { public_endpoint_enabled: LATE }),
    "not-applicable": elsewhere,
  },
  onlineStoresPrivate: {
    compliant: of(ONLINE_STORE, serving(true)),
    violation: of(ONLINE_STORE, {}, serving(false), { dedicated_serving_endpoint: {} }),
    unknown: of(ONLINE_STORE, serving(LATE)),
    "not-applicable": of(ONLINE_STORE, { bigtable: { auto_scaling: {} } }),
  },
  noSecretsInCloudRunEnv: {
    compliant: [
      ...env(
        { name: "API_KEY", value_source: { secret_key_ref: { secret: "s" } } },
        { name: "MAX_TOKENS", value: "512" },
        { name: "EOS_TOKEN", value: "</s>" },
        { name: "API_KEY_FILE", value: "/secrets/key" },
      ),
      ...of(RUN, {}),
    ],
    violation: [
      ...env({ name: "API_KEY", value: "x" }),
      ...env({ name: "HF_TOKEN", value: LATE }),
      ...env({ name: "EXTRA", value: `hf_${"a".repeat(20)}` }),
      ...of("google_cloud_run_v2_job", {
        template: { template: { containers: [{ env: [{ name: "PASSWORD", value: "x" }] }] } },
      }),
    ],
    unknown: [...of(RUN, { template: { containers: [{ env: LATE }] } }), ...env({ name: LATE, value: "x" })],
    "not-applicable": elsewhere,
  },
  noSecretLiterals: {
    compliant: of("google_secret_manager_secret_version", { secret_data_wo: LATE }, { secret_data: LATE }),
    violation: [
      ...of("google_secret_manager_secret_version", { secret_data: "x" }, { secret_data_wo: "x" }),
      ...of("google_sql_user", { password: "x" }),
      ...of("kubernetes_secret_v1", { data: { token: "x" } }),
    ],
    unknown: [],
    "not-applicable": elsewhere,
  },
  noSecretsInState: {
    // A literal is noSecretLiterals' to say.
    compliant: of("google_secret_manager_secret_version", { secret_data_wo: LATE }, { secret_data: "x" }),
    violation: of("google_secret_manager_secret_version", { secret_data: LATE }, { secret_data: "" }),
    unknown: [],
    "not-applicable": elsewhere,
  },
};

for (const rule of dataProtection.rules) testTable(rule, tables[rule.id.split(".")[1]!]!);

test("a secret is never in a finding", () => {
  const secret = `hf_${"s".repeat(20)}`;
  const cases = [
    ...env({ name: "HF_TOKEN", value: secret }),
    ...of("google_secret_manager_secret_version", { secret_data: secret }),
    ...of("kubernetes_secret_v1", { data: { token: secret } }),
  ];
  const verdicts = cases.flatMap((one) => dataProtection.rules.map((rule) => verdictOf(rule, one)));
  expect(verdicts.filter(({ status }) => status === "violation").length).toBeGreaterThanOrEqual(3);
  expect(JSON.stringify(verdicts)).not.toContain(secret);
});
