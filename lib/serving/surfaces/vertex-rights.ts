import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import { suffixOf } from "../../cluster/node-pool-name";
import { Environment, Ref, resourceName, type ServiceAccountRef } from "../../core";
import { ManagedFolderGrants, Principals, ProjectGrants, ServiceAccountGrants, StackRole, type Grant } from "../../iam";
import type { ModelValues } from "../config/model-config";
import { ModelFolder } from "../model/model-folder";
import { variantsOf } from "../config/model-variant";
import { copiesWeights } from "./vertex-upload";

/** A service account, and what others may know of it. */
export interface VertexAccount {
  readonly account: ServiceAccount;
  readonly ref: ServiceAccountRef;
}

export function vertexAccount(
  scope: Construct,
  id: string,
  role: "vertex" | "deploy",
  { name }: ModelValues,
  displayName: string,
): VertexAccount {
  const { name: environment, projectId } = Environment.of(scope);
  const whole = `${environment}-${role}-${name}`;
  // An account id has 30 characters, a model's name up to 40.
  const model = whole.length <= NAMES.serviceAccount.maxLength ? name : suffixOf(name);
  const accountId = resourceName(scope, "name", NAMES.serviceAccount, environment, role, model);
  const account = new ServiceAccount(scope, id, { project: projectId, accountId, displayName });
  const email = `${accountId}@${projectId}.iam.gserviceaccount.com`;
  return { account, ref: { email: Ref.to(account, account.email, email) } };
}

/** What the servers of a model may: read the folders that its versions are made of, which is also how they are copied at upload. */
export function servingRights(scope: Construct, config: ModelValues, { ref }: VertexAccount): Grant[] {
  const to = Principals.serviceAccount(ref);
  const sources = variantsOf(config).flatMap(({ config: one }) => (copiesWeights(one) ? [one.source!] : []));
  return [...new Set(sources)].map((source) =>
    new ManagedFolderGrants(scope, ModelFolder.of(scope, source).ref).read(to, {
      reason: `Model ${config.name} loads weights from ${source}`,
    }),
  );
}

/**
 * What the account of the workflow may: write its log, upload and deploy models, and have them run as the one account of this model's servers.
 * @returns what a run of the workflow needs before it
 */
export function deploymentRights(
  scope: Construct,
  config: ModelValues,
  { ref }: VertexAccount,
  serving: VertexAccount,
): ITerraformDependable[] {
  const to = Principals.serviceAccount(ref);
  const log = new ProjectGrants(scope).allow("logWriter", to, {
    reason: "writes down what it deploys, and why it could not",
  });
  const runAs = new ServiceAccountGrants(scope, serving.ref).actAs(to, {
    reason: `deploys model ${config.name}, whose servers run as this account`,
  });
  const deploy = modelDeployers(scope).allow(to, { reason: "uploads a model and deploys it to its endpoint" });
  return [...log.resources, ...runAs.resources, deploy];
}

/**
 * The right to upload models and to deploy them. Neither the registry nor endpoints have policies of their own in google 6.50.0, and
 * predefined roles with it may train, call and delete: a role of our own. It holds for all endpoints of the project; what a model may run as is
 * given for each.
 */
function modelDeployers(scope: Construct): StackRole {
  return StackRole.of(scope, "model-deployers", {
    name: "modelDeployer",
    title: "Deployment of Vertex AI models",
    description: "Uploads models and deploys them to endpoints",
    // Vertex AI docs, "IAM permissions": an operation is read with the right to read what it is about.
    permissions: [
      "aiplatform.endpoints.deploy",
      "aiplatform.endpoints.get",
      "aiplatform.endpoints.undeploy",
      "aiplatform.endpoints.update",
      "aiplatform.models.get",
      "aiplatform.models.upload",
    ],
  });
}
