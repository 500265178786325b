import { z } from "zod";
import { explained, known, RISK_TIERS, type RiskTier } from "../../core";
import { WRITTEN_OUT, imageField, labelValue, shapes, sourceField } from "./model-field-kinds";
import {
  candidateSchema,
  capacitySchema,
  modelSecretSchema,
  scalingSchema,
  weightsSchema,
  type CandidateConfig,
  type CapacityConfig,
  type ModelSecret,
  type ScalingConfig,
  type WeightsConfig,
} from "./model-parts";
import { predictionLogSchema, type PredictionLogConfig } from "./prediction-log-config";
import { rolloutSchema, type RolloutConfig } from "./rollout-config";
import { surfaceSchema, type SurfaceConfig } from "./surface-config";

/** What every model says, whatever serves it. */
export interface CommonModelConfig {
  /** Name, unique in the environment, at most 40 characters. */
  readonly name: string;
  /** Team whose namespace it runs in. */
  readonly team: string;
  /** Who answers for it, as a label value. */
  readonly owner: string;
  /** Version of the model as its registry knows it, as a label value. */
  readonly version: string;
  /** Risk tier of the AI system that it is. @default - the environment's */
  readonly riskTier?: RiskTier;
  /** Container image, by digest. */
  readonly image: string;
  /** Where the weights lie, `gs://bucket/path`: the server may read exactly that. @default - none */
  readonly source?: string;
  /**
   * Where the weights of the version before lie: the server may still read them. Name it while Argo Rollouts exchanges versions, for pods of the
   * version before may start until the rollout has ended; leave it out afterwards.
   * @default - none
   */
  readonly previousSource?: string;
  /** How they reach the server. @default - by Cloud Storage FUSE where there is a source */
  readonly weights?: WeightsConfig;
  /** Node pool that it runs on. @default - the smallest that holds it */
  readonly pool?: string;
  /** vCPUs of one replica. @default - by server and GPUs */
  readonly cpu?: number;
  /** Memory of one replica in GiB, `/dev/shm` and caches in memory included. @default - by server and GPUs */
  readonly memoryGb?: number;
  /** Replicas. A minimum of 0 has it scaled to zero when idle. @default {"min":1,"max":2} */
  readonly replicas?: { readonly min?: number; readonly max: number };
  /** What autoscaling aims at. @default {} */
  readonly scaling?: ScalingConfig;
  /** Where capacity comes from, the preferred way first. @default - the pool alone */
  readonly capacity?: readonly CapacityConfig[];
  /** Secrets that it reads, as files. @default [] */
  readonly secrets?: readonly ModelSecret[];
  /** Environment variables; no secrets. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments after those that we compute. @default [] */
  readonly args?: readonly string[];
  /** Public host and path. @default - reachable inside of the cluster only */
  readonly route?: {
    /** Host name. @default - the gateway's */
    readonly host?: string;
    /** Path prefix, e.g. `/v1/rank`. */
    readonly path: string;
  };
  /** Who may call it through the gateway: groups and service accounts, by address. @default - whoever the gateway lets in */
  readonly callers?: readonly string[];
  /** Namespaces of the cluster whose pods may call it directly. @default [] */
  readonly callerNamespaces?: readonly string[];
  /** How a new version takes over. @default - at once, pod by pod */
  readonly rollout?: RolloutConfig;
  /** A second version under test. @default - none */
  readonly candidate?: CandidateConfig;
  /** What is kept of its answers. @default {} */
  readonly log?: PredictionLogConfig;
  /** What it runs on. @default {"on":"gke"} */
  readonly surface?: SurfaceConfig;
}

const EACH_A_RIGHT = "a right is given to each";
const NAMES_OBJECTS = "names of its objects are made of it";
const PATH_WORDS = "a path such as /v1/rank, without a slash at its end";

/** Fields of `CommonModelConfig`, for the schema of each server. */
export const commonModelShape = {
  name: known(
    explained(
      z
        .string()
        .max(40)
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
        .describe("Name of the model, unique in the environment"),
      "1 to 40 lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit",
    ),
    NAMES_OBJECTS,
  ),
  team: known(z.string().min(1).describe("Team whose namespace it runs in"), "its namespace follows from it"),
  owner: labelValue("Who answers for it"),
  version: labelValue("Version of the model as its registry knows it"),
  riskTier: shapes(z.enum(RISK_TIERS).describe("Risk tier of the AI system that it is").optional()),
  image: imageField("Container image, by digest"),
  source: sourceField("Where the weights lie").optional(),
  previousSource: sourceField(
    "Where the weights of the version before lie, while a rollout exchanges the two",
  ).optional(),
  weights: weightsSchema.describe("How they reach the server").optional(),
  pool: shapes(z.string().min(1).describe("Node pool that it runs on; default: the smallest that holds it").optional()),
  cpu: shapes(z.number().min(0.1).max(400).describe("vCPUs of one replica").optional()),
  memoryGb: shapes(z.number().min(0.1).max(20_000).describe("Memory of one replica in GiB").optional()),
  replicas: z
    .strictObject({
      min: shapes(z.int().min(0).max(1000).describe("Fewest replicas; 0 scales to zero when idle").default(1)),
      max: shapes(z.int().min(1).max(1000).describe("Most replicas")),
    })
    .describe("Bounds of the number of replicas")
    .default({ min: 1, max: 2 }),
  scaling: scalingSchema.describe("What autoscaling aims at").prefault({}),
  capacity: z
    .array(capacitySchema)
    .min(1)
    .max(6)
    .describe("Where capacity comes from, the preferred way first")
    .optional(),
  secrets: z.array(modelSecretSchema).describe("Secrets that it reads, as files").default([]),
  env: known(
    z
      .record(
        explained(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), "letters, digits and underscores, no digit first"),
        z.string(),
      )
      .describe("Environment variables; no secrets")
      .default({}),
    WRITTEN_OUT,
  ),
  args: known(z.array(z.string()).describe("Arguments after those that are computed").default([]), WRITTEN_OUT),
  route: z
    .strictObject({
      host: known(
        explained(
          z
            .string()
            .max(253)
            .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/)
            .describe("Host name; default: the gateway's"),
          "a lower-case host name",
        ),
        "routes are compared by it",
      ).optional(),
      path: known(
        explained(
          z
            .string()
            .regex(/^(\/|(\/[A-Za-z0-9._~-]+)+)$/)
            .describe("Path prefix"),
          PATH_WORDS,
        ),
        "routes are compared by it",
      ),
    })
    .describe("Public host and path; default: reachable inside of the cluster only")
    .optional(),
  callers: known(
    z
      .array(known(z.string().min(1), EACH_A_RIGHT))
      .describe("Who may call it through the gateway: groups and service accounts, by address")
      .optional(),
    EACH_A_RIGHT,
  ),
  callerNamespaces: known(
    z
      .array(explained(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), "the name of a namespace"))
      .describe("Namespaces of the cluster whose pods may call it directly")
      .default([]),
    WRITTEN_OUT,
  ),
  rollout: rolloutSchema.describe("How a new version takes over").optional(),
  candidate: candidateSchema.describe("A second version under test").optional(),
  log: predictionLogSchema.describe("What is kept of its answers").prefault({}),
  surface: surfaceSchema.describe("What it runs on").default({ on: "gke" }),
};
