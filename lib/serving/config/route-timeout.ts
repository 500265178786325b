import type { ModelValues } from "./model-config";

// Time for the prompt and the queue, besides that of the tokens (`requestTimeoutSeconds` of a vLLM model).
const BEFORE_FIRST_TOKEN_SECONDS = 30;

/** Seconds that one request to a model may last. */
export function requestSeconds(model: ModelValues): number {
  if (model.requestTimeoutSeconds !== undefined) return model.requestTimeoutSeconds;
  const { maxOutputTokens, slowestTokenMs } = (model as Extract<ModelValues, { server: "vllm" }>).llm;
  return Math.ceil((maxOutputTokens * slowestTokenMs) / 1000) + BEFORE_FIRST_TOKEN_SECONDS;
}
