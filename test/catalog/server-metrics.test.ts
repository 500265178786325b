import {
  MODEL_SIGNALS,
  SERVER_SIGNALS,
  SERVING_LABELS,
  SERVING_POD_LABELS,
  type HistogramSeries,
  type Series,
  type ServerSignals,
} from "../../lib/catalog/server-metrics";

const servers = Object.entries(SERVER_SIGNALS);

function histograms({ latency, firstToken, betweenTokens }: ServerSignals): HistogramSeries[] {
  return [latency, firstToken, betweenTokens].filter(
    (one): one is HistogramSeries => one !== undefined && "bucketsSeconds" in one,
  );
}

function allSeries(signals: ServerSignals): Series[] {
  const { latency, load } = signals;
  const mean = "sum" in latency ? [latency.sum, latency.count] : [];
  return [
    ...signals.requests,
    ...signals.failures,
    ...mean,
    ...histograms(signals),
    ...Object.values(load).filter((one): one is Series => one !== undefined),
  ];
}

describe.each(servers)("%s", (server, signals) => {
  test("names series as Prometheus allows, with matchers that are well-formed", () => {
    for (const { name, matchers = 'a="b"' } of allSeries(signals)) {
      expect(name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
      expect(matchers).toMatch(/^([a-z_]+(=|!=|=~|!~)"[^"]*",?)+$/);
    }
  });

  test("has buckets that rise", () => {
    for (const { bucketsSeconds } of histograms(signals)) {
      expect([...bucketsSeconds].sort((a, b) => a - b)).toEqual(bucketsSeconds);
      expect(new Set(bucketsSeconds).size).toBe(bucketsSeconds.length);
    }
  });

  test("says when it has too much to do", () => {
    const { waiting, running, kvCacheUse } = signals.load;
    expect(waiting ?? running).toBeDefined();
    expect(kvCacheUse !== undefined).toBe(server === "vllm");
  });
});

test("no name is one that vLLM has given up", () => {
  const names = allSeries(SERVER_SIGNALS.vllm).map(({ name }) => name);
  for (const gone of ["vllm:gpu_cache_usage_perc", "vllm:time_per_output_token_seconds", "vllm:num_requests_swapped"]) {
    expect(names).not.toContain(gone);
  }
});

test("labels that tell versions apart are none that servers set themselves", () => {
  expect(Object.keys(SERVING_LABELS)).toEqual(Object.keys(SERVING_POD_LABELS));
  for (const label of Object.values(SERVING_LABELS)) expect(label).toMatch(/^serving_[a-z]+$/);
});

test("confidence is measured up to certainty", () => {
  expect(MODEL_SIGNALS.confidence.buckets.at(-1)).toBe(1);
});
