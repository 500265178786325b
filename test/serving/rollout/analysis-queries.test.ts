import { SERVER_SIGNALS, type ServerKind } from "../../../lib/catalog/server-metrics";
import { SURFACE_SIGNALS } from "../../../lib/catalog/surface-metrics";
import {
  FAR_BEYOND,
  analysisQueries,
  comparesAnswers,
  goalFailures,
  rolloutSchema,
  type AnalysisQueries,
  type ComparedSignals,
  type RolloutConfig,
} from "../../../lib/serving";
import { deploymentVariants, revisionVariants, surfaceVariants } from "../../../lib/serving/rollout/analysis-variants";
import { tritonModelSchema } from "../../../lib/serving/config/model-config";
import { signalsOf } from "../../../lib/serving/model/model-signals";
import { IMAGE, VISION } from "../model-server/fixture";
import { failuresOf } from "../../cluster-constructs/refused";
import { evaluate, metricsIn, syntaxErrors } from "./promql";
import { seriesOf, type Behaviour } from "./versions";

const model = { name: "assistant", namespace: "support", candidateVersion: "v2", cluster: "prod-gpu" };
const served = { cluster: "prod-gpu", namespace: "support", serving_model: "assistant" };
const kinds: ServerKind[] = ["vllm", "triton", "http"];
const triton = (log: object) => tritonModelSchema.parse({ ...VISION, log });

function queriesOf(server: ServerKind, rollout: RolloutConfig = {}): AnalysisQueries {
  return analysisQueries({
    signals: SERVER_SIGNALS[server],
    variants: deploymentVariants(model),
    rollout: rolloutSchema.parse(rollout),
  });
}

function all({ requests, checks }: AnalysisQueries): string[] {
  return [requests, ...checks.map(({ query }) => query)];
}

/** What each check says of the two versions; null where it has no value. */
function said(
  server: ServerKind,
  stable: Behaviour,
  candidate: Behaviour,
  rollout: RolloutConfig = {},
): Record<string, number | null> {
  const signals = SERVER_SIGNALS[server];
  const series = [
    ...seriesOf(signals, { ...served, serving_variant: "stable" }, { model: "assistant", version: "v1" }, stable),
    ...seriesOf(signals, { ...served, serving_variant: "candidate" }, { model: "assistant", version: "v2" }, candidate),
    // Another model of the same name elsewhere, which only fails.
    ...seriesOf(
      signals,
      { ...served, namespace: "other", serving_variant: "candidate" },
      { model: "other", version: "v2" },
      { requestsPerMinute: 1000, failing: 1, drift: 9, hallucinating: 1 },
    ),
  ];
  const { requests, checks } = queriesOf(server, rollout);
  return Object.fromEntries(
    [{ id: "requests", query: requests }, ...checks].map(({ id, query }) => {
      const samples = evaluate(query, series);
      expect(samples.length).toBeLessThanOrEqual(1);
      return [id, samples[0] ? Number(samples[0].value.toFixed(6)) : null];
    }),
  );
}

describe("the queries are PromQL", () => {
  test.each(kinds)("for %s", (server) => {
    const goals = server === "vllm" ? { firstTokenSeconds: 1, betweenTokensSeconds: 0.1, requestSeconds: 30 } : {};
    for (const query of all(queriesOf(server, { checks: { latency: goals } }))) expect(syntaxErrors(query)).toEqual([]);
  });

  test.each(["cloud-run", "vertex"] as const)("for %s", (surface) => {
    const { variantLabel, ...signals } = SURFACE_SIGNALS[surface];
    const variants = surfaceVariants(model, variantLabel, 'service_name="assistant"');
    const queries = all(analysisQueries({ signals, variants, rollout: rolloutSchema.parse({}) }));
    for (const query of queries) expect(syntaxErrors(query)).toEqual([]);
    expect(queries[0]).toContain(`${variantLabel}="@candidate@"`);
  });

  test("the parser of these tests refuses what is none", () => {
    expect(syntaxErrors('sum(rate(a{b="c" d="e"}[5m]))')).not.toEqual([]);
    expect(syntaxErrors("sum(rate(a[5m])")).not.toEqual([]);
  });

  test.each<[ServerKind, string[]]>([
    [
      "vllm",
      [
        "http_requests_total",
        "mlops_drift_score",
        "mlops_llm_judgements_total",
        "vllm:inter_token_latency_seconds_bucket",
        "vllm:time_to_first_token_seconds_bucket",
      ],
    ],
    [
      "triton",
      [
        "mlops_drift_score",
        "nv_inference_request_duration_us",
        "nv_inference_request_failure",
        "nv_inference_request_success",
      ],
    ],
    [
      "http",
      [
        "http_request_duration_seconds_bucket",
        "http_requests_total",
        "mlops_drift_score",
        "mlops_prediction_confidence_bucket",
        "mlops_prediction_confidence_count",
      ],
    ],
  ])("%s is asked for its own series only", (server, metrics) => {
    expect([...new Set(all(queriesOf(server)).flatMap(metricsIn))].sort()).toEqual(metrics);
  });

  test("revisions of Argo Rollouts are told apart by the hashes that it fills in", () => {
    const { requests } = analysisQueries({
      signals: SERVER_SIGNALS.http,
      variants: revisionVariants(model),
      rollout: rolloutSchema.parse({}),
    });
    expect(requests).toContain(
      'namespace="support",serving_model="assistant",serving_revision="{{args.candidate-hash}}"',
    );
  });
});

describe("two versions alike", () => {
  const alike: Behaviour = { requestsPerMinute: 100, confidence: 0.9, hallucinating: 0.02, drift: 0.1 };
  test.each(kinds)("of %s are good", (server) => {
    const { requests, ...checks } = said(server, alike, alike);
    expect(requests).toBe(1000);
    for (const used of Object.values(checks)) expect(used).toBeLessThanOrEqual(1);
    expect(Object.values(checks)).not.toContain(null);
  });
});

describe("errors", () => {
  test("are compared with one and a half times those of the stable version", () => {
    const stable = { requestsPerMinute: 1000, failing: 0.04 };
    expect(said("http", stable, { requestsPerMinute: 50, failing: 0.06 })["errors"]).toBe(1);
    expect(said("http", stable, { requestsPerMinute: 50, failing: 0.12 })["errors"]).toBe(2);
  });

  test("of one per cent are accepted where the stable version has none", () => {
    expect(said("vllm", { requestsPerMinute: 1000 }, { requestsPerMinute: 50, failing: 0.01 })["errors"]).toBe(1);
    expect(said("vllm", { requestsPerMinute: 1000 }, { requestsPerMinute: 50, failing: 0.05 })["errors"]).toBe(5);
  });

  test("are judged even where the stable version has no traffic", () => {
    expect(said("http", { requestsPerMinute: 0 }, { requestsPerMinute: 50, failing: 0.05 })["errors"]).toBe(5);
  });

  test("are not judged on few requests", () => {
    expect(said("http", { requestsPerMinute: 100 }, { requestsPerMinute: 5, failing: 0.1 })).toMatchObject({
      requests: 50,
      errors: null,
      latency: null,
    });
  });

  test("are judged on few requests where many of them fail", () => {
    expect(said("http", { requestsPerMinute: 100 }, { requestsPerMinute: 5, failing: 1 })["errors"]).toBe(100);
  });

  test("say nothing where nothing was asked", () => {
    for (const server of kinds) {
      expect(said(server, { requestsPerMinute: 100 }, { requestsPerMinute: 0 })).toMatchObject({
        requests: 0,
        errors: null,
      });
    }
  });

  test("follow the figures that are set", () => {
    const rollout: RolloutConfig = { checks: { errors: { timesStable: 2, acceptedRatio: 0.1 } } };
    const stable = { requestsPerMinute: 100, failing: 0.1 };
    expect(said("http", stable, { requestsPerMinute: 50, failing: 0.4 }, rollout)["errors"]).toBe(2);
  });
});

describe("latency", () => {
  const stable = { requestsPerMinute: 100, seconds: 0.1 };
  test("is compared with the stable version's", () => {
    expect(said("http", stable, { requestsPerMinute: 20, seconds: 0.1 })["latency"]).toBeCloseTo(1 / 1.3, 5);
    expect(said("http", stable, { requestsPerMinute: 20, seconds: 0.5 })["latency"]).toBeGreaterThan(3);
  });

  test("of a language model is that of its tokens", () => {
    const slow = said("vllm", stable, { requestsPerMinute: 20, seconds: 0.75 });
    expect(slow["first-token"]).toBeGreaterThan(3);
    expect(slow["between-tokens"]).toBeGreaterThan(3);
    expect(slow).not.toHaveProperty("latency");
  });

  test("of Triton is a mean", () => {
    expect(said("triton", stable, { requestsPerMinute: 20, seconds: 0.26 })["latency"]).toBeCloseTo(2, 5);
  });

  test("is held to a goal, whatever the stable version does", () => {
    const rollout: RolloutConfig = { checks: { latency: { requestSeconds: 1 } } };
    const slow = { requestsPerMinute: 100, seconds: 2.5 };
    const both = said("http", slow, slow, rollout);
    expect(both["latency"]).toBeLessThan(1);
    expect(both["latency-goal"]).toBe(20);
    expect(said("http", slow, { requestsPerMinute: 100, seconds: 1 }, rollout)["latency-goal"]).toBe(0);
    expect(said("triton", slow, { requestsPerMinute: 100, seconds: 2 }, rollout)["latency-goal"]).toBe(2);
  });

  test("that only the stable version reports counts against the new one", () => {
    expect(said("http", stable, { requestsPerMinute: 20, silent: true })["latency"]).toBe(FAR_BEYOND);
    expect(said("vllm", stable, { requestsPerMinute: 20, silent: true })["first-token"]).toBe(FAR_BEYOND);
  });

  test("that neither reports says nothing", () => {
    const silent = { requestsPerMinute: 100, silent: true };
    expect(said("http", silent, silent)["latency"]).toBeNull();
  });

  test("goals lie on bucket boundaries of the server", () => {
    const rollout = rolloutSchema.parse({ checks: { latency: { requestSeconds: 0.6 } } });
    expect(goalFailures(rollout, SERVER_SIGNALS.http, "models[0].rollout")).toEqual([
      expect.objectContaining({
        code: "no-bucket-boundary",
        path: "models[0].rollout.checks.latency.requestSeconds",
        fix: "use 0.5",
      }),
    ]);
    expect(failuresOf(() => queriesOf("vllm", { checks: { latency: { firstTokenSeconds: 2 } } }))).toMatchObject([
      { code: "no-bucket-boundary", fix: "use 2.5" },
    ]);
    expect(failuresOf(() => queriesOf("triton", { checks: { latency: { firstTokenSeconds: 1 } } }))).toMatchObject([
      { code: "not-measured", fix: "use requestSeconds" },
    ]);
  });
});

describe("quality", () => {
  test("confidence must keep nine tenths of the stable version's", () => {
    const stable = { requestsPerMinute: 100, confidence: 0.9 };
    expect(said("http", stable, { requestsPerMinute: 20, confidence: 0.9 })["confidence"]).toBeCloseTo(0.9, 5);
    expect(said("http", stable, { requestsPerMinute: 20, confidence: 0.5 })["confidence"]).toBeGreaterThan(1);
    expect(said("http", stable, { requestsPerMinute: 20 })["confidence"]).toBe(FAR_BEYOND);
    expect(said("http", { requestsPerMinute: 100 }, { requestsPerMinute: 20 })["confidence"]).toBeNull();
    // Two answers of two hundred say nothing, however unsure they are.
    const few = { requestsPerMinute: 20, confidence: 0.5, measuredPerMinute: 0.2 };
    expect(said("http", stable, few)["confidence"]).toBeNull();
  });

  test("hallucinations are compared by version, once enough answers were judged", () => {
    const stable = { requestsPerMinute: 100, hallucinating: 0.04 };
    expect(said("vllm", stable, { requestsPerMinute: 20, hallucinating: 0.12 })["hallucinations"]).toBe(2);
    const few = { requestsPerMinute: 20, hallucinating: 1, judgedPerMinute: 0.5 };
    expect(said("vllm", stable, few)["hallucinations"]).toBeNull();
    expect(said("http", stable, { requestsPerMinute: 20 })).not.toHaveProperty("hallucinations");
  });

  test("confidence is asked for only where something reports it", () => {
    const asked = (signals: ComparedSignals) => {
      const variants = deploymentVariants(model);
      return analysisQueries({ signals, variants, rollout: rolloutSchema.parse({}) }).checks.map(({ id }) => id);
    };
    expect(asked(SERVER_SIGNALS.http)).toContain("confidence");
    for (const silent of [SERVER_SIGNALS.triton, SURFACE_SIGNALS["cloud-run"], SURFACE_SIGNALS.vertex]) {
      expect(asked(silent)).toEqual(["errors", "latency", "drift"]);
    }
    const logged = signalsOf(triton({ image: IMAGE, confidenceOutput: "probability" }));
    expect(asked(logged)).toEqual(["errors", "latency", "confidence", "drift"]);
    expect(asked(signalsOf(triton({ image: IMAGE })))).not.toContain("confidence");
  });

  test("confidence of Triton that falls takes its version back, by what the logger reports", () => {
    const signals = signalsOf(triton({ image: IMAGE, confidenceOutput: "probability" }));
    const variants = deploymentVariants(model);
    const { checks } = analysisQueries({ signals, variants, rollout: rolloutSchema.parse({}) });
    const { query } = checks.find(({ id }) => id === "confidence")!;
    expect(syntaxErrors(query)).toEqual([]);
    const used = (confidence?: number) => {
      const of = (variant: string, behaviour: Behaviour) =>
        seriesOf(signals, { ...served, serving_variant: variant }, {}, behaviour);
      const stable = of("stable", { requestsPerMinute: 100, confidence: 0.9 });
      const candidate = of("candidate", { requestsPerMinute: 20, ...(confidence === undefined ? {} : { confidence }) });
      return evaluate(query, [...stable, ...candidate])[0]!.value;
    };
    expect(used(0.9)).toBeLessThanOrEqual(1);
    expect(used(0.5)).toBeGreaterThan(1);
    // The tensor has another name in the new version.
    expect(used()).toBe(FAR_BEYOND);
  });

  test("answers are compared by confidence or by a judge; drift is of what was asked", () => {
    expect([SERVER_SIGNALS.vllm, SERVER_SIGNALS.http].every(comparesAnswers)).toBe(true);
    expect(comparesAnswers(signalsOf(triton({ image: IMAGE, confidenceOutput: "p" })))).toBe(true);
    expect([SERVER_SIGNALS.triton, ...Object.values(SURFACE_SIGNALS)].some(comparesAnswers)).toBe(false);
    expect(comparesAnswers({ ofAnswers: ["drift"] })).toBe(false);
  });

  test("drift is read of the servers that report it, and of jobs for any", () => {
    const queryOf = (server: ServerKind) => queriesOf(server).checks.find(({ id }) => id === "drift")!.query;
    expect(queryOf("http")).toContain('serving_variant="candidate"');
    for (const server of ["triton", "vllm"] as const) expect(queryOf(server)).not.toContain("serving_variant");
    for (const server of kinds) expect(queryOf(server)).toContain('{model="assistant",version="v2"}');
  });

  test("drift of the inputs, which both versions see, is not held against the new one", () => {
    const stable = { requestsPerMinute: 100, drift: 0.5 };
    expect(said("http", stable, { requestsPerMinute: 20, drift: 0.5 })["drift"]).toBe(1);
    expect(said("http", { ...stable, drift: 0.1 }, { requestsPerMinute: 20, drift: 0.5 })["drift"]).toBe(2);
  });
});
