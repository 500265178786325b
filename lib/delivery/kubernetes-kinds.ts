import type { TerraformMetaArguments, TerraformResource } from "cdktf";
import { ClusterRoleBindingV1 } from "@cdktf/provider-kubernetes/lib/cluster-role-binding-v1";
import { ClusterRoleV1 } from "@cdktf/provider-kubernetes/lib/cluster-role-v1";
import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { LimitRangeV1 } from "@cdktf/provider-kubernetes/lib/limit-range-v1";
import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { NetworkPolicyV1 } from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import { PriorityClassV1 } from "@cdktf/provider-kubernetes/lib/priority-class-v1";
import { ResourceQuotaV1 } from "@cdktf/provider-kubernetes/lib/resource-quota-v1";
import { RoleBindingV1 } from "@cdktf/provider-kubernetes/lib/role-binding-v1";
import { RoleV1 } from "@cdktf/provider-kubernetes/lib/role-v1";
import { ServiceAccountV1 } from "@cdktf/provider-kubernetes/lib/service-account-v1";
import { ServiceV1 } from "@cdktf/provider-kubernetes/lib/service-v1";
import type { Construct } from "constructs";
import { block, listOf, renamed, type Block } from "./kubernetes-shape";

/** A built-in kind that the provider has as a typed resource. */
export interface KubernetesKind {
  readonly apiVersion: string;
  /** Below the object's top: everything but `apiVersion`, `kind`. */
  readonly shape: Block;
  readonly make: (scope: Construct, id: string, config: never) => TerraformResource;
}

// cdktf's classes ask for the config of their own type; the shape makes it, and a test lets Terraform validate what comes out.
function kind(
  apiVersion: string,
  fields: Block["fields"],
  Resource: new (scope: Construct, id: string, config: never) => TerraformResource,
): KubernetesKind {
  const shape = block({ metadata: METADATA, ...fields });
  return { apiVersion, shape, make: (scope, id, config) => new Resource(scope, id, config) };
}

const METADATA = block({ name: "as-is", namespace: "as-is", labels: "texts", annotations: "texts" });

const LABEL_SELECTOR = block({
  matchLabels: "texts",
  matchExpressions: listOf(block({ key: "as-is", operator: "as-is", values: "as-is" })),
});

const POLICY_RULE = block({
  apiGroups: "as-is",
  resources: "as-is",
  resourceNames: "as-is",
  verbs: "as-is",
});

const CLUSTER_POLICY_RULE = block({ ...POLICY_RULE.fields, nonResourceURLs: renamed("nonResourceUrls", "as-is") });

const BINDING = {
  roleRef: block({ apiGroup: "as-is", kind: "as-is", name: "as-is" }),
  subjects: renamed("subject", listOf(block({ apiGroup: "as-is", kind: "as-is", name: "as-is", namespace: "as-is" }))),
};

const POLICY_PEER = block({
  ipBlock: block({ cidr: "as-is", except: "as-is" }),
  namespaceSelector: LABEL_SELECTOR,
  podSelector: LABEL_SELECTOR,
});

const POLICY_PORTS = listOf(block({ port: "text", endPort: "as-is", protocol: "as-is" }));

const RBAC = "rbac.authorization.k8s.io/v1";

/** Kinds by name, with the fields that kubernetes 2.38.0 has for each (its schema; a test compares what it accepts). */
export const KUBERNETES_KINDS: Readonly<Record<string, KubernetesKind>> = {
  Namespace: kind("v1", {}, NamespaceV1),
  ServiceAccount: kind(
    "v1",
    {
      automountServiceAccountToken: "as-is",
      imagePullSecrets: renamed("imagePullSecret", listOf(block({ name: "as-is" }))),
    },
    ServiceAccountV1,
  ),
  ConfigMap: kind("v1", { data: "texts", binaryData: "texts", immutable: "as-is" }, ConfigMapV1),
  Role: kind(RBAC, { rules: renamed("rule", listOf(POLICY_RULE)) }, RoleV1),
  ClusterRole: kind(
    RBAC,
    {
      rules: renamed("rule", listOf(CLUSTER_POLICY_RULE)),
      aggregationRule: block({ clusterRoleSelectors: listOf(LABEL_SELECTOR) }),
    },
    ClusterRoleV1,
  ),
  RoleBinding: kind(RBAC, BINDING, RoleBindingV1),
  ClusterRoleBinding: kind(RBAC, BINDING, ClusterRoleBindingV1),
  ResourceQuota: kind(
    "v1",
    {
      spec: block({
        hard: "texts",
        scopes: "as-is",
        scopeSelector: block({
          matchExpressions: renamed(
            "matchExpression",
            listOf(block({ scopeName: "as-is", operator: "as-is", values: "as-is" })),
          ),
        }),
      }),
    },
    ResourceQuotaV1,
  ),
  LimitRange: kind(
    "v1",
    {
      spec: block({
        limits: renamed(
          "limit",
          listOf(
            block({
              type: "as-is",
              default: "texts",
              defaultRequest: "texts",
              max: "texts",
              maxLimitRequestRatio: "texts",
              min: "texts",
            }),
          ),
        ),
      }),
    },
    LimitRangeV1,
  ),
  NetworkPolicy: kind(
    "networking.k8s.io/v1",
    {
      spec: block({
        podSelector: LABEL_SELECTOR,
        policyTypes: "as-is",
        ingress: listOf(block({ from: listOf(POLICY_PEER), ports: POLICY_PORTS })),
        egress: listOf(block({ to: listOf(POLICY_PEER), ports: POLICY_PORTS })),
      }),
    },
    NetworkPolicyV1,
  ),
  PriorityClass: kind(
    "scheduling.k8s.io/v1",
    { value: "as-is", globalDefault: "as-is", description: "as-is", preemptionPolicy: "as-is" },
    PriorityClassV1,
  ),
  Service: kind(
    "v1",
    {
      spec: block({
        type: "as-is",
        selector: "texts",
        ports: renamed(
          "port",
          listOf(
            block({
              name: "as-is",
              port: "as-is",
              targetPort: "text",
              protocol: "as-is",
              appProtocol: "as-is",
              nodePort: "as-is",
            }),
          ),
        ),
        clusterIP: renamed("clusterIp", "as-is"),
        clusterIPs: renamed("clusterIps", "as-is"),
        externalName: "as-is",
        externalTrafficPolicy: "as-is",
        internalTrafficPolicy: "as-is",
        ipFamilies: "as-is",
        ipFamilyPolicy: "as-is",
        loadBalancerClass: "as-is",
        loadBalancerSourceRanges: "as-is",
        publishNotReadyAddresses: "as-is",
        sessionAffinity: "as-is",
      }),
    },
    ServiceV1,
  ),
};

/** Config of any of the typed resources, once a shape made it. */
export type TypedConfig = TerraformMetaArguments & Record<string, unknown>;
