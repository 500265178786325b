import { z } from "zod";
import { assertSchema, explained, known } from "../../core";
import { WRITTEN_OUT, shapes, sourceField } from "./model-field-kinds";
import { commonModelShape, type CommonModelConfig } from "./model-fields";

/** Numbers of bits that weights or caches are kept in, by the name of the format. */
export type WeightPrecision = "fp32" | "bf16" | "fp16" | "fp8" | "int8" | "fp4" | "int4";

/** What decides how much GPU memory a large language model takes. From its model card and `config.json`. */
export interface LlmConfig {
  /** Parameters in billions. */
  readonly parametersBillions: number;
  /** Format of the weights as they are loaded. @default "bf16" */
  readonly precision?: WeightPrecision;
  /** Format of the KV cache. @default "bf16" */
  readonly kvCachePrecision?: "bf16" | "fp16" | "fp8";
  /** `num_hidden_layers`. */
  readonly layers: number;
  /** `num_attention_heads`. @default - as `kvHeads` */
  readonly heads?: number;
  /** `num_key_value_heads`. */
  readonly kvHeads: number;
  /** `head_dim`, or hidden size divided by heads. */
  readonly headDim: number;
  /** Tokens of one request, prompt and answer, at most. */
  readonly contextLength: number;
  /** Requests of full length that one replica holds at once. */
  readonly concurrency: number;
  /** Tokens of one answer at most: how long a request may last follows from it. */
  readonly maxOutputTokens: number;
  /** Milliseconds that one token takes in the worst case. @default 100 */
  readonly slowestTokenMs?: number;
}

/** A LoRA adapter on top of an LLM; callers name it in place of the model. */
export interface AdapterConfig {
  /** Name by which callers ask for it. */
  readonly name: string;
  /** Where it lies, `gs://bucket/path`. */
  readonly source: string;
  /** Its rank. @default 16 */
  readonly rank?: number;
}

/** Code of a model's repository that its server may run: whoever publishes the model then runs code with the server's rights. */
export interface RemoteCode {
  /** Why it is needed and what was reviewed, at least 20 characters. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day on which it holds, `2027-03-31`; at most a year away. */
  readonly expires: string;
}

/** A large language model on vLLM. */
export interface VllmModelConfig extends CommonModelConfig {
  readonly server: "vllm";
  /** GPUs of one replica, all in one node. @default 1 */
  readonly gpus?: number;
  readonly llm: LlmConfig;
  /** GPUs that share the weights of one copy of the model. @default - all of the replica's */
  readonly tensorParallel?: number;
  /** Share of the GPUs' memory that vLLM takes. @default 0.9 */
  readonly gpuMemoryUtilisation?: number;
  /** LoRA adapters. @default [] */
  readonly adapters?: readonly AdapterConfig[];
  /** Whether the server may run code that comes with the model. @default - it may not */
  readonly allowRemoteCode?: RemoteCode;
  /** Seconds that one request may last. @default - `maxOutputTokens` × `slowestTokenMs` and 30 s for the prompt and the queue */
  readonly requestTimeoutSeconds?: number;
}

/** Models of a repository on Triton. */
export interface TritonModelConfig extends CommonModelConfig {
  readonly server: "triton";
  /** GPUs of one replica. @default 1 */
  readonly gpus?: number;
  /** GPU memory of one replica in GiB: weights, workspace and batches; checked against the pool. @default - not checked */
  readonly gpuMemoryGb?: number;
  /** Size of the weights in GiB: how long a start may take follows from it. @default 5 */
  readonly weightsGb?: number;
  /** Models of the repository that are loaded. @default - all of them */
  readonly modelNames?: readonly string[];
  /** Seconds that one request may last. @default 60 */
  readonly requestTimeoutSeconds?: number;
}

/** Any server with `/healthz`, `/readyz` and `/metrics`. */
export interface HttpModelConfig extends CommonModelConfig {
  readonly server: "http";
  /** GPUs of one replica. @default 0 */
  readonly gpus?: number;
  /** GPU memory of one replica in GiB; checked against the pool. @default - not checked */
  readonly gpuMemoryGb?: number;
  /** Size of the weights in GiB: how long a start may take follows from it. @default 1 */
  readonly weightsGb?: number;
  /** Port of the server. @default 8080 */
  readonly port?: number;
  /** Seconds that one request may last. @default 60 */
  readonly requestTimeoutSeconds?: number;
}

/** A model and how it is served: the same fields on every surface. */
export type ModelConfig = VllmModelConfig | TritonModelConfig | HttpModelConfig;

const PRECISIONS = ["fp32", "bf16", "fp16", "fp8", "int8", "fp4", "int4"] as const;

function count(what: string) {
  return shapes(z.int().min(1).describe(what));
}

// The kubelet waits as long for a pod that ends; an hour is more than any answer takes.
const MAX_REQUEST_SECONDS = 3600;

function requestTimeout() {
  return shapes(z.int().min(1).max(MAX_REQUEST_SECONDS).describe("Seconds that one request may last"));
}

function gpus(standard: number, least: number) {
  // 16 is the most that one machine has (a2-megagpu-16g).
  return shapes(z.int().min(least).max(16).describe("GPUs of one replica").default(standard));
}

const llmSchema = z.strictObject({
  parametersBillions: shapes(z.number().positive().describe("Parameters in billions")),
  precision: shapes(z.enum(PRECISIONS).describe("Format of the weights as they are loaded").default("bf16")),
  kvCachePrecision: shapes(z.enum(["bf16", "fp16", "fp8"]).describe("Format of the KV cache").default("bf16")),
  layers: count("num_hidden_layers"),
  heads: count("num_attention_heads; default: as kvHeads").optional(),
  kvHeads: count("num_key_value_heads"),
  headDim: count("head_dim, or hidden size divided by heads"),
  contextLength: count("Tokens of one request, prompt and answer, at most"),
  concurrency: count("Requests of full length that one replica holds at once"),
  maxOutputTokens: count("Tokens of one answer at most"),
  slowestTokenMs: shapes(
    z.number().min(1).max(10_000).describe("Milliseconds that one token takes in the worst case").default(100),
  ),
});

const adapterSchema = z.strictObject({
  name: known(
    explained(
      z
        .string()
        .max(40)
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
        .describe("Name by which callers ask for it"),
      "1 to 40 lower-case letters, digits and dashes",
    ),
    "names are made of it",
  ),
  source: sourceField("Where it lies"),
  // vllm/config/lora.py: max_lora_rank.
  rank: shapes(z.int().min(1).max(512).describe("Its rank").default(16)),
});

const remoteCodeSchema = z.strictObject({
  reason: known(
    explained(z.string().trim().min(20).describe("Why it is needed and what was reviewed"), "at least 20 characters"),
    "every report shows it",
  ),
  owner: known(z.string().trim().min(1).describe("Who answers for it"), "every report shows it"),
  expires: known(
    explained(z.iso.date().describe("Last day on which it holds"), "a day, YYYY-MM-DD"),
    "it is compared with today",
  ),
});

const gpuMemoryGb = shapes(z.number().positive().describe("GPU memory of one replica in GiB").optional());

function weightsGb(standard: number) {
  return shapes(z.number().positive().describe("Size of the weights in GiB").default(standard));
}

export const vllmModelSchema = z.strictObject({
  server: z.literal("vllm").describe("A large language model on vLLM"),
  ...commonModelShape,
  gpus: gpus(1, 1),
  llm: llmSchema.describe("What decides how much GPU memory it takes"),
  tensorParallel: count("GPUs that share the weights of one copy; default: all of the replica's").optional(),
  gpuMemoryUtilisation: shapes(
    z.number().min(0.1).max(0.98).describe("Share of the GPUs' memory that vLLM takes").default(0.9),
  ),
  adapters: z.array(adapterSchema).describe("LoRA adapters").default([]),
  allowRemoteCode: remoteCodeSchema.describe("Whether the server may run code that comes with the model").optional(),
  requestTimeoutSeconds: requestTimeout().optional(),
});

export const tritonModelSchema = z.strictObject({
  server: z.literal("triton").describe("Models of a repository on Triton"),
  ...commonModelShape,
  gpus: gpus(1, 0),
  gpuMemoryGb,
  weightsGb: weightsGb(5),
  modelNames: known(
    z
      .array(explained(z.string().regex(/^[A-Za-z0-9_.-]+$/), "letters, digits, underscores, dots and dashes"))
      .describe("Models of the repository that are loaded; default: all")
      .optional(),
    WRITTEN_OUT,
  ),
  requestTimeoutSeconds: requestTimeout().default(60),
});

export const httpModelSchema = z.strictObject({
  server: z.literal("http").describe("Any server with /healthz, /readyz and /metrics"),
  ...commonModelShape,
  gpus: gpus(0, 0),
  gpuMemoryGb,
  weightsGb: weightsGb(1),
  // Below 1024 only a privileged process may listen.
  port: shapes(z.int().min(1024).max(65_535).describe("Port of the server").default(8080)),
  requestTimeoutSeconds: requestTimeout().default(60),
});

/** A model of the environment file. */
export const modelSchema = z.discriminatedUnion("server", [vllmModelSchema, tritonModelSchema, httpModelSchema]);

assertSchema<ModelConfig, typeof modelSchema>(true);

/** `ModelConfig` with its defaults filled in. */
export type ModelValues = z.output<typeof modelSchema>;
export type VllmModelValues = z.output<typeof vllmModelSchema>;
export type TritonModelValues = z.output<typeof tritonModelSchema>;
export type HttpModelValues = z.output<typeof httpModelSchema>;
