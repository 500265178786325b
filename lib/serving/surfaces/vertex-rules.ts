import type { DatasetRef, Failure } from "../../core";
import { terraformText } from "../../delivery/object-values";
import type { ModelValues } from "../config/model-config";
import { ownFailures } from "../model/model-rules";
import { surfaceFailures } from "../config/rollout-config";
import { startupSeconds } from "../pod/weights";
import { machineFailures, type VertexSurface } from "./vertex-machine";
import { MOST_DEPLOYMENT_SECONDS, copiesWeights } from "./vertex-upload";

/** Everything that speaks against a model on Vertex AI. */
export function vertexFailures(
  config: ModelValues,
  surface: VertexSurface,
  sample: number,
  dataset: DatasetRef | undefined,
): Failure[] {
  const { rollout } = config;
  return [
    ...ownFailures(config),
    ...(rollout ? surfaceFailures(rollout, "vertex") : []),
    ...elsewhereFailures(config),
    ...weightFailures(config),
    ...routeFailures(config),
    ...textFailures(config),
    ...machineFailures(config, surface),
    ...callerFailures(config),
    ...runningFailures(config),
    ...logFailures(sample, dataset),
  ];
}

function elsewhereFailures(config: ModelValues): Failure[] {
  const { route, pool, capacity, callerNamespaces, secrets, weights, log, scaling } = config;
  const adapters = config.server === "vllm" ? config.adapters : [];
  const said: [string, unknown, boolean, string][] = [
    ["pool", pool, pool !== undefined, "name the machine in surface.machine"],
    ["capacity", capacity, capacity !== undefined, "leave it out"],
    ["route", route, route !== undefined, "leave it out: callers reach the endpoint by Private Service Connect"],
    ["callerNamespaces", callerNamespaces, callerNamespaces.length > 0, "leave it out"],
    ["scaling.by", scaling.by, scaling.by !== undefined, "leave it out: Vertex AI scales by use of CPUs and GPUs"],
    ["log.image", log.image, log.image !== undefined, "leave it out: the endpoint itself logs its requests"],
    [
      "log.confidenceOutput",
      log.confidenceOutput,
      log.confidenceOutput !== undefined,
      "leave it out: no logger of ours stands before a server there that could read it",
    ],
    [
      "secrets",
      secrets.map(({ secret }) => secret),
      secrets.length > 0,
      "have the server read them by Secret Manager's API: a deployed model has no files of secrets",
    ],
    [
      "weights.from",
      weights?.from,
      weights !== undefined && weights.from !== "node-disk",
      "leave weights out: Vertex AI copies what source names; or build them into the image and say weights: {from: node-disk, path: /models}",
    ],
    [
      "adapters",
      adapters.map(({ name }) => name),
      adapters.length > 0,
      "merge the adapter into the weights, or serve the model in the cluster",
    ],
  ];
  return said.flatMap(([path, got, given, fix]): Failure[] =>
    given ? [{ code: "not-on-vertex", path, message: "means nothing on Vertex AI", got, fix }] : [],
  );
}

function weightFailures({ server, source, weights }: ModelValues): Failure[] {
  if (server === "http" || source !== undefined || weights !== undefined) return [];
  return [
    {
      code: "missing",
      path: "source",
      message: `is required: ${server} has nothing to serve, and nothing is downloaded when it starts`,
      fix: "name the folder of the weights, or build them into the image: weights: {from: node-disk, path: /models}",
    },
  ];
}

function routeFailures(config: ModelValues): Failure[] {
  if (config.server !== "triton" || config.modelNames?.length === 1) return [];
  return [
    {
      code: "one-model",
      path: "modelNames",
      message: "must name one model: Vertex AI sends all requests to one path of the server",
      got: config.modelNames,
      allowed: "one name",
      fix: "name the one model of the repository that is asked, or serve the models in the cluster",
    },
  ];
}

/** Vertex AI's own variables, and what Workflows would take for an expression. */
function textFailures({ env, args, candidate }: ModelValues): Failure[] {
  const texts: [string, string][] = [
    ...Object.entries(env).map(([name, value]): [string, string] => [`env.${name}`, value]),
    ...args.map((arg, index): [string, string] => [`args[${index}]`, arg]),
    ...(candidate?.args ?? []).map((arg, index): [string, string] => [`candidate.args[${index}]`, arg]),
  ];
  const expressions = texts.filter(([, text]) => terraformText(text).includes("$${"));
  const reserved = Object.keys(env).filter((name) => name.startsWith("AIP_"));
  return [
    ...expressions.map(([path, got]) => ({
      code: "expression",
      path,
      message: "holds ${, which the workflow that deploys the model would evaluate",
      got,
      fix: "write $(NAME) to have Vertex AI fill in a variable",
    })),
    ...reserved.map((name) => ({
      code: "reserved-variable",
      path: `env.${name}`,
      message: "is a variable that Vertex AI sets itself",
      got: name,
      fix: "leave it out",
    })),
  ];
}

function callerFailures({ callers }: ModelValues): Failure[] {
  if ((callers ?? []).length === 0) return [];
  return [
    {
      code: "callers-not-checked",
      path: "callers",
      message: "cannot be let in to one endpoint: provider 6.50 has rights to call models on the whole project alone",
      got: callers,
      fix: "leave it out, and give vertexAiUser by ProjectGrants to those who may call every endpoint of the project",
    },
  ];
}

function runningFailures(config: ModelValues): Failure[] {
  const found: Failure[] = [];
  if (config.replicas.min === 0) {
    found.push({
      code: "no-scale-to-zero",
      path: "replicas.min",
      message: "is 0; a deployed model of Vertex AI has one replica at least",
      got: 0,
      allowed: "1 or more",
      fix: "say 1, or serve the model on Cloud Run, which goes down to none",
    });
  }
  const needed = startupSeconds(config);
  if (needed > MOST_DEPLOYMENT_SECONDS) {
    found.push({
      code: "start-too-slow",
      path: "surface",
      message: `may take ${needed} s to load and warm up; Vertex AI ends a start after ${MOST_DEPLOYMENT_SECONDS} s`,
      got: "vertex",
      fix: copiesWeights(config)
        ? "make the weights smaller (precision, weightsGb), or build them into the image"
        : "make the weights smaller (precision, weightsGb), or serve the model in the cluster",
    });
  }
  return found;
}

function logFailures(sample: number, dataset: DatasetRef | undefined): Failure[] {
  if (sample === 0 || dataset !== undefined) return [];
  return [
    {
      code: "missing",
      path: "dataset",
      message: `is required: ${sample * 100} % of the requests are logged, and nothing says where to`,
      fix: "pass the dataset of the prediction log, or say log.sample: 0",
    },
  ];
}
