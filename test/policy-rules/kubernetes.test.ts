import type { Block } from "../../lib/core";
import { kubernetes } from "../../lib/policy/packs/kubernetes";
import { contextOf, judged, of, testTable, verdictOf, type Case, type Resources, type Table } from "./harness";

const LATE = "${var.it}";
const RESTRICTED = { "pod-security.kubernetes.io/enforce": "restricted" };

/** A release of ours: objects in its values, verbatim. */
const release = (objects: readonly Block[], beside: Resources = {}): Case => ({
  type: "helm_release",
  config: { name: "r", chart: "./files/objects-chart", values: [JSON.stringify({ objects })] },
  beside,
});
const elsewhere = of("google_compute_network", { name: "n" });
const unreadable = of("helm_release", { name: "r", chart: "./files/objects-chart", values: [LATE] });

const namespace = (labels: unknown = RESTRICTED, beside: Resources = {}): Case => ({
  type: "kubernetes_namespace_v1",
  config: { metadata: { name: "search", labels } },
  beside,
});
const namespaceObject = (labels: Block): Block => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "search", labels },
});

const inside = { name: "it", namespace: "search" };
const closed: Block = { pod_selector: {}, policy_types: ["Ingress", "Egress"] };
const policy = (spec: unknown, metadata: Block = inside): Resources => ({
  kubernetes_network_policy_v1: { it: { metadata, spec } },
});
const closedObject: Block = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: inside,
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
};
const quota = (hard: unknown, metadata: Block = inside): Resources => ({
  kubernetes_resource_quota_v1: { it: { metadata, spec: { hard } } },
});
const withObjects = (...objects: Block[]): Resources => ({ helm_release: { other: release(objects).config } });
const operator: Resources = {
  helm_release: { op: { name: "op", namespace: "search", chart: "./files/charts/op-1.0.0.tgz" } },
};

const role = (rule: Block): Case => ({ type: "kubernetes_role_v1", config: { metadata: inside, rule: [rule] } });
const roleObject = (rule: Block, kind = "ClusterRole"): Case =>
  release([{ apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name: "it" }, rules: [rule] }]);
const PODS = { api_groups: [""], resources: ["pods"], verbs: ["get"] };
const POD_OBJECTS = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };

const GROUP = { kind: "Group", name: "search@acme.example", api_group: "rbac.authorization.k8s.io" };
const binding = (roleRef: Block | Block[], subject: unknown = [GROUP], beside: Resources = {}): Case => ({
  type: "kubernetes_role_binding_v1",
  config: { metadata: inside, role_ref: roleRef, subject },
  beside,
});
const toRole = (name: unknown, kind = "Role") => ({ api_group: "rbac.authorization.k8s.io", kind, name });
const roles = (rule: unknown, metadata: Block = inside): Resources => ({
  kubernetes_role_v1: { it: { metadata, rule } },
});
const SECRETS = { api_groups: [""], resources: ["secrets"], verbs: ["list"] };

const tables: Record<string, Table> = {
  restrictedNamespaces: {
    compliant: [namespace(), release([namespaceObject(RESTRICTED)])],
    violation: [
      namespace({}),
      namespace(null),
      namespace({ "pod-security.kubernetes.io/enforce": "baseline" }),
      namespace({ "pod-security.kubernetes.io/warn": "restricted" }),
      release([namespaceObject({})]),
      ...of("kubernetes_manifest", { manifest: namespaceObject({}) }),
    ],
    unknown: [...unreadable, namespace(LATE), namespace({ "pod-security.kubernetes.io/enforce": LATE })],
    "not-applicable": [...elsewhere, release([closedObject])],
  },
  defaultDeny: {
    compliant: [
      namespace(RESTRICTED, policy(closed)),
      namespace(RESTRICTED, policy([{ ...closed, pod_selector: [{}], ingress: [], egress: null }])),
      namespace(RESTRICTED, withObjects(closedObject)),
      release([namespaceObject(RESTRICTED), closedObject]),
    ],
    violation: [
      namespace(),
      namespace(RESTRICTED, policy(closed, { name: "it", namespace: "vision" })),
      namespace(RESTRICTED, policy(closed, { name: "it" })),
      namespace(RESTRICTED, policy({ ...closed, policy_types: ["Ingress"] })),
      namespace(RESTRICTED, policy({ ...closed, pod_selector: { match_labels: { app: "x" } } })),
      namespace(RESTRICTED, policy({ ...closed, egress: [{}] })),
      namespace(RESTRICTED, withObjects({ ...closedObject, spec: { podSelector: {}, policyTypes: ["Egress"] } })),
    ],
    unknown: [
      ...unreadable,
      namespace(RESTRICTED, policy(LATE)),
      namespace(RESTRICTED, policy(closed, { name: "it", namespace: LATE })),
      namespace(RESTRICTED, { helm_release: { other: unreadable[0]!.config } }),
    ],
    "not-applicable": [...elsewhere, namespace(RESTRICTED, operator)],
  },
  gpuQuota: {
    compliant: [
      namespace(RESTRICTED, quota({ "requests.nvidia.com/gpu": "0" })),
      namespace(RESTRICTED, quota({ pods: LATE, "requests.nvidia.com/gpu": LATE })),
    ],
    violation: [namespace(), namespace(RESTRICTED, quota({ pods: "10" })), namespace(RESTRICTED, quota(undefined))],
    unknown: [...unreadable, namespace(RESTRICTED, quota(LATE))],
    "not-applicable": [...elsewhere, namespace(RESTRICTED, operator)],
  },
  noWildcardRights: {
    compliant: [role(PODS), roleObject(POD_OBJECTS), roleObject(POD_OBJECTS, "Role")],
    violation: [
      role({ ...PODS, verbs: ["*"] }),
      role({ ...PODS, resources: ["*"] }),
      role({ ...PODS, api_groups: ["*"] }),
      role({ ...PODS, resources: ["pods/*"] }),
      roleObject({ ...POD_OBJECTS, verbs: ["get", "*"] }),
      of("kubernetes_cluster_role", {
        metadata: { name: "it" },
        rule: { non_resource_urls: ["/*"], verbs: ["get"] },
      })[0]!,
    ],
    unknown: [...unreadable, role({ ...PODS, verbs: LATE }), role({ ...PODS, resources: [LATE] })],
    "not-applicable": [...elsewhere, release([closedObject])],
  },
  noEscalation: {
    compliant: [role(PODS), roleObject(POD_OBJECTS)],
    violation: [
      role({ ...PODS, verbs: ["impersonate"] }),
      roleObject({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["bind"] }),
      roleObject({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["escalate"] }),
      role({ api_groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }),
      role({ api_groups: [""], resources: ["nodes/proxy"], verbs: ["get"] }),
    ],
    unknown: [...unreadable, role({ ...PODS, verbs: [LATE] })],
    "not-applicable": elsewhere,
  },
  noClusterAdmins: {
    compliant: [binding(toRole("viewer")), binding([toRole("view", "ClusterRole")])],
    violation: [
      binding(toRole("cluster-admin", "ClusterRole")),
      binding(toRole("viewer"), [{ kind: "Group", name: "system:authenticated" }]),
      binding(toRole("viewer"), { kind: "Group", name: "system:serviceaccounts:search" }),
      release([
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRoleBinding",
          metadata: { name: "it" },
          roleRef: { kind: "ClusterRole", name: "cluster-admin" },
          subjects: [{ kind: "ServiceAccount", name: "op", namespace: "op" }],
        },
      ]),
    ],
    unknown: [...unreadable, binding(toRole(LATE)), binding(toRole("viewer"), [{ kind: "Group", name: LATE }])],
    "not-applicable": elsewhere,
  },
  noSecretsForPeople: {
    compliant: [
      binding(toRole("it"), [GROUP], roles([PODS])),
      binding(toRole("view", "ClusterRole")),
      binding(toRole("it"), [GROUP], roles([{ ...SECRETS, verbs: ["create"] }])),
    ],
    violation: [
      binding(toRole("it"), [GROUP], roles([PODS, SECRETS])),
      binding(toRole("it"), [GROUP], roles({ api_groups: ["*"], resources: ["*"], verbs: ["get"] })),
      binding(toRole("edit", "ClusterRole")),
      binding(toRole("it"), [{ kind: "User", name: "ann" }], roles([SECRETS])),
    ],
    unknown: [
      ...unreadable,
      binding(toRole("it"), [GROUP]),
      binding(toRole("it"), [GROUP], roles([SECRETS], { name: "it", namespace: "vision" })),
      binding(toRole("it"), [GROUP], roles([{ ...PODS, resources: [LATE] }])),
      binding(toRole("it"), LATE, roles([SECRETS])),
    ],
    "not-applicable": [...elsewhere, binding(toRole("it"), [{ kind: "ServiceAccount", name: "op" }], roles([SECRETS]))],
  },
};

for (const rule of kubernetes.rules) testTable(rule, tables[rule.id.replace("kubernetes.", "")]!);

test("every rule of the pack has a table", () => {
  expect(Object.keys(tables).sort()).toEqual(kubernetes.rules.map(({ id }) => id.replace("kubernetes.", "")).sort());
});

test("a finding says where in a release it is", () => {
  const verdict = verdictOf(
    kubernetes.rules.find(({ id }) => id.endsWith("noWildcardRights"))!,
    {
      type: "helm_release",
      config: {
        values: [
          JSON.stringify({
            objects: { "Role it": { apiVersion: "v1", kind: "Role", metadata: {}, rules: [{ verbs: ["*"] }] } },
          }),
        ],
      },
    },
  );
  expect(verdict).toMatchObject({ findings: [{ path: "values[0].objects.Role it.rules[0].verbs", found: "*" }] });
});

test("policies of another stack count", () => {
  const rule = kubernetes.rules.find(({ id }) => id.endsWith("defaultDeny"))!;
  const context = contextOf({ resource: { kubernetes_namespace_v1: { it: namespace().config } } }, {}, [
    { resource: { kubernetes_network_policy_v1: { it: { metadata: inside, spec: closed } } } },
  ]);
  expect(judged(rule, context.graph.resource("kubernetes_namespace_v1.it")!, context).status).toBe("compliant");
});
