import type { VertexAiEndpoint } from "@cdktf/provider-google/lib/vertex-ai-endpoint";
import { WorkflowsWorkflow } from "@cdktf/provider-google/lib/workflows-workflow";
import { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import { Environment, Governance, resourceName, type KeyRef, type ServiceAccountRef } from "../../core";
import type { ModelValues } from "../config/model-config";
import { variantsOf } from "../config/model-variant";
import { workflowSource, type WorkflowDefinition } from "../rollout/workflow-definition";
import { surfaceLabels } from "./surface-labels";
import type { VertexSurface } from "./vertex-machine";
import { stoppedProgram, vertexProgram } from "./vertex-program";
import type { VertexVariable } from "./vertex-program-steps";
import { deploymentRights, vertexAccount, type VertexAccount } from "./vertex-rights";
import { wantedModel } from "./vertex-upload";

export interface VertexDeploymentProps {
  readonly config: ModelValues;
  readonly surface: VertexSurface;
  readonly endpoint: VertexAiEndpoint;
  /** Id of the endpoint, the last part of its name. */
  readonly number: string;
  /** Account that the model's servers run as. */
  readonly serving: VertexAccount;
  /** Key of the endpoint: models behind it must have the same. */
  readonly key: KeyRef;
  /** Key of purpose `workflows`. */
  readonly workflowsKey: KeyRef;
  readonly teamLabels: Readonly<Record<string, string>>;
  readonly stopped: boolean;
}

/**
 * A workflow that uploads the versions of a model and deploys them to its endpoint, since the provider (6.50) does neither. A person or CI starts
 * it after each apply that changed the model (`deployCommand`); where nothing is to be done it does nothing.
 */
export class VertexDeployment extends Construct {
  /** Account that the workflow runs as. */
  readonly ref: ServiceAccountRef;
  readonly resources: { readonly workflow: WorkflowsWorkflow; readonly account: VertexAccount["account"] };
  /** The program, as it is tested and handed over. */
  readonly program: WorkflowDefinition;
  /** What CI or a person runs to deploy what the environment file names. */
  readonly deployCommand: string;

  constructor(scope: Construct, id: string, props: VertexDeploymentProps) {
    super(scope, id);
    const { config, endpoint, number, serving, key, workflowsKey } = props;
    const { name: environment, projectId, region } = Environment.of(this);
    const parent = `projects/${projectId}/locations/${region}`;
    const name = resourceName(this, "name", NAMES.workflowsWorkflow, environment, "deploy", config.name);
    this.program = this.programOf(props, parent);
    const { account, ref } = vertexAccount(this, "account", "deploy", config, `Deploys the model ${config.name}`);
    this.ref = ref;
    const api = `https://${region}-aiplatform.googleapis.com/v1`;
    const variables: Record<VertexVariable, string> = {
      API_URL: api,
      MODELS_URL: `${api}/${parent}/models`,
      ENDPOINT_URL: `${api}/${parent}/endpoints/${number}`,
      KMS_KEY: key.id.from(this),
      SERVING_ACCOUNT: serving.account.email,
    };
    const workflow = new WorkflowsWorkflow(this, "workflow", {
      name,
      project: projectId,
      region,
      description: `Uploads the versions of the model ${config.name} and deploys them to its endpoint`,
      serviceAccount: account.email,
      cryptoKeyName: workflowsKey.id.from(this),
      callLogLevel: "LOG_ERRORS_ONLY",
      deletionProtection: true,
      userEnvVars: variables,
      sourceContents: workflowSource(this.program),
      dependsOn: [
        endpoint,
        ...key.id.dependencies(this),
        ...workflowsKey.id.dependencies(this),
        ...deploymentRights(this, config, { account, ref }, serving),
      ],
    });
    this.deployCommand = `gcloud workflows execute ${name} --location=${region} --project=${projectId}`;
    this.resources = { workflow, account };
  }

  private programOf({ config, surface, teamLabels, stopped }: VertexDeploymentProps, parent: string) {
    if (stopped) return stoppedProgram(config.name);
    const governance = Governance.of(this).labels;
    const wanted = variantsOf(config).map((variant) =>
      wantedModel(this, variant.config, surface, {
        ...governance,
        ...surfaceLabels(variant.config, teamLabels),
      }),
    );
    // A version that was rolled out is stable and candidate at once, until the candidate goes.
    const distinct = wanted.filter(({ name }, at) => wanted.findIndex((other) => other.name === name) === at);
    return vertexProgram({ model: config.name, parent, wanted: distinct });
  }
}
