import { z } from "zod";
import { explained, known, RISK_TIERS, type RiskTier } from "../core";
import { predictionLogSchema, type PredictionLogConfig } from "./prediction-log-config";
import { rolloutSchema, type RolloutConfig } from "./rollout/rollout-config";
import { surfaceSchema, type SurfaceConfig } from "./surface-config";

/** Where the weights of a model come from when a server starts. */
export type WeightsConfig =
  | {
      /** Read from `source` by Cloud Storage FUSE, and cached on the node. */
      readonly from: "gcs-fuse";
      /** Where files are cached: on the node's disk (Local SSD where the pool has some), or in memory. @default "disk" */
      readonly cache?: "disk" | "memory";
      /** Gigabytes of the cache. @default - the size of the weights and a tenth; 10 where it is not known */
      readonly cacheGb?: number;
    }
  | {
      /** An image that holds nothing but the weights, mounted as a volume: GKE 1.35 or later. */
      readonly from: "image";
      /** The image, by digest. */
      readonly image: string;
    }
  | {
      /** Inside of the server's own image, which lies on the pool's secondary boot disks (`imageDisks`). */
      readonly from: "node-disk";
      /** Directory in the image that holds them. */
      readonly path: string;
    };

/** How capacity for a model is found, one way after the other. Each names a pool or a machine. */
export interface CapacityConfig {
  /** Node pool of the environment. @default - none */
  readonly pool?: string;
  /** Machine type of nodes that GKE makes and removes itself. @default - none */
  readonly machine?: string;
  readonly model: "reservation" | "on-demand" | "flex-start" | "spot";
}

/** A secret as a file in the server's container. */
export interface ModelSecret {
  /** Secret id in the environment's project, or `projects/P/secrets/S`. */
  readonly secret: string;
  /** Number of the version; a new one is a change that a plan shows. */
  readonly version: string;
  /** Name of the file below `/var/run/secrets/model`. */
  readonly file: string;
}

/** A second version of a model, under test beside the first. What it leaves out is as in the first. */
export interface CandidateConfig {
  readonly version: string;
  /** Image, by digest. @default - the model's */
  readonly image?: string;
  /** Where its weights lie. @default - the model's */
  readonly source?: string;
  /** Arguments in place of the model's. @default - the model's */
  readonly args?: readonly string[];
}

/** Where the bounds of scaling lie and what it looks at. Never CPU: a GPU server is busy long before its CPU is. */
export interface ScalingConfig {
  /** Requests that may wait for one replica; vLLM and Triton. @default 5 */
  readonly queueDepth?: number;
  /** Share of the KV cache, 0 to 1, that may be in use; vLLM. @default 0.8 */
  readonly kvCacheUse?: number;
  /** Requests that one replica works on at once; HTTP servers. @default 20 */
  readonly requestsInProgress?: number;
  /** Who scales. @default - `keda` where the add-on is installed, else the cluster's own autoscaler (`hpa`) */
  readonly by?: "keda" | "hpa";
  /** Seconds without a request after which the last replica goes; only with a minimum of 0. @default 900 */
  readonly idleSeconds?: number;
}

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

export function shapes<S extends z.ZodType>(schema: S): S {
  return known(schema, "the model's pods and the checks whether they fit follow from it");
}

/** Why a list or a map cannot be a token: CDKTF has none inside of a text. */
export const WRITTEN_OUT = "its items are written into the pods one by one";

const EACH_A_RIGHT = "a right is given to each";
const NAMES_OBJECTS = "names of its objects are made of it";

/** A Kubernetes label value that is not empty. */
function labelValue(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
        .describe(what),
      "1 to 63 letters, digits, -, _ or ., starting and ending with a letter or digit",
    ),
    "it becomes a label",
  );
}

export function imageField(what: string) {
  return explained(
    z
      .string()
      .regex(/^[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$/)
      .describe(what),
    "REGISTRY/IMAGE@sha256:… with 64 hexadecimal digits",
    "name the image by what it holds: gcloud artifacts docker images describe REGISTRY/IMAGE:TAG --format='value(image_summary.digest)' prints the digest (crane digest REGISTRY/IMAGE:TAG for other registries); write REGISTRY/IMAGE@DIGEST",
  );
}

export function sourceField(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](\/[^/\s"'\\]+)+$/)
        .describe(what),
      "gs://BUCKET/PATH without a slash at its end",
      "give the folder that holds exactly this model: whoever runs it may read all below it, and nothing else",
    ),
    "the right to read it is given on exactly this path",
  );
}

const weightsSchema = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("gcs-fuse").describe("Read by Cloud Storage FUSE and cached on the node"),
    cache: shapes(z.enum(["disk", "memory"]).describe("Where files are cached").default("disk")),
    cacheGb: shapes(z.int().min(1).describe("Gigabytes of the cache").optional()),
  }),
  z.strictObject({
    from: z.literal("image").describe("An image that holds nothing but the weights"),
    image: imageField("The image of the weights, by digest"),
  }),
  z.strictObject({
    from: z.literal("node-disk").describe("Inside of the server's own image, on the pool's secondary boot disks"),
    path: explained(
      z
        .string()
        .regex(/^(\/[^/\s]+)+$/)
        .describe("Directory in the image that holds them"),
      "an absolute path",
    ),
  }),
]);

const capacitySchema = z.strictObject({
  pool: shapes(z.string().min(1).describe("Node pool of the environment").optional()),
  machine: shapes(z.string().min(1).describe("Machine type of nodes that GKE makes itself").optional()),
  model: shapes(z.enum(["reservation", "on-demand", "flex-start", "spot"]).describe("How the nodes are obtained")),
});

const secretSchema = z.strictObject({
  secret: known(
    explained(
      z
        .string()
        .regex(/^(projects\/[^/]+\/secrets\/)?[A-Za-z0-9_-]{1,255}$/)
        .describe("Secret id, or projects/P/secrets/S"),
      "a secret id, or projects/P/secrets/S",
    ),
    "the right to read it is given on it",
  ),
  version: explained(
    z
      .string()
      .regex(/^[1-9]\d*$/)
      .describe("Number of the version, in quotes"),
    'the number of a version, in quotes, e.g. "3"',
    "name the version: with latest, pods of one model would run with different values, and no plan would show a change",
  ),
  file: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}$/)
        .describe("Name of the file below /var/run/secrets/model"),
      "a file name of letters, digits, dots, dashes and underscores",
    ),
    "no two may have one name",
  ),
});

const candidateSchema = z.strictObject({
  version: labelValue("Version under test"),
  image: imageField("Image, by digest; default: the model's").optional(),
  source: sourceField("Where its weights lie; default: the model's").optional(),
  args: known(z.array(z.string()).describe("Arguments in place of the model's").optional(), WRITTEN_OUT),
});

const scalingSchema = z.strictObject({
  queueDepth: shapes(z.int().min(1).describe("Requests that may wait for one replica").optional()),
  kvCacheUse: shapes(z.number().min(0.1).max(0.95).describe("Share of the KV cache that may be in use").optional()),
  requestsInProgress: shapes(z.int().min(1).describe("Requests that one replica works on at once").optional()),
  by: shapes(z.enum(["keda", "hpa"]).describe("Who scales").optional()),
  idleSeconds: shapes(
    z.int().min(60).max(86_400).describe("Seconds without a request after which the last replica goes").default(900),
  ),
});

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
  secrets: z.array(secretSchema).describe("Secrets that it reads, as files").default([]),
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
