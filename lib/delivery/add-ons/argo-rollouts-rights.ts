import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { CHARTS } from "../../catalog/charts";
import { kubernetesResource } from "../kubernetes-resource";

const NAMESPACE = CHARTS["argo-rollouts"].namespace;
const GROUP = "rbac.authorization.k8s.io";
const READ = ["get", "list", "watch"];
const CHANGE = [...READ, "update", "patch"];
const OWN = [...CHANGE, "create", "delete"];

/**
 * What the controller does anywhere for canaries that are judged by Prometheus. The chart's own role also reads every Secret of the cluster, makes
 * services and jobs in any namespace and changes objects of ten meshes; the plugin's example for Google Cloud allows everything. Read from
 * argo-rollouts v1.9.1 (informers of cmd/rollouts-controller/main.go) and plugin v0.15.0 (pkg/plugin/httproute.go: lists, gets and updates
 * HTTPRoutes). What it cannot do therefore: experiments, analyses by job or with a Secret, and taking over a Deployment.
 */
const CLUSTER_RULES = [
  { apiGroups: ["argoproj.io"], resources: ["rollouts", "rollouts/status", "rollouts/finalizers"], verbs: CHANGE },
  { apiGroups: ["argoproj.io"], resources: ["analysisruns", "analysisruns/finalizers"], verbs: OWN },
  { apiGroups: ["argoproj.io"], resources: ["analysistemplates", "clusteranalysistemplates"], verbs: READ },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: OWN },
  { apiGroups: [""], resources: ["services"], verbs: [...READ, "patch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "update", "watch"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "update", "patch"] },
  // It watches these whether or not a rollout uses them, and does not start where it may not.
  { apiGroups: ["argoproj.io"], resources: ["experiments"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: READ },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: READ },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: CHANGE },
];

/** What it does where it runs: elect a leader, read its configuration and what notifications it has. */
const OWN_RULES = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"] },
  { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: READ },
];

const ACCOUNT = { kind: "ServiceAccount", name: "argo-rollouts", namespace: NAMESPACE };

/** Rights of the controller, before its chart: least privilege instead of the chart's roles. */
export function rolloutsRights(scope: Construct, after: readonly ITerraformDependable[]): ITerraformDependable[] {
  const name = "argo-rollouts-controller";
  const metadata = { name, namespace: NAMESPACE };
  const apiVersion = `${GROUP}/v1`;
  const roleRef = (kind: string) => ({ apiGroup: GROUP, kind, name });
  return [
    kubernetesResource(scope, "cluster-role", {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name },
      rules: CLUSTER_RULES,
    }),
    kubernetesResource(scope, "cluster-role-binding", {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: roleRef("ClusterRole"),
      subjects: [ACCOUNT],
    }),
    kubernetesResource(scope, "role", { apiVersion, kind: "Role", metadata, rules: OWN_RULES }, after),
    kubernetesResource(
      scope,
      "role-binding",
      { apiVersion, kind: "RoleBinding", metadata, roleRef: roleRef("Role"), subjects: [ACCOUNT] },
      after,
    ),
  ];
}
