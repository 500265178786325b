import { createHash } from "node:crypto";
import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktf";
import type { Construct } from "constructs";
import { Environment } from "../../core";
import type { ModelValues } from "../config/model-config";
import { shmBytesOf } from "../capacity/replica-resources";
import { serverCommand } from "../pod/server-command";
import { startupSeconds } from "../pod/weights";
import { vertexMachine, type VertexMachine, type VertexSurface } from "./vertex-machine";

/** One version as it is to stand on the endpoint: what the program looks for, uploads and deploys. */
export interface WantedModel {
  /** Display name of the model and of its deployment. */
  readonly name: string;
  /** Id of the model in the registry: a second upload under it is refused, so that a lost answer does no harm. */
  readonly modelId: string;
  /** Id of the deployment, for the same reason. */
  readonly deployedId: string;
  /** What is uploaded, as a hash: the label `content` of the model. */
  readonly content: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containerSpec: ContainerSpec;
  /** Folder of the weights; absent where the image holds them. */
  readonly artifactUri?: string;
  readonly machine: VertexMachine;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** `ModelContainerSpec` of Vertex AI's API, as far as it is used. */
export interface ContainerSpec {
  readonly imageUri: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly predictRoute: string;
  readonly healthRoute: string;
  readonly deploymentTimeout: string;
  readonly sharedMemorySizeMb?: string;
}

/** Where Vertex AI puts what `artifactUri` names; it lets the serving account read there (docs, "Custom container requirements"). */
const COPY = "$(AIP_STORAGE_URI)";

/** Longest wait for a server that starts (Vertex AI API v1, ModelContainerSpec.deploymentTimeout). */
export const MOST_DEPLOYMENT_SECONDS = 7200;

/** Pulling an image and copying weights, before the server starts. */
const BEFORE_START_SECONDS = 1200;

/** True where the weights come from Cloud Storage, not in the image. */
export function copiesWeights({ source, weights }: ModelValues): boolean {
  return source !== undefined && weights?.from !== "node-disk";
}

/** One version of a model, by its own config. */
export function wantedModel(
  scope: Construct,
  config: ModelValues,
  surface: VertexSurface,
  labels: Readonly<Record<string, string>>,
): WantedModel {
  const { name, version, source, gpus, replicas } = config;
  const id = createHash("sha256")
    .update(`${Environment.of(scope).name}/${name}/${version}`)
    .digest();
  const containerSpec = containerOf(config);
  const artifactUri = copiesWeights(config) ? source : undefined;
  const resolver = new DefaultTokenResolver(new StringConcat());
  // Tokens have numbers that change with anything else in the program; what they stand for does not.
  const uploaded: unknown = Tokenization.resolve({ containerSpec, artifactUri }, { scope, resolver, preparing: false });
  const content = createHash("sha256").update(JSON.stringify(uploaded)).digest("hex");
  return {
    name: deployedName(config),
    // Vertex AI API v1, UploadModelRequest.modelId: 63 characters of [a-z0-9_-], a letter first.
    modelId: `${name}-${id.toString("hex").slice(0, 8)}`,
    // DeployedModel.id: up to ten digits.
    deployedId: tenDigits(id),
    content: content.slice(0, 16),
    labels,
    containerSpec,
    ...(artifactUri === undefined ? {} : { artifactUri }),
    machine: vertexMachine(gpus, surface),
    minReplicas: replicas.min,
    maxReplicas: replicas.max,
  };
}

/** Display name of a version's deployment: rollouts find it by this. */
export function deployedName({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}-${version}`;
}

/** A number of ten digits without a leading zero, the same for the same bytes. */
export function tenDigits(hash: Buffer): string {
  return String(1_000_000_000 + (hash.readUInt32BE(0) % 1_000_000_000));
}

/** The path that Vertex AI sends requests to: it knows one. */
function predictRoute(config: ModelValues): string {
  switch (config.server) {
    case "vllm":
      return "/v1/chat/completions";
    case "triton":
      return `/v2/models/${config.modelNames![0]!}/infer`;
    case "http":
      return "/predict";
  }
}

function containerOf(config: ModelValues): ContainerSpec {
  const copied = copiesWeights(config);
  const { command, args, env, ports, paths } = serverCommand(
    copied ? { ...config, weights: { from: "node-disk", path: COPY } } : config,
  );
  const shmMb = Math.ceil(shmBytesOf(config) / 2 ** 20);
  const allArgs = [...args, ...vertexArgs(config, copied)];
  return {
    imageUri: config.image,
    ...(command ? { command } : {}),
    ...(allArgs.length > 0 ? { args: allArgs } : {}),
    env: pairs({ HOME: "/tmp", ...writable(env), ...config.env }),
    ports: [{ containerPort: ports.find(({ name }) => name === "http")!.containerPort }],
    predictRoute: predictRoute(config),
    healthRoute: paths.ready,
    deploymentTimeout: `${Math.min(MOST_DEPLOYMENT_SECONDS, startupSeconds(config) + BEFORE_START_SECONDS)}s`,
    ...(shmMb > 0 ? { sharedMemorySizeMb: String(shmMb) } : {}),
  };
}

function vertexArgs({ server, args }: ModelValues, copied: boolean): string[] {
  switch (server) {
    case "vllm":
      // vLLM docs, "Loading models with Run:ai Model Streamer": how it reads gs:// itself.
      return copied && !args.some((arg) => arg.startsWith("--load-format")) ? ["--load-format=runai_streamer"] : [];
    case "triton":
      // Triton closes its own port where it sees Vertex AI's variables, unless it is told not to (triton-inference-server, vertex_ai docs).
      return ["--allow-http=true", "--allow-vertex-ai=false"];
    case "http":
      return [];
  }
}

/** Caches lie where any user may write; a server that reads its weights itself is told by Vertex AI's own variable where they are. */
function writable(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([, value]) => value !== COPY)
      .map(([name, value]) => [name, value.startsWith("/cache/") ? `/tmp${value}` : value]),
  );
}

function pairs(env: Readonly<Record<string, string>>) {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
