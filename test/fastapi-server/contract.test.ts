import * as fs from "node:fs";
import * as path from "node:path";
import { MODEL_SIGNALS, SERVER_SIGNALS } from "../../lib/catalog";
import { FEATURES_BY_CLASS } from "../../lib/serving/config/prediction-log-config";
import { httpModelSchema } from "../../lib/serving/config/model-config";
import { PREDICTION_FIELDS } from "../../lib/serving/prediction-log/prediction-record";
import { serverCommand } from "../../lib/serving/pod/server-command";

// Two languages, one contract: what the platform reads is what the example server writes. The server's own tests hold that it writes this.
const SERVER = path.join(__dirname, "../../examples/fastapi-server/model_server");
const LOGGER = path.join(__dirname, "../../examples/prediction-logger/prediction_logger");
const read = (file: string) => fs.readFileSync(path.join(SERVER, file), "utf8");
const metrics = read("metrics.py");
const drift = read("drift.py");
const settings = read("settings.py");

/** Environment variables that the server reads: the fields of its settings, in capitals. */
const variables = [...settings.matchAll(/^ {4}(\w+): /gm)].map(([, name]) => name!.toUpperCase());

/** Environment that the platform gives to a server of this model. */
function given(requestTimeoutSeconds: number): Record<string, string> {
  const config = httpModelSchema.parse({
    server: "http",
    name: "pump-condition",
    team: "maintenance",
    owner: "maintenance-lead",
    version: "1.0.0",
    image: `registry.example/pump-condition@sha256:${"0".repeat(64)}`,
    source: "gs://acme-models/pump-condition/1.0.0",
    requestTimeoutSeconds,
  });
  return { ...serverCommand(config).env };
}

/** Numbers of `NAME = (1, 2, …)`. */
function numbers(name: string, of = metrics): number[] {
  const [, list] = new RegExp(`^${name} = \\(([^)]*)\\)`, "m").exec(of)!;
  return list!.split(",").map(Number);
}

/** Names of the metrics as they are served: the client library puts `_total` behind a counter's. */
const served = [...`${metrics}${drift}`.matchAll(/(Counter|Gauge|Histogram|MetricFamily)\(\s*"(\w+)"/g)].map(
  ([, type, name]) => (type === "Counter" ? `${name}_total` : name),
);

test("every series that alerts, autoscaling and canary analysis read is served", () => {
  const { requests, failures, latency, load } = SERVER_SIGNALS.http;
  const read = [...requests, ...failures, load.running, "name" in latency ? latency : undefined].map(
    (one) => one?.name,
  );
  expect(served).toEqual(expect.arrayContaining(read));
});

test("every series of a model is served, but those of a judge and of the logger", () => {
  const { judgements, unknownConfidence, ...ours } = MODEL_SIGNALS;
  expect(served).toEqual(expect.arrayContaining(Object.values(ours).map(({ name }) => name)));
  expect(served).not.toContain(judgements.name);
  // Every answer of this server has a confidence.
  expect(served).not.toContain(unknownConfidence.name);
});

test("buckets are those that objectives may be set on", () => {
  const { latency } = SERVER_SIGNALS.http;
  expect(numbers("DURATION_SECONDS")).toEqual("bucketsSeconds" in latency ? latency.bucketsSeconds : undefined);
  expect(numbers("CONFIDENCE")).toEqual(MODEL_SIGNALS.confidence.buckets);
});

test("the logger before a server reports confidence by the same name and in the same buckets", () => {
  const ofLogger = fs.readFileSync(path.join(LOGGER, "metrics.py"), "utf8");
  expect(ofLogger).toContain(`"${MODEL_SIGNALS.confidence.name}"`);
  expect(ofLogger).toContain(`"${MODEL_SIGNALS.lostRecords.name}"`);
  expect(MODEL_SIGNALS.unknownConfidence.name).toBe(`${MODEL_SIGNALS.confidence.name}_unknown_total`);
  expect(ofLogger).toContain("{name}_unknown_total");
  expect(numbers("CONFIDENCE", ofLogger)).toEqual(MODEL_SIGNALS.confidence.buckets);
});

test("every variable that the platform sets for the logger is one that it reads", () => {
  const sidecar = fs.readFileSync(
    path.join(__dirname, "../../lib/serving/prediction-log/prediction-log-sidecar.ts"),
    "utf8",
  );
  const [, body] = /function loggerVariables\(([\s\S]*?)\n\}/.exec(sidecar)!;
  const set = [...body!.matchAll(/\b([A-Z][A-Z_]+): /g)].map(([, name]) => name!);
  expect(set).toEqual(expect.arrayContaining(["UPSTREAM_URL", "MODEL_NAME"]));
  const ofLogger = fs.readFileSync(path.join(LOGGER, "settings.py"), "utf8");
  for (const name of set) expect(ofLogger).toContain(`"${name}"`);
});

test("probes and paths that do not exist are not among the calls that are counted as the model's", () => {
  const observe = read("observe.py");
  expect(SERVER_SIGNALS.http.requests[0]!.matchers).toBe('handler!~"/healthz|/readyz|/metrics|none"');
  expect(observe).toContain('UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})');
  expect(observe).toContain('else "none"');
});

test("a prediction record has the contract's fields and no others", () => {
  const [, record] = /record = \{\n([\s\S]*?)\n {8}\}/.exec(read("prediction_records.py"))!;
  const fields = [...record!.matchAll(/^ {12}"(\w+)":/gm)].map(([, name]) => name);
  expect(fields.sort()).toEqual(PREDICTION_FIELDS.map(({ name }) => name).sort());
});

test("the server knows every way to keep features that a data class may ask for", () => {
  const [, known] = /prediction_log_features: Literal\[([^\]]*)\]/.exec(settings)!;
  for (const way of Object.values(FEATURES_BY_CLASS)) expect(known).toContain(`"${way}"`);
});

test("every variable that the platform sets is one that the server reads", () => {
  const log = fs.readFileSync(path.join(__dirname, "../../lib/serving/prediction-log/prediction-log.ts"), "utf8");
  const ofLog = [...log.matchAll(/^ {4}([A-Z_]+): /gm)].map(([, name]) => name!);
  expect(ofLog).toContain("PREDICTION_LOG_TOPIC");
  expect(Object.keys(given(10))).toContain("MODEL_PATH");
  expect(variables).toEqual(expect.arrayContaining([...ofLog, ...Object.keys(given(10))]));
});

test.each([1, 10, 60, 3600])(
  "the server starts with the drain that the platform gives for requests of %i s",
  (seconds) => {
    const { DRAIN_SECONDS, DRAIN_LISTEN_SECONDS, REQUEST_TIMEOUT_SECONDS } = given(seconds);
    const reserve = Number(/^DRAIN_RESERVE_SECONDS = ([\d.]+)$/m.exec(settings)![1]);
    expect(Number(DRAIN_SECONDS)).toBeGreaterThanOrEqual(
      Number(DRAIN_LISTEN_SECONDS) + Number(REQUEST_TIMEOUT_SECONDS) + reserve,
    );
  },
);
