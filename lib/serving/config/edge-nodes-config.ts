import { z } from "zod";
import { assertSchema, known } from "../../core";

/** Nodes of an edge cluster that may run a model; where they differ, the smallest of them. */
export interface EdgeNodesConfig {
  /** How many there are. */
  readonly count: number;
  /** vCPUs that one leaves to pods: `Allocatable` of `kubectl describe node`. */
  readonly cpu: number;
  /** Memory in GiB that one leaves to pods. */
  readonly memoryGb: number;
  /** Gigabytes of ephemeral storage that one leaves to pods, besides what images take. */
  readonly diskGb: number;
  /** GPUs of one, offered as `nvidia.com/gpu` by a device plugin that is installed already. @default - none */
  readonly gpu?: {
    /** Type, for people. */
    readonly type: string;
    /** Memory of one in GB. */
    readonly memoryGb: number;
    /** How many one node has. */
    readonly count: number;
  };
}

const FITTED = "whether a model fits is checked";

export const edgeNodesSchema = z.strictObject({
  count: known(z.int().min(1).describe("How many there are"), FITTED),
  cpu: known(z.number().positive().describe("vCPUs that one leaves to pods"), FITTED),
  memoryGb: known(z.number().positive().describe("Memory in GiB that one leaves to pods"), FITTED),
  diskGb: known(z.number().positive().describe("Gigabytes of ephemeral storage that one leaves to pods"), FITTED),
  gpu: z
    .strictObject({
      type: known(z.string().min(1).describe("Type of the GPUs, for people"), FITTED),
      memoryGb: known(z.number().positive().describe("Memory of one GPU in GB"), FITTED),
      count: known(z.int().min(1).describe("How many GPUs one node has"), FITTED),
    })
    .describe("GPUs of one node")
    .optional(),
});

assertSchema<EdgeNodesConfig, typeof edgeNodesSchema>(true);
