import type { Block } from "../../lib/core";
import { workloads } from "../../lib/policy/packs/workloads";
import { judged, contextOf, of, testTable, verdictOf, type Case, type Table } from "./harness";

const LATE = "${var.it}";
const IMAGE = `registry.example/model@sha256:${"0".repeat(64)}`;
const AMOUNTS = { cpu: "1", memory: "1Gi" };

/** A deployment of the kubernetes provider: all is well but what is changed. */
const deployment = (container: Block = {}, pod: Block = {}): Case => ({
  type: "kubernetes_deployment_v1",
  config: {
    spec: {
      template: {
        spec: {
          automount_service_account_token: false,
          service_account_name: "rank",
          security_context: { run_as_non_root: true },
          container: [
            {
              name: "model",
              image: IMAGE,
              resources: { requests: AMOUNTS, limits: AMOUNTS },
              security_context: { allow_privilege_escalation: false, read_only_root_filesystem: true },
              ...container,
            },
          ],
          ...pod,
        },
      },
    },
  },
});

const GOOD_POD = {
  automountServiceAccountToken: false,
  serviceAccountName: "rank",
  securityContext: { runAsNonRoot: true },
  containers: [
    {
      name: "model",
      image: IMAGE,
      resources: { requests: AMOUNTS, limits: AMOUNTS },
      securityContext: { allowPrivilegeEscalation: false },
    },
  ],
};
const release = (...values: unknown[]): Case => ({
  type: "helm_release",
  config: { name: "r", values: values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))) },
});
const DIGEST = `sha256:${"0".repeat(64)}`;
const chart = (name: string, fields: Block = {}): Case => ({
  type: "helm_release",
  config: { name: "r", chart: name, ...fields },
});
const predictor = (fields: Block): Case => release({ kind: "InferenceService", spec: { predictor: fields } });
const model = { modelFormat: { name: "vllm" }, storageUri: "gs://b/m" };
const changed = (container: Block, pod: Block = {}) =>
  release({
    spec: { template: { spec: { ...GOOD_POD, ...pod, containers: [{ ...GOOD_POD.containers[0], ...container }] } } },
  });

const fine = [deployment(), release({ extra: { template: { spec: GOOD_POD } } }), release("replicas: 2\n")];
const unreadable = [release(LATE), release("a: [1"), of("kubernetes_deployment_v1", { spec: LATE })[0]!];
const elsewhere = of("google_compute_network", { name: "n" });

const tables: Record<string, Table> = {
  noPrivileged: {
    compliant: fine,
    violation: [
      deployment({ security_context: { privileged: true } }),
      deployment({ security_context: [{ capabilities: { add: ["SYS_ADMIN"] } }] }),
      changed({ securityContext: { privileged: true } }),
      predictor({ model: { ...model, securityContext: { privileged: true } } }),
      release("controller:\n  securityContext:\n    privileged: true\n"),
      release({ extraManifests: ["kind: Pod\nspec:\n  containers:\n  - securityContext: {privileged: true}\n"] }),
      { type: "helm_release", config: { set: [{ name: "controller.securityContext.privileged", value: "true" }] } },
      ...of("kubernetes_manifest", { manifest: { spec: { containers: [{ securityContext: { privileged: true } }] } } }),
    ],
    unknown: [...unreadable, deployment({ security_context: { privileged: LATE } })],
    "not-applicable": [...elsewhere, ...of("helm_release", { name: "r" })],
  },
  noPrivilegeEscalation: {
    compliant: fine,
    violation: [
      deployment({ security_context: {} }),
      deployment({ security_context: { allow_privilege_escalation: true } }),
      release({ containerSecurityContext: { allowPrivilegeEscalation: true } }),
    ],
    unknown: [...unreadable, predictor({ model })],
    "not-applicable": elsewhere,
  },
  nonRoot: {
    compliant: [...fine, deployment({ security_context: { run_as_non_root: true } }, { security_context: {} })],
    violation: [
      deployment({}, { security_context: {} }),
      deployment({ security_context: { run_as_user: 0 } }),
      deployment({ security_context: { run_as_non_root: false } }),
      release({ podSecurityContext: { runAsUser: 0 } }),
    ],
    unknown: [...unreadable, predictor({ model }), deployment({ security_context: { run_as_non_root: LATE } })],
    "not-applicable": elsewhere,
  },
  noHostNamespaces: {
    compliant: fine,
    violation: [
      deployment({}, { host_network: true }),
      deployment({}, { host_pid: true }),
      changed({}, { hostIPC: true }),
      release({ agent: { hostNetwork: true } }),
    ],
    unknown: [...unreadable, deployment({}, { host_network: LATE })],
    "not-applicable": elsewhere,
  },
  noHostPaths: {
    compliant: [...fine, changed({}, { volumes: [{ name: "v", emptyDir: {} }] })],
    violation: [
      deployment({}, { volume: [{ name: "v", host_path: [{ path: "/var/run" }] }] }),
      changed({}, { volumes: [{ name: "v", hostPath: { path: "/" } }] }),
      release({ cache: { hostPath: "/mnt" } }),
    ],
    unknown: [...unreadable, deployment({}, { volume: [{ host_path: { path: LATE } }] })],
    "not-applicable": elsewhere,
  },
  noRemoteCode: {
    compliant: [...fine, deployment({ args: ["--trust-remote-code=false", "--max-model-len=8192"] })],
    violation: [
      deployment({ args: ["--model=/models", "--trust-remote-code"] }),
      changed({ args: ["--trust_remote_code=true"] }),
      changed({ command: ["vllm", "serve", "--trust-remote-code"] }),
    ],
    unknown: [...unreadable, deployment({ args: ["--port=1", LATE] })],
    "not-applicable": elsewhere,
  },
  boundedResources: {
    compliant: fine,
    violation: [
      deployment({ resources: {} }),
      deployment({ resources: { requests: AMOUNTS } }),
      changed({ resources: { requests: AMOUNTS, limits: { cpu: "1" } } }),
    ],
    unknown: [...unreadable, deployment({ resources: LATE }), predictor({ model })],
    "not-applicable": elsewhere,
  },
  pinnedImages: {
    compliant: [
      ...fine,
      deployment({ image: `\${var.registry}/model@sha256:${"0".repeat(64)}` }),
      release({ image: { repository: "r/i", digest: `sha256:${"0".repeat(64)}` } }),
      release({ image: { pullPolicy: "Always" } }),
    ],
    violation: [
      deployment({ image: "registry.example/model:v1" }),
      deployment({ image: "registry.example/model:latest" }),
      changed({ image: "model" }),
      release({ image: { repository: "r/i", tag: "v1" } }),
      release({ server: { image: { tag: "latest" } } }),
      release({ sidecar: { image: "r/i:latest" } }),
    ],
    unknown: [...unreadable, deployment({ image: LATE }), predictor({ model })],
    "not-applicable": elsewhere,
  },
  pinnedCharts: {
    compliant: [
      chart("./charts/keda-2.20.2.tgz"),
      chart("${path.module}/files/objects-chart"),
      chart(`oci://registry.example/charts/keda@${DIGEST}`, { version: "2.20.2" }),
      chart(`keda@${DIGEST}`, { repository: "oci://registry.example/charts" }),
      chart(`keda@${DIGEST}`, { repository: LATE }),
      chart(`\${var.registry}/keda@${DIGEST}`),
    ],
    violation: [
      chart("keda", { repository: "https://kedacore.github.io/charts", version: "2.20.2" }),
      chart(`keda@${DIGEST}`, { repository: "https://kedacore.github.io/charts" }),
      chart("keda", { repository: "oci://registry.example/charts", version: "2.20.2" }),
      chart("oci://registry.example/charts/keda", { version: "2.20.2" }),
      chart("oci://registry.example/charts/keda@sha256:abc"),
      chart("keda", { repository: LATE }),
      chart("https://charts.example/keda-2.20.2.tgz"),
      chart("stable/keda"),
      chart("./../keda"),
      chart("/opt/charts/keda-2.20.2.tgz"),
    ],
    unknown: [chart(LATE), chart(LATE, { repository: "oci://registry.example/charts" }), chart("${var.registry}/keda")],
    "not-applicable": [...elsewhere, ...of("helm_release", { name: "r" })],
  },
  noMountedTokens: {
    compliant: fine,
    violation: [
      deployment({}, { automount_service_account_token: true }),
      deployment({}, { automount_service_account_token: undefined }),
      release({ serviceAccount: { automountServiceAccountToken: true } }),
    ],
    unknown: [...unreadable, predictor({ model }), deployment({}, { automount_service_account_token: LATE })],
    "not-applicable": elsewhere,
  },
  ownServiceAccount: {
    compliant: [...fine, predictor({ model, serviceAccountName: "rank" })],
    violation: [
      deployment({}, { service_account_name: "default" }),
      deployment({}, { service_account_name: undefined }),
      predictor({ model }),
    ],
    unknown: [...unreadable, deployment({}, { service_account_name: LATE })],
    "not-applicable": elsewhere,
  },
  noSecretsInEnv: {
    compliant: [
      ...fine,
      deployment({
        env: [
          { name: "API_KEY", value_from: { secret_key_ref: { name: "s" } } },
          { name: "PORT", value: "1" },
          { name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/var/run/secrets/google/credentials.json" },
        ],
      }),
    ],
    violation: [
      deployment({ env: [{ name: "API_KEY", value: "x" }] }),
      deployment({ env: [{ name: "GOOGLE_APPLICATION_CREDENTIALS", value: '{"type":"service_account"}' }] }),
      changed({ env: [{ name: "HF_TOKEN", value: LATE }] }),
      release({ extraEnv: { DB_PASSWORD: "x" } }),
      release({ anything: `hf_${"a".repeat(20)}` }),
    ],
    unknown: unreadable,
    "not-applicable": elsewhere,
  },
};

for (const rule of workloads.rules) testTable(rule, tables[rule.id.split(".")[1]!]!);

test("a finding says where in the values of a chart", () => {
  const rule = workloads.rules.find(({ id }) => id === "workloads.noPrivileged")!;
  expect(verdictOf(rule, release({ a: { securityContext: { privileged: true } } }))).toEqual({
    status: "violation",
    findings: [{ path: "values[0].a.securityContext.privileged", found: true, expected: "false" }],
  });
});

test("no rule breaks on what it did not expect", () => {
  const odd = [null, 1, "x", [], [null], [["x"]], { a: null }];
  const types = [...new Set(workloads.rules.flatMap((rule) => rule.resourceTypes))];
  for (const type of types) {
    for (const value of odd) {
      const config = { spec: value, values: value, set: value, manifest: value } as Block;
      const context = contextOf({ resource: { [type]: { it: config } } });
      for (const rule of workloads.rules) {
        expect(() => judged(rule, context.graph.resource(`${type}.it`)!, context)).not.toThrow();
      }
    }
  }
});
