import { createHash } from "node:crypto";
import type { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { VertexAiEndpoint } from "@cdktf/provider-google/lib/vertex-ai-endpoint";
import { Construct } from "constructs";
import {
  ConfigError,
  Environment,
  Governance,
  Ref,
  type DatasetRef,
  type KeyRef,
  type ServiceAccountRef,
} from "../../core";
import type { Grant } from "../../iam";
import type { ModelConfig, ModelValues } from "../config/model-config";
import { SAMPLE_BY_TIER } from "../config/prediction-log-config";
import { readModel } from "../model/read-model";
import { surfaceLabels } from "./surface-labels";
import { VertexDeployment } from "./vertex-deployment";
import type { VertexSurface } from "./vertex-machine";
import { servingRights, vertexAccount } from "./vertex-rights";
import { vertexFailures } from "./vertex-rules";
import { deployedName, tenDigits } from "./vertex-upload";

export type VertexModelProps = ModelConfig & {
  /** Key of purpose `vertex`: of the endpoint and the models behind it. */
  readonly key: KeyRef;
  /** Key of purpose `workflows`: of the program that deploys. */
  readonly workflowsKey: KeyRef;
  /** Dataset that requests and answers are logged to; asked for where any of them are logged. */
  readonly dataset?: DatasetRef;
  /** Labels of the model's team. @default {} */
  readonly teamLabels?: Readonly<Record<string, string>>;
  /** True: no model behind the endpoint gets a request. @default false */
  readonly stopped?: boolean;
};

/** A Vertex AI endpoint, as what stands around it may know it. */
export interface VertexModelRef {
  /** `projects/P/locations/L/endpoints/E`. */
  readonly id: Ref;
  readonly project: string;
  readonly location: string;
  /** Last part of its name, a number. */
  readonly endpoint: string;
  /** Account that the model's servers run as. */
  readonly account: ServiceAccountRef;
  /** Display names of the models deployed to it, by variant: the workflow deploys them under these, and a rollout finds them by these. */
  readonly deployed: { readonly stable: string; readonly candidate?: string };
  readonly config: ModelValues;
  readonly stopped: boolean;
}

/**
 * A model on Vertex AI: a private endpoint with the platform's key, whose requests are logged to BigQuery, an identity of its servers, and the
 * workflow that uploads and deploys the versions that the file names. Terraform holds the endpoint, the identities, their rights and the program;
 * what is deployed, and who gets requests, is the workflow's and the rollout's: it stays as it is found, and only a stop is written. After a stop
 * was lifted, and after each change of the model, start the workflow (`deployCommand`).
 */
export class VertexModel extends Construct {
  readonly ref: VertexModelRef;
  readonly deployment: VertexDeployment;
  /** What CI or a person runs after an apply. */
  readonly deployCommand: string;
  readonly resources: {
    readonly endpoint: VertexAiEndpoint;
    readonly account: ServiceAccount;
    /** What the model's servers may read. */
    readonly rights: readonly Grant[];
  };

  /** @throws ConfigError with everything that speaks against the model on Vertex AI, with the arithmetic where it does not fit */
  constructor(scope: Construct, id: string, props: VertexModelProps) {
    super(scope, id);
    const { key, workflowsKey, dataset, teamLabels = {}, stopped = false, ...plain } = props;
    const config = readModel(this, "VertexModel", plain);
    const { projectId, region, name: environment } = Environment.of(this);
    const sample = config.log.sample ?? SAMPLE_BY_TIER[config.riskTier ?? Governance.of(this).config.riskTier];
    const surface = this.surfaceOf(config, sample, dataset);
    const serving = vertexAccount(this, "account", "vertex", config, `Model ${config.name}`);
    const rights = servingRights(this, config, serving);
    const number = endpointNumber(`${environment}/${config.name}`);
    const endpoint = new VertexAiEndpoint(this, "endpoint", {
      project: projectId,
      location: region,
      region,
      name: number,
      displayName: config.name,
      description: `Model ${config.name} of ${config.team}`,
      labels: surfaceLabels(config, teamLabels),
      encryptionSpec: { kmsKeyName: key.id.from(this) },
      privateServiceConnectConfig: { enablePrivateServiceConnect: true, projectAllowlist: [projectId] },
      ...(dataset && sample > 0
        ? {
            predictRequestResponseLoggingConfig: {
              enabled: true,
              samplingRate: sample,
              bigqueryDestination: { outputUri: tableOf(dataset, config, this) },
            },
          }
        : {}),
      // Vertex AI API, Endpoint.traffic_split: with an empty map the endpoint takes no requests.
      ...(stopped ? { trafficSplit: "{}" } : {}),
      lifecycle: { preventDestroy: true, ...(stopped ? {} : { ignoreChanges: ["traffic_split"] }) },
      dependsOn: [...key.id.dependencies(this), ...(dataset?.dataset.dependencies(this) ?? [])],
    });
    this.deployment = new VertexDeployment(this, "deployment", {
      config,
      surface,
      endpoint,
      number,
      serving,
      key,
      workflowsKey,
      teamLabels,
      stopped,
    });
    for (const right of rights) right.applyBefore(this.deployment.resources.workflow);
    this.deployCommand = this.deployment.deployCommand;
    this.resources = { endpoint, account: serving.account, rights };
    this.ref = {
      id: Ref.to(endpoint, endpoint.id, `projects/${projectId}/locations/${region}/endpoints/${number}`),
      project: projectId,
      location: region,
      endpoint: number,
      account: serving.ref,
      deployed: {
        stable: deployedName(config),
        ...(config.candidate ? { candidate: deployedName({ ...config, version: config.candidate.version }) } : {}),
      },
      config,
      stopped,
    };
  }

  private surfaceOf(config: ModelValues, sample: number, dataset: DatasetRef | undefined): VertexSurface {
    const { surface } = config;
    const failures =
      surface.on === "vertex"
        ? vertexFailures(config, surface, sample, dataset)
        : [
            {
              code: "other-surface",
              path: "surface.on",
              message: "is not the surface of this construct",
              got: surface.on,
              allowed: "vertex",
              fix: "say surface: {on: vertex, …}, or use the construct of the other surface",
            },
          ];
    if (surface.on === "vertex" && failures.length === 0) return surface;
    throw new ConfigError(`VertexModel at ${this.node.path}`, failures);
  }
}

/** A number of at most ten digits, as google_vertex_ai_endpoint takes it for a name. The same for the same model. */
function endpointNumber(of: string): string {
  return tenDigits(createHash("sha256").update(of).digest());
}

function tableOf({ project, dataset }: DatasetRef, { name }: ModelValues, scope: Construct): string {
  return `bq://${project}.${dataset.from(scope)}.${name.replaceAll("-", "_")}_requests`;
}
