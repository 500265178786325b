import type { KubernetesObject } from "../../lib/delivery";

const SELECTOR = {
  matchLabels: { app: "ranker" },
  matchExpressions: [{ key: "tier", operator: "In", values: ["serving", "batch"] }],
};

const RBAC = "rbac.authorization.k8s.io/v1";
const RULE = { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["ranker"], verbs: ["get", "patch"] };
const SUBJECTS = [
  { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "search@acme.example" },
  { kind: "ServiceAccount", name: "ranker", namespace: "search" },
];
const PEER = { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } };

/** One object of each kind that is made as a typed resource, with every field that it may have. */
export const EVERY_KIND: readonly KubernetesObject[] = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "search",
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
      annotations: { a: "b" },
    },
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "ranker", namespace: "search" },
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: "mirror" }],
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "ranker", namespace: "search" },
    data: { "config.yaml": "shell: ${HOME}" },
    binaryData: { blob: "AAAA" },
    immutable: true,
  },
  { apiVersion: RBAC, kind: "Role", metadata: { name: "deployer", namespace: "search" }, rules: [RULE] },
  {
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name: "metrics-reader" },
    rules: [RULE, { nonResourceURLs: ["/metrics"], verbs: ["get"] }],
    aggregationRule: { clusterRoleSelectors: [SELECTOR] },
  },
  {
    apiVersion: RBAC,
    kind: "RoleBinding",
    metadata: { name: "deployer", namespace: "search" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
    subjects: SUBJECTS,
  },
  {
    apiVersion: RBAC,
    kind: "ClusterRoleBinding",
    metadata: { name: "metrics-reader" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "metrics-reader" },
    subjects: SUBJECTS,
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "gpus", namespace: "search" },
    spec: {
      hard: { "requests.nvidia.com/gpu": 4, pods: "100" },
      scopes: ["NotTerminating"],
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["serving"] }] },
    },
  },
  {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "defaults", namespace: "search" },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "1" },
          defaultRequest: { cpu: "100m" },
          min: { cpu: "10m" },
          max: { cpu: "8" },
          maxLimitRequestRatio: { cpu: 4 },
        },
      ],
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "ranker", namespace: "search" },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ podSelector: {} }, { namespaceSelector: SELECTOR, podSelector: SELECTOR }],
          ports: [{ port: 8080, protocol: "TCP" }],
        },
        {},
      ],
      egress: [{ to: [PEER], ports: [{ port: 8000, endPort: 8010, protocol: "TCP" }] }],
    },
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "serving" },
    value: 1_000_000,
    globalDefault: false,
    description: "model servers",
    preemptionPolicy: "PreemptLowerPriority",
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "ranker", namespace: "search" },
    spec: {
      type: "ClusterIP",
      selector: { app: "ranker" },
      ports: [
        { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
        { name: "metrics", port: 9090, targetPort: 9090 },
      ],
      clusterIP: "None",
      clusterIPs: ["None"],
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      publishNotReadyAddresses: true,
      sessionAffinity: "None",
    },
  },
];
