import { PubsubSchema } from "@cdktf/provider-google/lib/pubsub-schema";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../../catalog/names";
import {
  ConfigError,
  Environment,
  Governance,
  Ref,
  assertSchema,
  days,
  known,
  parseProps,
  resourceName,
  type KeyRef,
  type RiskTier,
  type Tokenable,
  type TopicRef,
} from "../../core";
import { TopicGrants } from "../../iam/resource-grants";
import { FEATURES_BY_CLASS, SAMPLE_BY_TIER, type PredictionLogConfig } from "../config/prediction-log-config";
import type { ModelConfig } from "../config/model-config";
import { loggingFailures } from "./prediction-log-sidecar";
import { predictionMessage } from "./prediction-record";

export interface PredictionTopicConfig {
  /** Topic's name, after the environment's. @default "predictions" */
  readonly name?: string;
  /** Days that records stay in the topic, for readers that come late, 1 to 31. @default 7 */
  readonly retainDays?: number;
}

export const predictionTopicSchema = z.strictObject({
  name: known(z.string().min(1).describe("Topic's name, after the environment's"), "names are made of it").default(
    "predictions",
  ),
  // Pub/Sub docs, "Topic properties": messages are kept for 31 days at most.
  retainDays: known(
    z.int().min(1).max(31).describe("Days that records stay in the topic"),
    "it is written in seconds",
  ).default(7),
});

assertSchema<PredictionTopicConfig, typeof predictionTopicSchema>(true);

export type PredictionLogProps = Tokenable<PredictionTopicConfig> & {
  /** Key of purpose `predictions`. */
  readonly key: KeyRef;
};

/**
 * Where model servers tell what they were asked and what they answered. Pub/Sub refuses a record that is not of the form of
 * `PREDICTION_FIELDS`, so that whoever reads the log can rely on it.
 */
export class PredictionLog extends Construct {
  readonly ref: TopicRef;
  /** Who may write records. */
  readonly grants: TopicGrants;
  readonly resources: { readonly topic: PubsubTopic; readonly schema: PubsubSchema };

  constructor(scope: Construct, id: string, props: PredictionLogProps) {
    super(scope, id);
    const { key, ...plain } = props;
    const config = parseProps(this, "PredictionLog", predictionTopicSchema, plain);
    const { name: environment, projectId, region } = Environment.of(this);
    const schema = new PubsubSchema(this, "schema", {
      project: projectId,
      name: resourceName(this, "name", NAMES.pubsubSchema, environment, config.name),
      type: "PROTOCOL_BUFFER",
      definition: predictionMessage(),
    });
    const name = resourceName(this, "name", NAMES.pubsubTopic, environment, config.name);
    const topic = new PubsubTopic(this, "topic", {
      project: projectId,
      name,
      kmsKeyName: key.id.from(this),
      messageRetentionDuration: days(config.retainDays),
      messageStoragePolicy: { allowedPersistenceRegions: [region] },
      schemaSettings: { schema: schema.id, encoding: "JSON" },
      dependsOn: key.id.dependencies(this),
    });
    this.resources = { topic, schema };
    this.ref = { id: Ref.to(topic, topic.id, `projects/${projectId}/topics/${name}`) };
    this.grants = new TopicGrants(this, this.ref);
  }
}

/**
 * Environment variables that tell a server what to log of its answers: the contract that every server reads, and that
 * `examples/fastapi-server` shows. Before servers that do not (vLLM, Triton), `examples/prediction-logger` reads it.
 *
 * @param scope where the environment's data class and risk tier hold
 * @param topic `PredictionLog.ref`, as `projects/P/topics/T`
 * @throws ConfigError for a high-risk model whose server cannot log and has no logger
 */
export function predictionLogVariables(
  scope: Construct,
  model: {
    readonly name: string;
    readonly version: string;
    readonly riskTier?: RiskTier;
    readonly log: PredictionLogConfig;
    /** Whether it can log by itself. @default "http" */
    readonly server?: ModelConfig["server"];
  },
  topic: string,
): Record<string, string> {
  const { config, environment } = Governance.of(scope);
  const tier = model.riskTier ?? config.riskTier;
  const sample = model.log.sample ?? SAMPLE_BY_TIER[tier];
  const failures = loggingFailures({ server: model.server ?? "http", log: model.log }, tier, sample);
  ConfigError.throwIfAny(`the prediction log of ${model.name}`, failures);
  return {
    ENVIRONMENT: environment,
    MODEL_NAME: model.name,
    MODEL_VERSION: model.version,
    PREDICTION_LOG_TOPIC: topic,
    PREDICTION_LOG_SAMPLE: String(sample),
    PREDICTION_LOG_FEATURES: model.log.features ?? FEATURES_BY_CLASS[config.dataClass],
  };
}
