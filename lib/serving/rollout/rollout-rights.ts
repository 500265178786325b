import type { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { ServiceAccountRef } from "../../core";
import { kubernetesResource, type KubernetesObject } from "../../delivery";
import {
  CloudRunServiceGrants,
  Principals,
  ProjectGrants,
  ServiceAccountGrants,
  StackRole,
  type Principal,
} from "../../iam";
import type { ServedModel } from "../config/served-model";
import { ownReplicas, type RolloutTarget } from "./rollout-target";

/** The account of a rollout, and what makes it. */
export interface RolloutAccount {
  readonly account: ServiceAccount;
  readonly ref: ServiceAccountRef;
}

/**
 * What the account of a rollout may do: read metrics, write its log, and change the split of requests of this one model.
 * @returns what a run of the workflow needs before it
 */
export function rolloutRights(
  scope: Construct,
  account: RolloutAccount,
  target: RolloutTarget,
): ITerraformDependable[] {
  const to = Principals.serviceAccount(account.ref);
  const project = new ProjectGrants(scope);
  const common = [
    project.allow("metricViewer", to, { reason: "compares the metrics of two versions of a model" }),
    project.allow("logWriter", to, { reason: "writes down each step of a rollout, and why it went back" }),
  ];
  return [...common.flatMap(({ resources }) => resources), ...rightsOn(scope, account, to, target)];
}

function rightsOn(
  scope: Construct,
  account: RolloutAccount,
  to: Principal,
  target: RolloutTarget,
): ITerraformDependable[] {
  switch (target.on) {
    case "route-weights": {
      const grant = new ProjectGrants(scope).allow("gatewayWrite", to, {
        reason:
          "reaches the cluster to change the weights of routes; Kubernetes itself lets it change those named only",
      });
      return [...grant.resources, ...rightsInCluster(scope, account, target)];
    }
    case "cloud-run": {
      const shift = new CloudRunServiceGrants(scope, target.service).shiftTraffic(to, {
        reason: "shifts requests between the revisions of this one service",
      });
      const use = new ServiceAccountGrants(scope, target.runsAs).actAs(to, {
        reason: "changes a service that runs as this account, which Cloud Run asks for",
      });
      return [...shift.resources, ...use.resources];
    }
    case "vertex":
      return [endpointTraffic(scope).allow(to, { reason: "shifts requests between models of an endpoint" })];
  }
}

function rightsInCluster(
  scope: Construct,
  { account, ref }: RolloutAccount,
  { model, after = [] }: Extract<RolloutTarget, { on: "route-weights" }>,
): ITerraformDependable[] {
  // By its literal address, which rules can read.
  const [role, binding] = routeRights(model, ref.email.value);
  const made = kubernetesResource(scope, "role", role, after);
  return [made, kubernetesResource(scope, "role-binding", binding, [...after, made, account])];
}

/** Lets one account read and change one route and look at one Deployment, and nothing else in the cluster. */
export function routeRights(
  model: Pick<ServedModel, "name" | "namespace" | "labels" | "config">,
  email: string,
): readonly [role: KubernetesObject, binding: KubernetesObject] {
  const { name, namespace, labels } = model;
  const metadata = { name: `${name}-rollout`, namespace, labels };
  const rules = [
    {
      apiGroups: ["gateway.networking.k8s.io"],
      resources: ["httproutes"],
      resourceNames: [name],
      verbs: ["get", "patch"],
    },
    { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [ownReplicas(model)], verbs: ["get"] },
  ];
  const apiGroup = "rbac.authorization.k8s.io";
  return [
    { apiVersion: `${apiGroup}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup, kind: "Role", name: metadata.name },
      subjects: [{ apiGroup, kind: "User", name: email }],
    },
  ];
}

/**
 * The right to change the traffic split of Vertex AI endpoints. They have no policy of their own in google 6.50.0, and predefined roles with it
 * may deploy models too: a role of our own with the two permissions.
 */
function endpointTraffic(scope: Construct): StackRole {
  return StackRole.of(scope, "endpoint-traffic", {
    name: "endpointTraffic",
    title: "Traffic of Vertex AI endpoints",
    description: "Shifts requests between models that are deployed to an endpoint",
    permissions: ["aiplatform.endpoints.get", "aiplatform.endpoints.update"],
  });
}
