import { z } from "zod";
import { assertSchema, explained, known } from "../../core";
import { WRITTEN_OUT, imageField, labelValue, shapes, sourceField } from "./model-field-kinds";

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
  /**
   * How many replicas it has: the fewest while it waits for requests, the most when it has them all. Between the model's own fewest and its most,
   * which take over from it. Only where its replicas are its own: not on Cloud Run, nor by KServe.
   * @default - the model's
   */
  readonly replicas?: {
    /** @default 1 */
    readonly min?: number;
    readonly max: number;
  };
}

/** Where the bounds of scaling lie and what it looks at. Never CPU: a GPU server is busy long before its CPU is. */
export interface ScalingConfig {
  /** Requests that may wait for one replica; vLLM and Triton. @default - 5 */
  readonly queueDepth?: number;
  /** Share of the KV cache, 0 to 1, that may be in use; vLLM. @default - 0.8 */
  readonly kvCacheUse?: number;
  /** Requests that one replica works on at once; HTTP servers. @default - 20 */
  readonly requestsInProgress?: number;
  /** Who scales. @default - `keda` where the add-on is installed, else the cluster's own autoscaler (`hpa`) */
  readonly by?: "keda" | "hpa";
  /** Seconds without a request after which the last replica goes; only with a minimum of 0. @default 900 */
  readonly idleSeconds?: number;
}

export const weightsSchema = z.discriminatedUnion("from", [
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

export const capacitySchema = z.strictObject({
  pool: shapes(z.string().min(1).describe("Node pool of the environment").optional()),
  machine: shapes(z.string().min(1).describe("Machine type of nodes that GKE makes itself").optional()),
  model: shapes(z.enum(["reservation", "on-demand", "flex-start", "spot"]).describe("How the nodes are obtained")),
});

export const modelSecretSchema = z.strictObject({
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

export const candidateSchema = z.strictObject({
  version: labelValue("Version under test"),
  image: imageField("Image, by digest; default: the model's").optional(),
  source: sourceField("Where its weights lie; default: the model's").optional(),
  args: known(z.array(z.string()).describe("Arguments in place of the model's").optional(), WRITTEN_OUT),
  replicas: z
    .strictObject({
      min: shapes(
        z.int().min(1).max(1000).describe("Fewest replicas, those that wait for its first request").default(1),
      ),
      max: shapes(z.int().min(1).max(1000).describe("Most replicas, those that have all requests")),
    })
    .describe("Bounds of the number of its replicas; default: the model's")
    .optional(),
});

export const scalingSchema = z.strictObject({
  queueDepth: shapes(z.int().min(1).describe("Requests that may wait for one replica").optional()),
  kvCacheUse: shapes(z.number().min(0.1).max(0.95).describe("Share of the KV cache that may be in use").optional()),
  requestsInProgress: shapes(z.int().min(1).describe("Requests that one replica works on at once").optional()),
  by: shapes(z.enum(["keda", "hpa"]).describe("Who scales").optional()),
  idleSeconds: shapes(
    z.int().min(60).max(86_400).describe("Seconds without a request after which the last replica goes").default(900),
  ),
});

assertSchema<WeightsConfig, typeof weightsSchema>(true);
assertSchema<CapacityConfig, typeof capacitySchema>(true);
assertSchema<ModelSecret, typeof modelSecretSchema>(true);
assertSchema<CandidateConfig, typeof candidateSchema>(true);
assertSchema<ScalingConfig, typeof scalingSchema>(true);
