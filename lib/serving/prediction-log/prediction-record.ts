/** A field of a prediction record, as text in proto3 and as a column later. */
export interface PredictionField {
  readonly name: string;
  readonly type: "string" | "double" | "int64";
  /** Whether a record may come without it. */
  readonly optional: boolean;
  readonly meaning: string;
}

const required = (name: string, type: PredictionField["type"], meaning: string): PredictionField => {
  return { name, type, optional: false, meaning };
};
const optional = (name: string, type: PredictionField["type"], meaning: string): PredictionField => {
  return { name, type, optional: true, meaning };
};

/**
 * What a model server tells of one answer: the contract between servers, the log and what reads it. Their order is their number on the wire:
 * new fields go to the end, none is ever removed.
 */
export const PREDICTION_FIELDS: readonly PredictionField[] = [
  required("environment", "string", "name of the environment"),
  required("model", "string", "name of the model"),
  required("version", "string", "version of the model as its registry knows it"),
  required("request_id", "string", "id of the request, which the answer carried too"),
  required("occurred_at", "string", "when it was answered, RFC 3339 in UTC"),
  required("latency_ms", "double", "milliseconds from request to answer"),
  optional(
    "features",
    "string",
    "what the model was asked, as JSON; a hash or nothing where the data class asks for it",
  ),
  optional("prompt_sha256", "string", "SHA-256 of the prompt of a language model"),
  optional("output", "string", "what it answered, as JSON"),
  optional("confidence", "double", "how sure it was, 0 to 1"),
  optional("caller", "string", "who asked, as far as the gateway knows"),
];

/** The record as a message of protocol buffers, for a Pub/Sub schema. */
export function predictionMessage(): string {
  const lines = PREDICTION_FIELDS.map(({ name, type, optional: may, meaning }, index) => {
    return `  // ${meaning}\n  ${may ? "optional " : ""}${type} ${name} = ${index + 1};`;
  });
  return ['syntax = "proto3";', "", "message Prediction {", ...lines, "}", ""].join("\n");
}
