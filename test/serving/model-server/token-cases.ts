import { ModelServer, modelSchema, type ModelConfig } from "../../../lib/serving";
import { ClusterAccess, ClusterApis } from "../../../lib/delivery";
import type { TokenCase } from "../../security-foundation/token-cases";
import { clusterWith } from "../../delivery/platform";
import { ASSISTANT, CHURN, FEATURES, GATEWAY, IMAGE, LLM, TEAM, VISION, poolsOf } from "./fixture";

const CLUSTER = { ...clusterWith(...FEATURES, "hpa-performance"), version: "1.35" };

const WITH_DISK = {
  name: "with-disk",
  machine: "g2-standard-12",
  provisioning: { model: "on-demand", maxNodes: 20 },
  imageDisks: ["projects/acme/global/images/vision"],
  localSsds: 1,
} as const;

/** Fields that every model has, with what each server lets stand beside each other. */
const COMMON = {
  riskTier: "limited",
  cpu: 3,
  memoryGb: 12,
  replicas: { min: 1, max: 2 },
  scaling: { queueDepth: 3, kvCacheUse: 0.5, requestsInProgress: 9, by: "keda", idleSeconds: 600 },
  secrets: [{ secret: "hub", version: "2", file: "hub" }],
  env: { VERBOSE: "1" },
  args: ["--verbose"],
  route: { host: "models.acme.example", path: "/it" },
  callers: ["analysts@acme.example"],
  callerNamespaces: ["ranking"],
  rollout: {
    steps: [5, 50],
    stepMinutes: 15,
    maxStepMinutes: 60,
    minRequests: 100,
    failureLimit: 1,
    checks: {
      errors: { timesStable: 1.5, acceptedRatio: 0.01 },
      latency: { timesStable: 1.3 },
      quality: {
        keptConfidence: 0.9,
        acceptedHallucinationRatio: 0.05,
        hallucinationTimesStable: 1.5,
        acceptedDriftScore: 0.25,
      },
    },
    rollback: true,
  },
  log: { sample: 0.5, features: "hash", image: IMAGE },
  surface: { on: "gke" },
} as const;

const LADDER = [
  { machine: "g2-standard-12", model: "on-demand" },
  { pool: "with-class", model: "on-demand" },
] as const;

const CLASS = "cloud.google.com/compute-class";
const WITH_CLASS = {
  ...WITH_DISK,
  name: "with-class",
  nodeLabels: { [CLASS]: "vision" },
  taints: [{ key: CLASS, value: "vision", effect: "NO_SCHEDULE" }],
} as const;

const latency = (goals: object) => ({
  ...COMMON.rollout,
  checks: { ...COMMON.rollout.checks, latency: { timesStable: 1.3, ...goals } },
});

const CANDIDATE = {
  version: "4",
  image: IMAGE,
  source: "gs://acme-models/it/4",
  args: ["--async-scheduling"],
  replicas: { min: 1, max: 2 },
};

const SERVERS: readonly { readonly base: ModelConfig; readonly full: Readonly<Record<string, unknown>> }[] = [
  {
    base: ASSISTANT,
    full: {
      previousSource: "gs://acme-models/it/2",
      memoryGb: 48,
      llm: { ...LLM, precision: "bf16", kvCachePrecision: "bf16", slowestTokenMs: 50 },
      tensorParallel: 2,
      gpuMemoryUtilisation: 0.8,
      adapters: [{ name: "polite", source: "gs://acme-models/polite", rank: 8 }],
      allowRemoteCode: {
        reason: "the modelling code of revision 7f3 was read line by line",
        owner: "support-lead",
        expires: "2027-03-31",
      },
      candidate: CANDIDATE,
      rollout: { ...latency({ firstTokenSeconds: 1, betweenTokensSeconds: 0.1 }), shadow: 10 },
    },
  },
  {
    base: VISION,
    full: {
      previousSource: "gs://acme-models/vision/40",
      gpus: 1,
      gpuMemoryGb: 8,
      weightsGb: 4,
      log: { sample: 0.5, features: "hash", image: IMAGE, confidenceOutput: "probability" },
      modelNames: ["resnet"],
    },
  },
  {
    base: { ...CHURN, pool: "system", source: "gs://acme-models/churn" },
    full: {
      previousSource: "gs://acme-models/churn-6",
      log: { sample: 0.5, features: "hash" },
      memoryGb: 4,
      gpus: 0,
      gpuMemoryGb: 1,
      weightsGb: 1,
      port: 9000,
      rollout: latency({ requestSeconds: 0.5 }),
    },
  },
];

const SAMPLES = SERVERS.flatMap(({ base, full }) => {
  const gpus = base.server === "http" ? 1 : (base.gpus ?? 1);
  const onDisk = { pool: "with-disk", gpus: 1, llm: { ...LLM, concurrency: 1 } };
  const { llm: _, ...withoutLlm } = onDisk;
  const elsewhere = base.server === "vllm" ? onDisk : withoutLlm;
  return [
    {
      ...base,
      ...COMMON,
      requestTimeoutSeconds: 30,
      weights: { from: "gcs-fuse", cache: "disk", cacheGb: 40 },
      ...full,
    },
    { ...base, weights: { from: "image", image: IMAGE } },
    { ...base, ...elsewhere, weights: { from: "node-disk", path: "/opt/models" } },
    { ...base, ...elsewhere, capacity: LADDER },
    ...(base.server === "vllm" ? [] : [{ ...base, gpus, ...(gpus ? { pool: "serve-l4" } : {}), candidate: CANDIDATE }]),
  ];
});

const OTHER_SURFACES = [
  "kserve).runtime",
  "cloud-run).gpu",
  "cloud-run).zonalRedundancy",
  "cloud-run).ingress",
  "cloud-run).wholeBucket",
  "cloud-run).ingress",
  "cloud-run).wholeBucket",
  "vertex).machine",
  "vertex).acceleratorType",
]
  .concat(
    [
      ...["membership", "location", "version", "managedPrometheus", "cacheGb", "claim", "nodeGroup"],
      ...["count", "cpu", "memoryGb", "diskGb", "gpu.type", "gpu.memoryGb", "gpu.count"].map((f) => `nodes.${f}`),
    ].map((field) => `edge).${field}`),
  )
  .map((field) => `.surface(${field}`);

/** Fields that a model in the cluster does not have, and why. */
export const MODEL_FIELDS_ELSEWHERE: Readonly<Record<string, string>> = Object.fromEntries(
  ["vllm", "triton", "http"].flatMap((server) => [
    ...OTHER_SURFACES.map((path) => [`(${server})${path}`, "another surface reads it"]),
    ...["firstTokenSeconds", "betweenTokensSeconds", "requestSeconds"].map((goal) => [
      `(${server}).rollout.checks.latency.${goal}`,
      "not every server measures it",
    ]),
    [`(${server}).rollout.shadow`, "Argo Rollouts has none"],
    ["(http).log.image", "HTTP servers log themselves"],
    ["(http).log.confidenceOutput", "HTTP servers report it themselves"],
    ["(vllm).log.confidenceOutput", "a language model has no such tensor"],
  ]),
);

/** Samples of a model in the cluster; what only other surfaces read is theirs to show. */
export const MODEL_TOKEN_CASE: TokenCase = {
  name: "ModelServer",
  schema: modelSchema,
  samples: SAMPLES,
  build: (stack, props: ModelConfig) => {
    ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
    ClusterApis.on(stack, { features: CLUSTER.features, addOns: ["keda", "argo-rollouts", "llm-d-router"] });
    new ModelServer(stack, "it", {
      ...props,
      cluster: CLUSTER,
      teamRef: TEAM,
      pools: poolsOf([WITH_DISK, WITH_CLASS]),
      gateway: GATEWAY,
    });
  },
};
