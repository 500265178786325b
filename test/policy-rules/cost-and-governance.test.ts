import { aiGovernance } from "../../lib/policy/packs/ai-governance";
import { cost } from "../../lib/policy/packs/cost";
import { HUMAN_STOP } from "../../lib/policy/rules/ai-governance/stop-label";
import { BUDGET_LABEL } from "../../lib/policy/rules/cost/gpu-budget";
import { HUGE_FLEET_GPUS } from "../../lib/policy/rules/cost/huge-fleets";
import { of, testTable, verdictOf, type Case, type Labels, type Resources, type Table } from "./harness";

const LATE = "${var.it}";
const POOL = "google_container_node_pool";
const CLUSTER = "google_container_cluster";
const ENDPOINT = "google_vertex_ai_endpoint";
const A3 = "a3-highgpu-8g";
const elsewhere = of("google_compute_network", { name: "n" });

const pool = (machine_type: string, autoscaling: object, more: object = {}) => ({
  node_config: { machine_type },
  autoscaling,
  ...more,
});
const withBudget = (config: Case["config"], budget?: string, beside?: Resources): Case => ({
  type: POOL,
  config,
  beside,
  labels: budget === undefined ? {} : { [BUDGET_LABEL]: budget },
});
const provisioning = (...resource_limits: object[]) =>
  of(CLUSTER, { cluster_autoscaling: { enabled: true, resource_limits } });
const cpu = { resource_type: "cpu", maximum: 64 };
const memory = { resource_type: "memory", maximum: 256 };
const labelled = (type: string, config: Case["config"], labels: Labels): Case => ({ type, config, labels });
const flex = (more: object) => of(POOL, { node_config: { flex_start: true, ...more } });

/** A cluster of a tier, with what is beside it. */
const tier = (name: string, beside: Resources = {}, project = "acme"): Case => ({
  type: CLUSTER,
  config: { project },
  beside,
  labels: { "ai-risk-tier": name },
});
/** The same of an endpoint, which answers someone. */
const served = (...args: Parameters<typeof tier>): Case => ({ ...tier(...args), type: ENDPOINT });
const high = (type: string, config: Case["config"]): Case => ({ type, config, labels: { "ai-risk-tier": "high" } });
const DEPLOYMENT = "kubernetes_deployment_v1";
const component = (value: string) => ({ labels: { "app.kubernetes.io/component": value } });
const pods = (metadata: object) => ({ spec: { template: { metadata, spec: { container: [{ image: "r/i" }] } } } });
/** What answers someone besides endpoints, and what does not. */
const SERVING: readonly Case[] = [
  high("google_cloud_run_v2_service", {}),
  high(DEPLOYMENT, { metadata: component("model-server") }),
  high(DEPLOYMENT, pods(component("model-server"))),
  high("helm_release", { values: [JSON.stringify({ worker: component("model-server") })] }),
  high("helm_release", { values: [JSON.stringify({ kind: "InferenceService", spec: {} })] }),
  high("kubernetes_manifest", { manifest: { kind: "Deployment", metadata: component("model-server") } }),
];
const NOT_SERVING: readonly Case[] = [
  high("google_cloud_run_v2_service", { labels: { [HUMAN_STOP]: "search-oncall" } }),
  high(DEPLOYMENT, { metadata: component("exporter"), ...pods({}) }),
  high("helm_release", { values: [JSON.stringify({ replicas: 1 })] }),
];
const LOG_TYPES = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"];
const audit = (logs: unknown = LOG_TYPES.map((log_type) => ({ log_type })), more: object = {}): Resources => ({
  google_project_iam_audit_config: { all: { service: "allServices", audit_log_config: logs, ...more } },
});
const one = (type: string, config: object): Resources => ({ [type]: { one: { ...config } } });
const logs = (config: object) => one("google_logging_project_bucket_config", config);
const alert = (config: object) => one("google_monitoring_alert_policy", config);
const stop = (type: string, config: object) => served("high", one(type, config));
const predictions = (value: unknown, name = "high"): Case => ({
  type: ENDPOINT,
  config: { predict_request_response_logging_config: value },
  labels: { "ai-risk-tier": name },
});
const destination = { bigquery_destination: { output_uri: "bq://p.d.t" } };

const tables: Record<string, Table> = {
  "cost.finitePools": {
    compliant: of(POOL, { autoscaling: { max_node_count: 3 } }, { autoscaling: [{ total_max_node_count: "4" }] }),
    violation: of(POOL, { autoscaling: { min_node_count: 1 } }, { autoscaling: { max_node_count: 1_000_000 } }),
    unknown: of(POOL, { autoscaling: { max_node_count: LATE } }),
    "not-applicable": of(POOL, { node_count: 1 }),
  },
  "cost.gpuBudget": {
    compliant: [withBudget(pool(A3, { total_max_node_count: 2 }), "16")],
    violation: [
      withBudget(pool(A3, { total_max_node_count: 2 }), "8"),
      withBudget(pool(A3, { total_max_node_count: 1 }), "8", {
        [POOL]: { more: pool("g2-standard-4", { total_max_node_count: 1 }) },
      }),
    ],
    unknown: [withBudget(pool(A3, { total_max_node_count: LATE }), "16"), withBudget(pool(LATE, {}), "16")],
    "not-applicable": [withBudget(pool(A3, { total_max_node_count: 2 })), withBudget(pool("e2-standard-4", {}), "8")],
  },
  "cost.hugeFleets": {
    compliant: of(
      POOL,
      pool(A3, { total_max_node_count: HUGE_FLEET_GPUS / 8 - 1 }),
      pool(A3, { max_node_count: 7 }, { node_locations: ["a"] }),
      pool(A3, { max_node_count: 7 }, { location: "us-central1-a" }),
    ),
    violation: [
      ...of(
        POOL,
        pool(A3, { total_max_node_count: 100 }),
        pool(A3, { total_max_node_count: HUGE_FLEET_GPUS / 8 }),
        pool(A3, { max_node_count: 3 }, { location: "us-central1" }),
        {
          node_count: 64,
          location: "us-central1-a",
          node_config: { guest_accelerator: [{ type: "nvidia-l4", count: 1 }] },
        },
      ),
      ...provisioning(cpu, memory, { resource_type: "nvidia-l4", maximum: 64 }),
    ],
    unknown: [
      ...of(POOL, pool(A3, { total_max_node_count: LATE })),
      ...provisioning({ resource_type: "nvidia-l4", maximum: LATE }),
    ],
    "not-applicable": [
      ...of(POOL, pool("e2-standard-4", { total_max_node_count: 500 })),
      ...provisioning({ resource_type: "nvidia-l4" }),
    ],
  },
  "cost.provisioningLimits": {
    compliant: provisioning(cpu, memory, { resource_type: "nvidia-l4", maximum: 4 }),
    violation: [...provisioning(cpu), ...provisioning(cpu, memory, { resource_type: "nvidia-l4" }), ...provisioning()],
    unknown: [
      ...provisioning(cpu, { ...memory, maximum: LATE }),
      ...of(
        CLUSTER,
        { cluster_autoscaling: { enabled: LATE } },
        { cluster_autoscaling: { enabled: true, resource_limits: LATE } },
      ),
    ],
    "not-applicable": of(CLUSTER, {}, { cluster_autoscaling: { enabled: false } }),
  },
  "cost.flexRunDuration": {
    compliant: [...flex({ max_run_duration: "3600s" }), ...flex({ max_run_duration: LATE })],
    violation: [...flex({}), ...of(POOL, { queued_provisioning: { enabled: true } })],
    unknown: of(POOL, { queued_provisioning: { enabled: true }, node_config: LATE }),
    "not-applicable": of(POOL, { node_config: { spot: true } }),
  },
  "cost.costCenters": {
    compliant: [
      labelled("google_storage_bucket", {}, { "cost-center": "cc-1" }),
      labelled("google_storage_bucket", { labels: { "cost-center": "cc-2" } }, {}),
    ],
    violation: [
      labelled("google_storage_bucket", {}, {}),
      labelled("google_storage_bucket", { labels: { "cost-center": "" } }, { "cost-center": "cc-1" }),
    ],
    unknown: [
      labelled("google_storage_bucket", { labels: LATE }, {}),
      labelled("google_storage_bucket", { labels: { "cost-center": LATE } }, {}),
    ],
    "not-applicable": elsewhere,
  },
  "cost.highTierBudget": {
    compliant: [tier("high", one("google_billing_budget", { threshold_rules: [{ threshold_percent: 1 }] }))],
    violation: [tier("high"), tier("high", one("google_billing_budget", {}))],
    unknown: [],
    "not-applicable": [tier("limited"), tier("minimal"), ...elsewhere],
  },
  "ai-governance.accessAudited": {
    compliant: [
      tier("high", audit()),
      tier("limited", audit()),
      tier("high", audit(LOG_TYPES.map((log_type) => ({ log_type, exempted_members: ["user:a@b.example"] })))),
      { ...tier("high", audit()), type: ENDPOINT },
    ],
    violation: [
      tier("high"),
      { ...tier("high"), type: ENDPOINT },
      tier("limited", audit([{ log_type: "ADMIN_READ" }, { log_type: "DATA_READ" }])),
      tier("high", audit(undefined, { service: "storage.googleapis.com" })),
      tier("high", audit(undefined, { project: "other" })),
    ],
    unknown: [tier("high", audit(LATE))],
    "not-applicable": [tier("minimal"), { ...tier("high", { [CLUSTER]: { it: {} } }), type: ENDPOINT }, ...elsewhere],
  },
  "ai-governance.recordsKept": {
    compliant: [tier("high", logs({ locked: true, retention_days: 400 })), tier("high", logs({}))],
    violation: [tier("high"), tier("high", logs({ project: "other" }))],
    unknown: [],
    "not-applicable": [tier("limited"), ...elsewhere],
  },
  "ai-governance.monitored": {
    compliant: [
      served("high", alert({ notification_channels: [LATE] })),
      served("high", alert({ notification_channels: ["c"], enabled: true })),
    ],
    violation: [
      served("high"),
      high("google_cloud_run_v2_service", { labels: LATE }),
      ...SERVING,
      served("high", alert({})),
      served("high", alert({ notification_channels: ["c"], enabled: false })),
    ],
    unknown: [served("high", alert({ notification_channels: ["c"], enabled: LATE }))],
    "not-applicable": [tier("high"), served("limited"), ...NOT_SERVING, ...elsewhere],
  },
  "ai-governance.contactsNamed": {
    compliant: [
      tier("high", one("google_essential_contacts_contact", { parent: "projects/acme", email: "a@b.example" })),
    ],
    violation: [
      tier("high"),
      tier("high", one("google_essential_contacts_contact", { parent: "projects/other", email: "a@b.example" })),
    ],
    unknown: [],
    "not-applicable": [tier("limited"), ...elsewhere],
  },
  "ai-governance.humanStop": {
    compliant: [
      stop("google_cloud_run_v2_job", { labels: { [HUMAN_STOP]: "search-oncall" } }),
      stop("kubernetes_config_map_v1", { metadata: { annotations: { [HUMAN_STOP]: "search-oncall" } } }),
    ],
    violation: [
      served("high"),
      ...SERVING,
      stop("google_cloud_run_v2_job", { labels: { other: "x" } }),
      stop("google_cloud_run_v2_job", { labels: { [HUMAN_STOP]: "" } }),
    ],
    unknown: [stop("google_cloud_run_v2_job", { labels: LATE }), high("google_cloud_run_v2_service", { labels: LATE })],
    "not-applicable": [tier("high"), served("limited"), ...NOT_SERVING, ...elsewhere],
  },
  "ai-governance.noAuditExemptions": {
    compliant: of("google_project_iam_audit_config", { audit_log_config: [{ log_type: "DATA_READ" }] }),
    violation: of("google_project_iam_audit_config", {
      audit_log_config: [{}, { exempted_members: ["user:a@b.example"] }],
    }),
    unknown: of("google_folder_iam_audit_config", { audit_log_config: [{ exempted_members: LATE }] }),
    "not-applicable": elsewhere,
  },
  "ai-governance.tierDeclared": {
    compliant: [tier("minimal"), tier("high")],
    violation: [tier("none"), ...of(ENDPOINT, {})],
    unknown: [],
    "not-applicable": elsewhere,
  },
  "ai-governance.predictionsLogged": {
    compliant: [predictions({ enabled: true, sampling_rate: 0.1, ...destination })],
    violation: [
      predictions(undefined),
      predictions({ enabled: true, sampling_rate: 0, ...destination }),
      predictions({ enabled: false }),
    ],
    unknown: [predictions({ enabled: LATE, sampling_rate: 1, ...destination })],
    "not-applicable": [predictions(undefined, "limited"), ...elsewhere],
  },
};

const rules = [...new Set([...cost.rules, ...aiGovernance.rules])];
for (const rule of rules) testTable(rule, tables[rule.id]!);

test("an autoscaler of 100 nodes is said in GPUs", () => {
  const rule = cost.rules.find(({ id }) => id === "cost.hugeFleets")!;
  expect(verdictOf(rule, { type: POOL, config: pool(A3, { total_max_node_count: 100 }) })).toMatchObject({
    findings: [{ found: "800 GPUs" }],
  });
});
