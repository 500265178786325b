import { MODEL_SIGNALS, SERVER_SIGNALS, type Series } from "../../../lib/catalog/server-metrics";
import { unansweredQuery, type ModelConfig } from "../../../lib/serving";
import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { evaluate, syntaxErrors, type FakeSeries } from "../rollout/promql";
import { ASSISTANT, CHURN, IMAGE, VISION, refused, served, type Served } from "./fixture";

const LOGGED = { ...VISION, log: { image: IMAGE } } as const satisfies ModelConfig;
const SURE = { ...VISION, log: { image: IMAGE, confidenceOutput: "probability" } } as const satisfies ModelConfig;

interface Endpoint {
  readonly port: string;
  readonly path: string;
  readonly metricRelabeling?: readonly { readonly regex: string }[];
}
const endpointsOf = (model: Served): Endpoint[] => model.object("PodMonitoring").spec.endpoints;

describe("the metrics of a logger", () => {
  it("are collected beside the server's, under the same labels", () => {
    const endpoints = endpointsOf(served(LOGGED));
    expect(endpoints).toMatchObject([
      { port: "metrics", path: "/metrics" },
      { port: "logged", path: "/logger/metrics", interval: "15s", timeout: "10s" },
    ]);
    const labels = (config: ModelConfig) => served(config).object("PodMonitoring").spec.targetLabels;
    expect(labels(LOGGED)).toEqual(labels(VISION));
  });

  it("are on a port that the pod has, and that the collectors reach", () => {
    const model = served(LOGGED);
    const [{ ports }] = model.pod().initContainers;
    expect(ports).toEqual([{ name: "logged", containerPort: 8081, protocol: "TCP" }]);
    const [fromCollectors] = model.object("NetworkPolicy", "vision").spec.ingress;
    expect(fromCollectors.from).toEqual([
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gmp-system" } } },
    ]);
    expect(fromCollectors.ports.map(({ port }: { port: number }) => port)).toEqual([8002, 8081]);
  });

  it("are asked for only where there is one", () => {
    for (const config of [VISION, ASSISTANT, CHURN]) expect(endpointsOf(served(config))).toHaveLength(1);
  });

  it("are none that a server's own are read as: nothing counts twice", () => {
    const [, { metricRelabeling }] = endpointsOf(served(LOGGED)) as [Endpoint, Endpoint];
    expect(metricRelabeling).toEqual([expect.objectContaining({ action: "keep", sourceLabels: ["__name__"] })]);
    const kept = new RegExp(`^(?:${metricRelabeling![0]!.regex})$`);
    for (const server of ["vllm", "triton"] as const) {
      const { requests, failures, latency, firstToken, betweenTokens, load } = SERVER_SIGNALS[server];
      const means = "sum" in latency ? [latency.sum, latency.count] : [latency];
      const read = [...requests, ...failures, ...means, firstToken, betweenTokens, ...Object.values(load)];
      const names = read.filter((one): one is Series => one !== undefined).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(4);
      expect(names.filter((name) => kept.test(name))).toEqual([]);
    }
    expect(`${MODEL_SIGNALS.confidence.name}_bucket`).toMatch(kept);
    expect("process_cpu_seconds_total").not.toMatch(kept);
  });

  describeWithCrds("the API server would take", () => {
    it("the PodMonitoring", () => {
      expect(crdFailures(served(LOGGED).object("PodMonitoring"))).toEqual([]);
    });
  });
});

describe("the alert that nobody answers", () => {
  /** `up` of each endpoint of one pod, as managed Prometheus names it. */
  const up = (model: Served, value: (port: string) => number): FakeSeries[] =>
    endpointsOf(model).map(({ port }) => ({
      name: "up",
      labels: {
        cluster: "c",
        namespace: "support",
        job: model.ref.name,
        instance: `${model.ref.name}-1:${port}`,
        serving_variant: "stable",
      },
      value: value(port),
    }));
  const fires = (model: Served, series: readonly FakeSeries[]) =>
    evaluate(unansweredQuery(model.ref, "c"), series).length > 0;

  test.each<ModelConfig>([LOGGED, VISION, { ...ASSISTANT, log: { image: IMAGE } }, ASSISTANT, CHURN])(
    "follows the servers of $name on $server, whatever their loggers say",
    (config) => {
      const model = served(config);
      expect(syntaxErrors(unansweredQuery(model.ref, "c"))).toEqual([]);
      expect(
        fires(
          model,
          up(model, () => 1),
        ),
      ).toBe(false);
      expect(
        fires(
          model,
          up(model, (port) => (port === "logged" ? 1 : 0)),
        ),
      ).toBe(true);
      expect(
        fires(
          model,
          up(model, (port) => (port === "logged" ? 0 : 1)),
        ),
      ).toBe(false);
      expect(fires(model, [])).toBe(true);
    },
  );
});

describe("the confidence of a Triton model", () => {
  const variables = (config: ModelConfig) => served(config).pod().initContainers[0].env;

  it("is measured by the logger, which is told the tensor", () => {
    expect(variables(SURE)).toContainEqual({ name: "PREDICTION_LOG_CONFIDENCE_OUTPUT", value: "probability" });
    expect(JSON.stringify(variables(LOGGED))).not.toContain("CONFIDENCE");
  });

  it("is what a rollout may compare", () => {
    expect(served(SURE).ref.signals.ofAnswers).toEqual(["confidence"]);
    for (const config of [LOGGED, VISION, ASSISTANT]) expect(served(config).ref.signals.ofAnswers).toEqual([]);
  });

  test.each<[string, ModelConfig, string, string]>([
    ["without a logger", { ...VISION, log: { confidenceOutput: "p" } }, "no-logger", "log.image"],
    [
      "of a language model",
      { ...ASSISTANT, log: { image: IMAGE, confidenceOutput: "p" } },
      "not-for-server",
      "mlops_llm_judgements_total",
    ],
    [
      "of an HTTP server",
      { ...CHURN, log: { confidenceOutput: "p" } },
      "not-for-server",
      "mlops_prediction_confidence",
    ],
  ])("is refused %s", (_title, config, code, fix) => {
    expect(refused(config)).toEqual([
      expect.objectContaining({ code, path: "log.confidenceOutput", fix: expect.stringContaining(fix) }),
    ]);
  });

  test.each(["", "two words", "$(SECRET)", "-p"])("is the name of a tensor, not %j", (confidenceOutput) => {
    expect(refused({ ...VISION, log: { image: IMAGE, confidenceOutput } })).toEqual([
      expect.objectContaining({ path: "log.confidenceOutput", allowed: expect.stringContaining("config.pbtxt") }),
    ]);
  });
});
