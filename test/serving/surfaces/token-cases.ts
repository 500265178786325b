import { Ref } from "../../../lib/core";
import { EncryptionKeys } from "../../../lib/security";
import { CloudRunModel, VertexModel, modelSchema, type ModelConfig } from "../../../lib/serving";
import type { TokenCase } from "../../security-foundation/token-cases";
import { pathsOf } from "../../tokens/fields";
import { ASSISTANT, CHURN, IMAGE, LLM, VISION } from "../model-server/fixture";

interface SurfaceCase extends TokenCase {
  readonly unreachable: Readonly<Record<string, string>>;
}

const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const subnet = {
  id: Ref.existing("projects/acme-test/regions/europe-west4/subnetworks/nodes"),
  name: Ref.existing("nodes"),
};
const dataset = { project: "acme-test", dataset: Ref.existing("predictions") };

const REASONS = {
  cluster: "it is about a cluster, and is refused",
  surface: "another surface reads it",
  server: "it means nothing to this server",
  other: "it is refused here, for another reason than its value",
  measured: "this surface does not measure it",
};

/** Fields that no model on a surface has: by the end of their path, for all servers or for one. */
function unreachable(fields: Readonly<Record<string, readonly RegExp[]>>): Record<string, string> {
  const found = pathsOf(modelSchema).flatMap((path) => {
    const [reason] = Object.entries(fields).find(([, patterns]) => patterns.some((one) => one.test(path))) ?? [];
    return reason === undefined ? [] : [[path, reason]];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

const NOT_ON_EITHER = {
  [REASONS.cluster]: [
    /\.(pool|previousSource)$/,
    /\.capacity\b/,
    /\.route\./,
    /\.callerNamespaces\b/,
    /\.scaling\.by$/,
  ],
  [REASONS.measured]: [/\.latency\.(firstTokenSeconds|betweenTokensSeconds)$/, /\.rollout\.shadow$/],
  [REASONS.other]: [/\.weights\((gcs-fuse|image)\)/, /\.adapters\b/],
};

const ROLLOUT = {
  steps: [5, 50],
  stepMinutes: 15,
  maxStepMinutes: 60,
  minRequests: 100,
  failureLimit: 1,
  checks: {
    errors: { timesStable: 1.5, acceptedRatio: 0.01 },
    latency: { timesStable: 1.3, requestSeconds: 0.64 },
    quality: {
      keptConfidence: 0.9,
      acceptedHallucinationRatio: 0.05,
      hallucinationTimesStable: 1.5,
      acceptedDriftScore: 0.25,
    },
  },
  rollback: true,
} as const;

const CANDIDATE = { version: "4", image: IMAGE, source: "gs://acme-models/it/4", args: ["--other"] };

const COMMON = {
  riskTier: "limited",
  cpu: 8,
  memoryGb: 32,
  replicas: { min: 1, max: 2 },
  scaling: { queueDepth: 3, kvCacheUse: 0.5, requestsInProgress: 9, idleSeconds: 600 },
  env: { VERBOSE: "1" },
  args: ["--verbose"],
  rollout: ROLLOUT,
  requestTimeoutSeconds: 30,
} as const;

const IN_IMAGE = { from: "node-disk", path: "/opt/models" } as const;

const FULL_LLM = {
  llm: {
    ...LLM,
    parametersBillions: 4,
    concurrency: 4,
    precision: "bf16",
    kvCachePrecision: "bf16",
    slowestTokenMs: 50,
  },
  tensorParallel: 1,
  gpuMemoryUtilisation: 0.8,
  allowRemoteCode: {
    reason: "the modelling code of revision 7f3 was read line by line",
    owner: "support-lead",
    expires: "2027-03-31",
  },
};

/** A model without what only a cluster has. */
function elsewhere<M extends ModelConfig>({ pool: _, ...model }: M & { readonly pool?: string }) {
  return { ...model, source: "gs://acme-models/it/3" };
}

const SERVERS = [
  { base: elsewhere(ASSISTANT), full: FULL_LLM, gpus: 1 },
  { base: elsewhere(VISION), full: { gpuMemoryGb: 8, weightsGb: 4, modelNames: ["resnet"] }, gpus: 1 },
  { base: elsewhere(CHURN), full: { gpuMemoryGb: 1, weightsGb: 1, port: 9000 }, gpus: 0 },
] as const;

const LOG = { sample: 0.5, features: "hash" } as const;
const LOGGERS = { vllm: { image: IMAGE }, triton: { image: IMAGE, confidenceOutput: "probability" }, http: {} };
const SECRETS = [{ secret: "hub", version: "2", file: "hub" }];

export const SURFACE_TOKEN_CASES: readonly SurfaceCase[] = [
  {
    name: "CloudRunModel",
    schema: modelSchema,
    samples: SERVERS.flatMap(({ base, full, gpus }) => {
      const sample = {
        ...base,
        ...COMMON,
        ...full,
        gpus,
        secrets: SECRETS,
        callers: ["analysts@acme.example"],
        weights: IN_IMAGE,
        log: { ...LOG, ...LOGGERS[base.server] },
        surface: {
          on: "cloud-run",
          ...(gpus > 0 ? { gpu: "nvidia-l4" } : {}),
          zonalRedundancy: true,
          ingress: "internal",
          wholeBucket: true,
        },
      };
      // The template is the candidate's where there is one.
      return [sample, { ...sample, candidate: CANDIDATE }];
    }),
    unreachable: unreachable({
      ...NOT_ON_EITHER,
      [REASONS.surface]: [/\.surface\((?!cloud-run)/],
      "the revision under test becomes the model's own": [/\.candidate\.replicas\b/],
      [REASONS.server]: [
        /^\(http\)\.(log\.image|surface\(cloud-run\)\.gpu)$/,
        /^\((http|vllm)\)\.log\.confidenceOutput$/,
      ],
    }),
    build: (stack, props: ModelConfig) => {
      new CloudRunModel(stack, "it", { ...props, subnet, key });
    },
  },
  {
    name: "VertexModel",
    schema: modelSchema,
    samples: SERVERS.flatMap(({ base, full, gpus }) => {
      const machine = gpus > 0 ? "g2-standard-12" : "n2-standard-8";
      const sample = {
        ...base,
        ...COMMON,
        ...full,
        candidate: { ...CANDIDATE, replicas: { min: 1, max: 2 } },
        gpus,
        log: LOG,
        surface: { on: "vertex", machine, ...(gpus > 0 ? { acceleratorType: "NVIDIA_L4" } : {}) },
      };
      const names = base.server === "triton" ? { modelNames: ["resnet"] } : {};
      return [
        sample,
        {
          ...base,
          ...names,
          gpus,
          ...(base.server === "vllm" ? FULL_LLM : {}),
          weights: IN_IMAGE,
          surface: sample.surface,
        },
      ];
    }),
    unreachable: unreachable({
      ...NOT_ON_EITHER,
      [REASONS.surface]: [/\.surface\((?!vertex)/],
      [REASONS.server]: [/^\(http\)\.surface\(vertex\)\.acceleratorType$/],
      "a deployed model has no files of secrets": [/\.secrets\[\]/],
      "rights to call hold for the whole project": [/\.callers\b/],
      "the endpoint itself logs its requests": [/\.log\.(image|confidenceOutput)$/],
    }),
    build: (stack, props: ModelConfig) => {
      new VertexModel(stack, "it", { ...props, key, workflowsKey: key, dataset });
    },
  },
];
