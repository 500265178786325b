import type { IConstruct } from "constructs";
import { ConfigError, crossFieldFailures, parseProps, parseValue } from "../../core";
import {
  httpModelSchema,
  modelSchema,
  tritonModelSchema,
  vllmModelSchema,
  type ModelConfig,
  type ModelValues,
} from "../config/model-config";
import { ownRules } from "./model-rules";

const SCHEMAS = { vllm: vllmModelSchema, triton: tritonModelSchema, http: httpModelSchema };

/**
 * Reads the props of a model, whatever its surface.
 * @param kind the construct's name, for defaults and messages
 * @throws ConfigError with every malformed field, and what is wrong between those that are not
 */
export function readModel(scope: IConstruct, kind: string, plain: { readonly server: string }): ModelValues {
  const schema = Object.hasOwn(SCHEMAS, plain.server) ? SCHEMAS[plain.server as ModelConfig["server"]] : undefined;
  if (schema === undefined) {
    throw new ConfigError(`${kind} at ${scope.node.path}`, parseValue(modelSchema, plain, "pass").failures);
  }
  try {
    return parseProps(scope, kind, schema, plain);
  } catch (error) {
    if (!ConfigError.is(error)) throw error;
    const values = parseValue(schema, plain, "pass").value as ModelValues;
    const further = crossFieldFailures(ownRules(values), values, error.failures);
    throw new ConfigError(error.subject, [...error.failures, ...further]);
  }
}
