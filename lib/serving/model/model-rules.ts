import { isBelow, type NodePoolRef } from "../../cluster";
import { isLate, today, type ClusterFeature, type CrossFieldRule, type Failure } from "../../core";
import { candidateFailures } from "./candidate-rules";
import type { ModelValues, VllmModelValues } from "../config/model-config";
import { parallelismOf } from "../capacity/llm-memory";
import { secretsInClear } from "../pod/pod-secrets";
import { confidenceFailures } from "../prediction-log/prediction-log-sidecar";
import { rolloutFailures } from "../config/rollout-config";
import { fuseVolumes, weightsOf } from "../pod/weights";

/** What of its surroundings decides what a model may ask for. */
export interface ModelSurroundings {
  readonly clusterVersion: string;
  readonly features: readonly ClusterFeature[];
  readonly pools: readonly NodePoolRef[];
}

/** What speaks against a model by itself, wherever it runs. */
const OWN: readonly CrossFieldRule<ModelValues>[] = [
  { reads: ["replicas", "candidate", "surface"], check: replicaFailures },
  { reads: ["env", "args", "candidate"], check: secretsInClear },
  { reads: ["args", "candidate"], check: argumentFailures },
  { reads: ["version", "image", "source", "args", "candidate"], check: versionFailures },
  { reads: ["rollout"], check: ({ rollout }) => (rollout ? rolloutFailures(rollout) : []) },
];
const OWN_OF_VLLM: readonly CrossFieldRule<VllmModelValues>[] = [
  { reads: ["name", "llm", "gpus", "tensorParallel", "allowRemoteCode", "adapters"], check: llmFailures },
];

/** The rules on a model by itself. */
export function ownRules({ server }: Pick<ModelValues, "server">): readonly CrossFieldRule<ModelValues>[] {
  return server === "vllm" ? [...OWN, ...(OWN_OF_VLLM as unknown as readonly CrossFieldRule<ModelValues>[])] : OWN;
}

/** Everything that speaks against a model by itself. */
export function ownFailures(config: ModelValues): Failure[] {
  return ownRules(config).flatMap(({ check }) => check(config) ?? []);
}

/** Everything that speaks against a model by itself and in its cluster; where its pods go is asked afterwards. */
export function modelFailures(config: ModelValues, surroundings: ModelSurroundings): Failure[] {
  return [
    ...ownFailures(config),
    ...weightFailures(config, surroundings),
    ...featureFailures(config, surroundings),
    ...secretFileFailures(config),
    ...confidenceFailures(config),
  ];
}

function replicaFailures(config: ModelValues): Failure[] {
  const { replicas } = config;
  if (replicas.min <= replicas.max) return candidateFailures(config);
  return [
    {
      code: "out-of-range",
      path: "replicas.min",
      message: `is more than replicas.max (${replicas.max})`,
      got: replicas.min,
      allowed: `0 to ${replicas.max}`,
      fix: "raise replicas.max or lower replicas.min",
    },
  ];
}

function weightFailures(config: ModelValues, { clusterVersion, pools }: ModelSurroundings): Failure[] {
  const { server, source, weights } = config;
  const found: Failure[] = [];
  if (server !== "http" && weightsOf(config) === undefined) {
    found.push({
      code: "missing",
      path: "source",
      message: `is required: ${server} has nothing to serve, and nothing is downloaded when it starts`,
      fix: "give source: gs://BUCKET/PATH, or weights from an image or the node's disk",
    });
  }
  if (weights?.from === "gcs-fuse" && source === undefined) {
    found.push({
      code: "missing",
      path: "source",
      message: "is required: weights come from Cloud Storage, and it does not say where they lie",
      fix: "give source: gs://BUCKET/PATH",
    });
  }
  if (
    weights?.from === "image" &&
    !isLate(clusterVersion) &&
    isBelow(clusterVersion, `${IMAGE_VOLUME_VERSION}.0-gke.0`)
  ) {
    found.push({
      code: "too-old",
      path: "weights.from",
      message: `asks for an image as a volume, which Kubernetes has switched on from ${IMAGE_VOLUME_VERSION}; the cluster has ${clusterVersion}`,
      got: "image",
      allowed: "gcs-fuse, node-disk",
      fix: `raise the cluster's version to ${IMAGE_VOLUME_VERSION}, or take another way`,
    });
  }
  if (weights?.from === "node-disk") found.push(...nodeDiskFailures(config, pools));
  return found;
}

// KEP-4639: on by default from Kubernetes 1.35 (beta and off in 1.33 and 1.34).
const IMAGE_VOLUME_VERSION = "1.35";

function nodeDiskFailures({ pool: name }: ModelValues, pools: readonly NodePoolRef[]): Failure[] {
  const withDisks = pools.filter(({ imageDisks }) => imageDisks.length > 0).map(({ pool }) => pool);
  if (name !== undefined && withDisks.includes(name)) return [];
  return [
    {
      code: "no-image-disk",
      path: "weights.from",
      message:
        name === undefined
          ? "asks for weights on the node's disk, and names no pool"
          : `asks for weights on the node's disk, and nodes of pool ${name} have no imageDisks`,
      got: "node-disk",
      allowed:
        withDisks.length > 0 ? `with pool: ${withDisks.join(" or ")}` : "no pool of the environment has imageDisks",
      fix: "name a pool with imageDisks that hold the server's image, or take weights from gcs-fuse",
    },
  ];
}

function featureFailures(config: ModelValues, { features }: ModelSurroundings): Failure[] {
  // Features that only GKE has: what an edge cluster does without them, its own rules say.
  if (config.surface.on === "edge") return [];
  const needed: [ClusterFeature, string, string, boolean][] = [
    ["gcs-fuse", "source", "is read by Cloud Storage FUSE", fuseVolumes(config).length > 0],
    ["secret-manager", "secrets", "become files by the Secret Manager driver", config.secrets.length > 0],
    ["managed-prometheus", "server", "is watched by managed Prometheus", true],
    ["hpa-performance", "scaling.by", "reads metrics from pods itself", config.scaling.by === "hpa"],
  ];
  return needed.flatMap(([feature, path, message, asked]): Failure[] =>
    asked && !features.includes(feature)
      ? [
          {
            code: "missing-feature",
            path,
            message: `${message}, which the cluster does not have`,
            allowed: features.join(", "),
            fix: `switch the cluster's feature ${feature} on`,
          },
        ]
      : [],
  );
}

export function secretFileFailures({ secrets }: ModelValues): Failure[] {
  return secrets.flatMap(({ file }, index): Failure[] =>
    secrets.slice(0, index).some((earlier) => earlier.file === file)
      ? [
          {
            code: "duplicate",
            path: `secrets[${index}].file`,
            message: "is the file of another secret too",
            got: file,
            fix: "give each secret a file of its own",
          },
        ]
      : [],
  );
}

/** Flags that follow from other fields, or are always the same: two answers to one question. */
const COMPUTED = {
  vllm: {
    "--model": "source",
    "--served-model-name": "name",
    "--port": "= 8000",
    "--host": "= 0.0.0.0",
    "--max-model-len": "llm.contextLength",
    "--max-num-seqs": "llm.concurrency",
    "--tensor-parallel-size": "tensorParallel",
    "--data-parallel-size": "gpus and tensorParallel",
    "--gpu-memory-utilization": "gpuMemoryUtilisation",
    "--dtype": "llm.precision",
    "--kv-cache-dtype": "llm.kvCachePrecision",
    "--shutdown-timeout": "requestTimeoutSeconds",
    "--lora-modules": "adapters",
    "--enable-lora": "adapters",
    "--trust-remote-code": "allowRemoteCode",
  },
  triton: {
    "--model-repository": "source",
    "--model-store": "source",
    "--http-port": "= 8000",
    "--grpc-port": "= 8001",
    "--metrics-port": "= 8002",
    "--load-model": "modelNames",
    "--model-control-mode": "modelNames",
    "--exit-timeout-secs": "requestTimeoutSeconds",
  },
  http: {},
} as const;

function argumentFailures({ server, args, candidate }: ModelValues): Failure[] {
  const fields: Readonly<Record<string, string>> = COMPUTED[server];
  const inList = (list: readonly string[], path: string) =>
    list.flatMap((arg, index): Failure[] => {
      const flag = arg.split("=", 1)[0]!.replaceAll("_", "-");
      const field = Object.hasOwn(fields, flag) ? fields[flag] : undefined;
      if (field === undefined) return [];
      return [
        {
          code: "computed-argument",
          path: `${path}[${index}]`,
          message: "is an argument that the platform gives",
          got: arg,
          fix: field.startsWith("= ") ? `leave it out: it is ${field.slice(2)}` : `leave it out and set ${field}`,
        },
      ];
    });
  return [...inList(args, "args"), ...inList(candidate?.args ?? [], "candidate.args")];
}

function versionFailures(config: ModelValues): Failure[] {
  const { version, candidate } = config;
  if (candidate?.version !== version || isHandedOver(config)) return [];
  return [
    {
      code: "same-version",
      path: "candidate.version",
      message: "is the version that is served already: their metrics could not be told apart",
      got: version,
      fix: "give the version under test a name of its own",
    },
  ];
}

/** After a rollout both run the same, until the candidate goes: requests stay where they are while the model's own replicas are exchanged. */
function isHandedOver({ image, source, args, candidate }: ModelValues): boolean {
  const other = { image, source, args, ...candidate };
  return other.image === image && other.source === source && other.args.join("\n") === args.join("\n");
}

function llmFailures(config: VllmModelValues): Failure[] {
  const { llm, gpus, allowRemoteCode, adapters } = config;
  const { tensor } = parallelismOf(config);
  const heads = llm.heads ?? llm.kvHeads;
  const found: Failure[] = [];
  const parallel = (message: string, fix: string) =>
    found.push({ code: "tensor-parallel", path: "tensorParallel", message, got: tensor, fix });
  if (gpus % tensor !== 0) {
    parallel(
      `does not divide the ${gpus} GPUs of a replica: ${gpus} / ${tensor} = ${gpus / tensor}`,
      "give a divisor of gpus",
    );
  }
  // vllm/config/parallel.py and its attention layers: each GPU takes whole heads; key and value heads are copied where there are fewer.
  if (llm.heads !== undefined && heads % tensor !== 0) {
    parallel(
      `does not divide the model's ${heads} attention heads: ${heads} / ${tensor} = ${(heads / tensor).toFixed(2)}`,
      "give a divisor of llm.heads",
    );
  }
  if (llm.kvHeads % tensor !== 0 && tensor % llm.kvHeads !== 0) {
    parallel(
      `neither divides the model's ${llm.kvHeads} key and value heads nor is a multiple of them`,
      "give a divisor or a multiple of llm.kvHeads",
    );
  }
  if (llm.maxOutputTokens > llm.contextLength) {
    found.push({
      code: "out-of-range",
      path: "llm.maxOutputTokens",
      message: `is more than a whole request may have (contextLength ${llm.contextLength})`,
      got: llm.maxOutputTokens,
      allowed: `at most ${llm.contextLength}`,
      fix: "lower maxOutputTokens or raise contextLength",
    });
  }
  if (allowRemoteCode && allowRemoteCode.expires < today()) {
    found.push({
      code: "expired",
      path: "allowRemoteCode.expires",
      message: "is over: the model's code is no longer accepted",
      got: allowRemoteCode.expires,
      fix: "review the code again and give a new day, or leave allowRemoteCode out",
    });
  }
  adapters.forEach(({ name }, index) => {
    if (adapters.findIndex((other) => other.name === name) === index && name !== config.name) return;
    found.push({
      code: "duplicate",
      path: `adapters[${index}].name`,
      message: "is the name of another adapter or of the model itself",
      got: name,
      fix: "give each adapter a name of its own: callers ask for it by that",
    });
  });
  return found;
}
