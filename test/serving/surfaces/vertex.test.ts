import { ConfigError, Ref, type Failure } from "../../../lib/core";
import { EncryptionKeys } from "../../../lib/security";
import { VertexModel, type VertexModelProps } from "../../../lib/serving";
import type { PlatformStack } from "../../../stacks";
import { anyStack, stackOf } from "../../stacks/platform";
import { IMAGE } from "../model-server/fixture";

const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const dataset = { project: "acme-test", dataset: Ref.existing("predictions") };

const CHURN: any = {
  server: "http",
  name: "churn-risk",
  team: "ranking",
  owner: "ranking-lead",
  version: "3",
  image: IMAGE,
  surface: { on: "vertex", machine: "n2-standard-4" },
};

function make(stack: PlatformStack, config: any, props: Partial<VertexModelProps> = {}): VertexModel {
  return new VertexModel(stack, "model", { key, dataset, ...config, ...props });
}

function endpoint(config: any, props: Partial<VertexModelProps> = {}): any {
  return stackOf((stack) => make(stack, config, props)).only("google_vertex_ai_endpoint");
}

function refused(config: any, props: object = {}): readonly Failure[] {
  try {
    make(anyStack(), config, props);
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}

describe("a model on Vertex AI", () => {
  it("has a private endpoint with the platform's key, under a name that stays", () => {
    const found = endpoint(CHURN);
    expect(found.name).toMatch(/^[1-9]\d{9}$/);
    expect(found).toEqual(expect.objectContaining({ name: endpoint(CHURN).name }));
    expect(found).toMatchObject({
      location: "europe-west4",
      private_service_connect_config: { enable_private_service_connect: true, project_allowlist: ["acme-test"] },
      encryption_spec: { kms_key_name: "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k" },
      labels: { owner: "ranking-lead", model: "churn-risk" },
    });
  });

  it("logs its requests to BigQuery, as many as its tier asks for", () => {
    const logged = (config: any) => endpoint(config).predict_request_response_logging_config;
    expect(logged({ ...CHURN, riskTier: "high" })).toEqual({
      enabled: true,
      sampling_rate: 1,
      bigquery_destination: { output_uri: "bq://acme-test.predictions.churn_risk_requests" },
    });
    expect(logged({ ...CHURN, log: { sample: 0.5 } }).sampling_rate).toBe(0.5);
    expect(logged({ ...CHURN, log: { sample: 0 } })).toBeUndefined();
  });

  it("leaves the shares of its versions alone, unless it is stopped", () => {
    const running = endpoint(CHURN);
    expect(running.traffic_split).toBeUndefined();
    expect(running.lifecycle).toEqual({ prevent_destroy: true, ignore_changes: ["traffic_split"] });
    const stopped = endpoint(CHURN, { stopped: true });
    expect(stopped.traffic_split).toBe("{}");
    expect(stopped.lifecycle).toEqual({ prevent_destroy: true });
  });

  it("says under which names its versions are deployed", () => {
    let names;
    stackOf((stack) => (names = make(stack, { ...CHURN, candidate: { version: "4" } }).ref.deployed));
    expect(names).toEqual({ stable: "churn-risk-3", candidate: "churn-risk-4" });
  });

  test.each<[string, any, object, string, string]>([
    ["a pool", { ...CHURN, pool: "system" }, {}, "not-on-vertex", "pool"],
    ["a route", { ...CHURN, route: { path: "/it" } }, {}, "not-on-vertex", "route"],
    ["callers", { ...CHURN, callers: ["ml@acme.example"] }, {}, "callers-not-checked", "callers"],
    ["a log without a place", CHURN, { dataset: undefined }, "missing", "dataset"],
    ["another surface", { ...CHURN, surface: { on: "gke" } }, {}, "other-surface", "surface.on"],
  ])("refuses %s", (_title, config, props, code, path) => {
    expect(refused(config, props).map((failure) => [failure.code, failure.path])).toEqual([[code, path]]);
  });
});
