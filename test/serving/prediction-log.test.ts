import { PREDICTION_FIELDS, PredictionLog, predictionLogVariables } from "../../lib/serving";
import { keyOf } from "../security-foundation/keys";
import { stackOf, testEnvironment } from "../stacks/platform";
import { TerraformGraph, type DataClass, type RiskTier } from "../../lib/core";
import type { PredictionLogConfig } from "../../lib/serving/config/prediction-log-config";

const TOPIC = "google_pubsub_topic";

const log = (props: { retainDays?: number } = {}) =>
  stackOf((stack) => void new PredictionLog(stack, "predictions", { key: keyOf(stack, "predictions"), ...props }));

test("records are kept in the region under a key of their own, and must have the contract's form", () => {
  const stack = log({ retainDays: 14 });
  stack.has(TOPIC, {
    name: "test-predictions",
    message_retention_duration: "1209600s",
    message_storage_policy: { allowed_persistence_regions: ["europe-west4"] },
    schema_settings: { encoding: "JSON" },
  });
  const topic = stack.resources(TOPIC)[0]!;
  expect(topic.config["kms_key_name"]).toMatch(/google_kms_crypto_key\..*predictions/);
  const grant = stack.resources("google_kms_crypto_key_iam_member").find(({ address }) => /predictions/.test(address))!;
  expect(new TerraformGraph(stack.json).waitsFor(topic.address, grant.address)).toBe(true);
  const { definition, type } = stack.only("google_pubsub_schema");
  expect(type).toBe("PROTOCOL_BUFFER");
  for (const [index, { name, type: kind, optional }] of PREDICTION_FIELDS.entries()) {
    expect(definition).toContain(`  ${optional ? "optional " : ""}${kind} ${name} = ${index + 1};`);
  }
});

test("a record always says which model answered what, when and in which environment", () => {
  const always = PREDICTION_FIELDS.filter(({ optional }) => !optional).map(({ name }) => name);
  expect(always).toEqual(["environment", "model", "version", "request_id", "occurred_at", "latency_ms"]);
});

const variables = (riskTier: RiskTier, dataClass: DataClass, config: PredictionLogConfig = {}, ofModel?: RiskTier) => {
  let found: Record<string, string> = {};
  stackOf(
    (stack) => {
      const model = { name: "churn", version: "7", riskTier: ofModel, log: config };
      found = predictionLogVariables(stack, model, "projects/p/topics/t");
    },
    { governance: { ...testEnvironment.governance, riskTier, dataClass } },
  );
  return found;
};

test.each([
  ["minimal", "public", "0.01", "values"],
  ["limited", "internal", "0.1", "values"],
  ["high", "confidential", "1", "hash"],
  ["high", "restricted", "1", "none"],
] as const)("tier %s and class %s: share %s, input %s", (riskTier, dataClass, sample, features) => {
  expect(variables(riskTier, dataClass)).toMatchObject({
    PREDICTION_LOG_SAMPLE: sample,
    PREDICTION_LOG_FEATURES: features,
    PREDICTION_LOG_TOPIC: "projects/p/topics/t",
    MODEL_NAME: "churn",
    MODEL_VERSION: "7",
    ENVIRONMENT: "test",
  });
});

test("what a model says itself wins, and so does its own tier", () => {
  expect(variables("high", "restricted", { sample: 0.5, features: "hash" })).toMatchObject({
    PREDICTION_LOG_SAMPLE: "0.5",
    PREDICTION_LOG_FEATURES: "hash",
  });
  expect(variables("minimal", "public", {}, "high")["PREDICTION_LOG_SAMPLE"]).toBe("1");
});
