import { createHash } from "node:crypto";
import { VertexAiEndpoint } from "@cdktf/provider-google/lib/vertex-ai-endpoint";
import { Construct } from "constructs";
import {
  ConfigError,
  Environment,
  Governance,
  Ref,
  parseProps,
  parseValue,
  type DatasetRef,
  type Failure,
  type KeyRef,
} from "../../core";
import { KeyGrants, Principals } from "../../iam";
import {
  httpModelSchema,
  modelSchema,
  tritonModelSchema,
  vllmModelSchema,
  type ModelConfig,
  type ModelValues,
} from "../model-config";
import { secretsInClear } from "../pod-secrets";
import { SAMPLE_BY_TIER } from "../prediction-log-config";
import { rolloutFailures, surfaceFailures } from "../rollout/rollout-config";
import { surfaceLabels } from "./surface-labels";

export type VertexModelProps = ModelConfig & {
  /** Key that the endpoint and the models behind it are encrypted with. */
  readonly key: KeyRef;
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
  /** Display names of the models deployed to it, by variant: whoever deploys them gives these, and a rollout finds them by these. */
  readonly deployed: { readonly stable: string; readonly candidate?: string };
  readonly config: ModelValues;
  readonly stopped: boolean;
}

/**
 * The endpoint of a model on Vertex AI: private, with the platform's key, its requests logged to BigQuery. The provider (6.50) neither uploads
 * models nor deploys them: that is a step of the pipeline that made the model, under the display names of `ref.deployed`. What is deployed, and
 * which share of the requests each version gets, stays as it is found; only a stop is written.
 */
export class VertexModel extends Construct {
  readonly ref: VertexModelRef;
  readonly resources: { readonly endpoint: VertexAiEndpoint };

  /** @throws ConfigError with everything that speaks against the model on Vertex AI */
  constructor(scope: Construct, id: string, props: VertexModelProps) {
    super(scope, id);
    const { key, dataset, teamLabels = {}, stopped = false, ...plain } = props;
    const config = this.read(plain);
    const { projectId, region } = Environment.of(this);
    const sample = config.log.sample ?? SAMPLE_BY_TIER[config.riskTier ?? Governance.of(this).config.riskTier];
    const failures = vertexFailures(config, sample, dataset);
    if (failures.length > 0) throw new ConfigError(`VertexModel at ${this.node.path}`, failures);
    const encrypts = new KeyGrants(this, key).encryptDecrypt(Principals.serviceAgent(this, "aiPlatform"), {
      reason: `Vertex AI encrypts the endpoint of model ${config.name} with this key`,
    });
    const name = endpointNumber(`${Environment.of(this).name}/${config.name}`);
    const endpoint = new VertexAiEndpoint(this, "endpoint", {
      project: projectId,
      location: region,
      region,
      name,
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
      dependsOn: [
        ...encrypts.dependables,
        ...key.id.dependencies(this),
        ...(dataset?.dataset.dependencies(this) ?? []),
      ],
    });
    this.resources = { endpoint };
    this.ref = {
      id: Ref.to(endpoint, endpoint.id, `projects/${projectId}/locations/${region}/endpoints/${name}`),
      deployed: {
        stable: `${config.name}-${config.version}`,
        ...(config.candidate ? { candidate: `${config.name}-${config.candidate.version}` } : {}),
      },
      config,
      stopped,
    };
  }

  private read(plain: { readonly server: string }): ModelValues {
    const schema = Object.hasOwn(SCHEMAS, plain.server) ? SCHEMAS[plain.server as ModelConfig["server"]] : undefined;
    if (schema !== undefined) return parseProps(this, "VertexModel", schema, plain);
    throw new ConfigError(`VertexModel at ${this.node.path}`, parseValue(modelSchema, plain, "pass").failures);
  }
}

const SCHEMAS = { vllm: vllmModelSchema, triton: tritonModelSchema, http: httpModelSchema };

/** A number of at most ten digits without a leading zero, as google_vertex_ai_endpoint takes it for a name. The same for the same model. */
function endpointNumber(of: string): string {
  const hash = createHash("sha256").update(of).digest().readUInt32BE(0);
  return String(1_000_000_000 + (hash % 1_000_000_000));
}

function tableOf({ project, dataset }: DatasetRef, { name }: ModelValues, scope: Construct): string {
  return `bq://${project}.${dataset.from(scope)}.${name.replaceAll("-", "_")}_requests`;
}

function vertexFailures(config: ModelValues, sample: number, dataset: DatasetRef | undefined): Failure[] {
  const { surface, rollout, route, callers, callerNamespaces, pool, capacity } = config;
  const found: Failure[] = [...secretsInClear(config)];
  if (rollout) found.push(...rolloutFailures(rollout), ...surfaceFailures(rollout, "vertex"));
  if (surface.on !== "vertex") {
    found.push({
      code: "other-surface",
      path: "surface.on",
      message: "is not the surface of this construct",
      got: surface.on,
      allowed: "vertex",
      fix: "say surface: {on: vertex, …}, or use the construct of the other surface",
    });
  }
  const said: [string, unknown, boolean, string][] = [
    ["pool", pool, pool !== undefined, "name the machine in surface.machine"],
    ["capacity", capacity, capacity !== undefined, "leave it out"],
    ["route", route, route !== undefined, "leave it out: callers reach the endpoint by Private Service Connect"],
    ["callerNamespaces", callerNamespaces, callerNamespaces.length > 0, "leave it out"],
    [
      "secrets",
      config.secrets.map(({ secret }) => secret),
      config.secrets.length > 0,
      "have the server read them by Secret Manager's API: a deployed model has no files of secrets",
    ],
  ];
  for (const [path, got, given, fix] of said) {
    if (given) found.push({ code: "not-on-vertex", path, message: "means nothing on Vertex AI", got, fix });
  }
  if ((callers ?? []).length > 0) {
    found.push({
      code: "callers-not-checked",
      path: "callers",
      message: "cannot be let in to one endpoint: provider 6.50 has rights to call models on the whole project alone",
      got: callers,
      fix: "leave it out, and give vertexAiUser by ProjectGrants to those who may call every endpoint of the project",
    });
  }
  if (sample > 0 && dataset === undefined) {
    found.push({
      code: "missing",
      path: "dataset",
      message: `is required: ${sample * 100} % of the requests are logged, and nothing says where to`,
      fix: "pass the dataset of the prediction log, or say log.sample: 0",
    });
  }
  return found;
}
