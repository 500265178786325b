import { MODEL_SIGNALS, type ServerSignals } from "../../../lib/catalog/server-metrics";
import type { FakeSeries } from "./promql";

/** How one version behaves. */
export interface Behaviour {
  readonly requestsPerMinute: number;
  /** Share of requests that fail. @default 0 */
  readonly failing?: number;
  /** Seconds of the 95th percentile, at a bucket boundary or above. @default - the server's fifth boundary */
  readonly seconds?: number;
  /** Confidence of every answer, 0 to 1. @default - not reported */
  readonly confidence?: number;
  /** Answers whose confidence can be read. @default - all */
  readonly measuredPerMinute?: number;
  /** Share of judged answers that are hallucinations. @default - not judged */
  readonly hallucinating?: number;
  /** Answers judged each minute. @default 10 */
  readonly judgedPerMinute?: number;
  /** @default - not reported */
  readonly drift?: number;
  /** True for a server that counts requests and reports nothing else. */
  readonly silent?: boolean;
}

/** Series of one version that a server with these signals would export. */
export function seriesOf(
  signals: ServerSignals,
  labels: Readonly<Record<string, string>>,
  judged: Readonly<Record<string, string>>,
  behaviour: Behaviour,
): FakeSeries[] {
  const { requestsPerMinute: rate, failing = 0, confidence, hallucinating, judgedPerMinute = 10, drift } = behaviour;
  const failed = rate * failing;
  const histogram = (name: string, bounds: readonly number[], at: number, perMinute: number): FakeSeries[] => [
    ...[...bounds, Infinity].map((bound) => ({
      name: `${name}_bucket`,
      labels: { ...labels, ...sharedLabels(signals), le: bound === Infinity ? "+Inf" : pythonFloat(bound) },
      perMinute: bound >= at ? perMinute : 0,
    })),
    { name: `${name}_count`, labels: { ...labels, ...sharedLabels(signals) }, perMinute },
  ];
  const latencies = [signals.latency, signals.firstToken, signals.betweenTokens].flatMap((series) => {
    if (series === undefined || behaviour.silent) return [];
    if ("bucketsSeconds" in series) {
      return histogram(series.name, series.bucketsSeconds, behaviour.seconds ?? series.bucketsSeconds[4]!, rate);
    }
    return [
      { name: series.sum.name, labels, perMinute: (rate - failed) * (behaviour.seconds ?? 0.05) * series.perSecond },
    ];
  });
  return [
    ...counters(signals, labels, rate, failed),
    ...latencies,
    ...(confidence === undefined
      ? []
      : histogram(
          MODEL_SIGNALS.confidence.name,
          MODEL_SIGNALS.confidence.buckets,
          confidence,
          behaviour.measuredPerMinute ?? rate,
        )),
    ...(hallucinating === undefined
      ? []
      : [
          verdict(judged, "hallucination", judgedPerMinute * hallucinating),
          verdict(judged, "grounded", judgedPerMinute * (1 - hallucinating)),
        ]),
    ...(drift === undefined
      ? []
      : [{ name: MODEL_SIGNALS.drift.name, labels: { ...judged, feature: "age" }, value: drift }]),
  ];
}

function verdict(labels: Readonly<Record<string, string>>, of: string, perMinute: number): FakeSeries {
  return { name: MODEL_SIGNALS.judgements.name, labels: { ...labels, verdict: of }, perMinute };
}

function counters(
  { server }: ServerSignals,
  labels: Readonly<Record<string, string>>,
  rate: number,
  failed: number,
): FakeSeries[] {
  if (server === "triton") {
    return [
      { name: "nv_inference_request_success", labels, perMinute: rate - failed },
      // Triton exports the counter from the start, unlike HTTP servers.
      { name: "nv_inference_request_failure", labels: { ...labels, reason: "OTHER" }, perMinute: failed },
    ];
  }
  const handler = server === "vllm" ? "/v1/chat/completions" : "/predict";
  const http = (status: string, perMinute: number) => ({
    name: "http_requests_total",
    labels: { ...labels, handler, status },
    perMinute,
  });
  const probes = {
    name: "http_requests_total",
    labels: { ...labels, handler: "/healthz", status: "2xx" },
    perMinute: 60,
  };
  return [http("2xx", rate - failed), ...(failed > 0 ? [http("5xx", failed)] : []), probes];
}

function sharedLabels({ server }: ServerSignals): Record<string, string> {
  return server === "http" ? { handler: "/predict" } : {};
}

// As the Python client writes a bound.
function pythonFloat(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : `${bound}`;
}
