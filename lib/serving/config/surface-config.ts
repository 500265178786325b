import { z } from "zod";
import { assertSchema, explained, known } from "../../core";
import { edgeNodesSchema, type EdgeNodesConfig } from "./edge-nodes-config";

/** What a model runs on. The other fields of a model mean the same on each; what a surface cannot do is refused there. */
export type SurfaceConfig =
  | {
      /** The environment's cluster, as a model server of ours. */
      readonly on: "gke";
    }
  | {
      /** The environment's cluster, as an `InferenceService` of KServe (add-on `kserve`). */
      readonly on: "kserve";
    }
  | {
      /** Cloud Run: no cluster, down to zero, at most one GPU an instance. */
      readonly on: "cloud-run";
      /** GPU of an instance. @default - none */
      readonly gpu?: "nvidia-l4" | "nvidia-rtx-pro-6000";
      /** True keeps GPU capacity in a second zone ready, at a higher price. @default false */
      readonly zonalRedundancy?: boolean;
      /** Who reaches it: the networks of the project, or an internal or external load balancer of yours besides. @default "internal" */
      readonly ingress?: "internal" | "load-balancer";
      /**
       * True lets the service mount and read the whole bucket of `source`: Cloud Run mounts no single folder. Give the model a bucket of its
       * own. @default false
       */
      readonly wholeBucket?: boolean;
    }
  | {
      /** A private Vertex AI endpoint. */
      readonly on: "vertex";
      /** Machine type of a replica, e.g. `g2-standard-12`. */
      readonly machine: string;
      /** GPU type as Vertex AI writes it, e.g. `NVIDIA_L4`. @default - none */
      readonly acceleratorType?: string;
    }
  | {
      /** A cluster outside of Google Cloud that is attached to the fleet; weights are kept on its nodes. */
      readonly on: "edge";
      /** Name of its fleet membership. */
      readonly membership: string;
      /** Location of the membership. @default "global" */
      readonly location?: string;
      /** Kubernetes version of the cluster, at least its minor: `1.35`. */
      readonly version: string;
      /** True where managed Prometheus is installed in it: servers are watched then. @default false */
      readonly managedPrometheus?: boolean;
      /** Its nodes that may run the model. */
      readonly nodes: EdgeNodesConfig;
      /** Gigabytes on each node for weights. */
      readonly cacheGb: number;
      /**
       * Name of a persistent volume claim in the team's namespace that the site keeps the weights of `source` on.
       * @default - none: weights come from an image
       */
      readonly claim?: string;
      /** Value of the node label `ai-platform/edge-group` of these nodes. @default - all nodes */
      readonly nodeGroup?: string;
    };

const SHAPES = "it decides which resources are made";

export const surfaceSchema = z
  .discriminatedUnion("on", [
    z.strictObject({ on: z.literal("gke").describe("The environment's cluster") }),
    z.strictObject({ on: z.literal("kserve").describe("The environment's cluster, as an InferenceService of KServe") }),
    z.strictObject({
      on: z.literal("cloud-run").describe("Cloud Run"),
      gpu: known(z.enum(["nvidia-l4", "nvidia-rtx-pro-6000"]).describe("GPU of an instance"), SHAPES).optional(),
      zonalRedundancy: known(
        z.boolean().describe("Whether GPU capacity in a second zone is kept ready"),
        "the service is told its opposite",
      ).default(false),
      ingress: known(z.enum(["internal", "load-balancer"]).describe("Who reaches it"), SHAPES).default("internal"),
      wholeBucket: known(
        z.boolean().describe("Whether it may mount and read the whole bucket of its source"),
        "rights are given by it",
      ).default(false),
    }),
    z.strictObject({
      on: z.literal("vertex").describe("A private Vertex AI endpoint"),
      machine: known(z.string().min(1).describe("Machine type of a replica"), SHAPES),
      acceleratorType: known(
        explained(
          z
            .string()
            .regex(/^[A-Z][A-Z0-9_]+$/)
            .describe("GPU type as Vertex AI writes it"),
          "upper-case letters, digits and underscores, e.g. NVIDIA_L4",
        ),
        SHAPES,
      ).optional(),
    }),
    z.strictObject({
      on: z.literal("edge").describe("A cluster outside of Google Cloud that is attached to the fleet"),
      membership: known(
        explained(
          z
            .string()
            .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
            .describe("Name of its fleet membership"),
          "1 to 63 lowercase letters, digits and dashes, starting and ending with a letter or digit",
        ),
        "the way to the cluster is made of it",
      ),
      location: known(
        z.string().min(1).describe("Location of the membership"),
        "the way to the cluster is made of it",
      ).default("global"),
      version: known(
        explained(
          z
            .string()
            .regex(/^1\.\d+(\.\d+(-gke\.\d+)?)?$/)
            .describe("Kubernetes version of the cluster"),
          "a minor such as 1.35, or a release such as 1.35.2",
        ),
        "what it can do is checked",
      ),
      managedPrometheus: known(
        z.boolean().describe("Whether managed Prometheus is installed in it"),
        "it decides which objects are made",
      ).default(false),
      nodes: edgeNodesSchema.describe("Its nodes that may run the model"),
      cacheGb: known(
        z.int().min(1).describe("Gigabytes on each node for weights"),
        "it is checked against the weights",
      ),
      claim: known(
        z.string().min(1).describe("Persistent volume claim that the site keeps the weights on"),
        "where weights come from follows from it",
      ).optional(),
      nodeGroup: known(
        z.string().min(1).describe("Label value of the nodes that hold the weights"),
        "models of one group are counted together",
      ).optional(),
    }),
  ])
  .describe("What the model runs on");

assertSchema<SurfaceConfig, typeof surfaceSchema>(true);
