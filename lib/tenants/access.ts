import type { KubernetesObject, ObjectMetadata } from "../delivery";
import type { TeamValues } from "./team-config";

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"] as const;

/** By API group: what a team sees of its namespace. Secrets are not here, nor anything that holds one. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  "": [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "persistentvolumeclaims",
    "pods",
    "pods/log",
    "pods/status",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ],
  apps: ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
  "argoproj.io": ["analysisruns", "analysistemplates", "experiments", "rollouts"],
  autoscaling: ["horizontalpodautoscalers"],
  batch: ["cronjobs", "jobs"],
  "discovery.k8s.io": ["endpointslices"],
  "events.k8s.io": ["events"],
  "gateway.networking.k8s.io": ["gateways", "grpcroutes", "httproutes"],
  "inference.networking.k8s.io": ["inferencepools"],
  "jobset.x-k8s.io": ["jobsets"],
  "keda.sh": ["scaledobjects"],
  "kueue.x-k8s.io": ["localqueues", "workloads"],
  "leaderworkerset.x-k8s.io": ["leaderworkersets"],
  "llm-d.ai": ["inferencemodelrewrites", "inferenceobjectives"],
  "metrics.k8s.io": ["pods"],
  "monitoring.googleapis.com": ["podmonitorings"],
  "networking.gke.io": ["gcpbackendpolicies", "gcpgatewaypolicies", "healthcheckpolicies"],
  "networking.k8s.io": ["ingresses", "networkpolicies"],
  policy: ["poddisruptionbudgets"],
  "rbac.authorization.k8s.io": ["rolebindings", "roles"],
  "serving.kserve.io": ["inferenceservices", "servingruntimes"],
};

const VIEW: readonly PolicyRule[] = Object.entries(SEEN).map(([group, resources]) => ({
  apiGroups: [group],
  resources,
  verbs: READ,
}));

const SUBMIT: readonly PolicyRule[] = [
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete"] },
  { apiGroups: ["jobset.x-k8s.io"], resources: ["jobsets"], verbs: ["create", "delete"] },
];

// kubectl opens a WebSocket, which the API server takes for a `get` before Kubernetes 1.35 and for a `create` from then on; older kubectls
// post (KEP-4006 and its fix of the verb).
const OPERATE: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["pods/exec", "pods/portforward"], verbs: ["create", "get"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
];

type Access = TeamValues["access"];

/** Each role of a namespace, and who has it: whoever may do more may look, too. */
const ROLES: readonly {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly groups: (access: Access) => readonly string[];
}[] = [
  {
    name: "viewer",
    rules: VIEW,
    groups: ({ viewers, submitters, operators }) => [...viewers, ...submitters, ...operators],
  },
  { name: "submitter", rules: SUBMIT, groups: ({ submitters }) => submitters },
  { name: "operator", rules: OPERATE, groups: ({ operators }) => operators },
];

/** The roles that groups have in a namespace, with their bindings. A role that nobody has is not made. */
export function accessObjects(metadataOf: (name: string) => ObjectMetadata, access: Access): KubernetesObject[] {
  return ROLES.flatMap(({ name, rules, groups }) => {
    const members = [...new Set(groups(access))];
    if (members.length === 0) return [];
    const metadata = metadataOf(name);
    return [
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        subjects: members.map((group) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group })),
      },
    ];
  });
}

/** What a group needs of the Connect Gateway to use its roles: the least of the three that contains the others. */
export type GatewayRight = "gatewayRead" | "gatewayWrite" | "gatewaySession";

/** The right of each group, the widest that one of its roles needs. */
export function gatewayRights({ viewers, submitters, operators }: Access): ReadonlyMap<string, GatewayRight> {
  return new Map<string, GatewayRight>([
    ...viewers.map((group) => [group, "gatewayRead"] as const),
    ...submitters.map((group) => [group, "gatewayWrite"] as const),
    ...operators.map((group) => [group, "gatewaySession"] as const),
  ]);
}
