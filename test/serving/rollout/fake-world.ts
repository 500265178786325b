import { SERVING_POD_LABELS, type ServerSignals } from "../../../lib/catalog/server-metrics";
import { SURFACE_SIGNALS } from "../../../lib/catalog/surface-metrics";
import { evaluate, type FakeSeries } from "./promql";
import { seriesOf, type Behaviour } from "./versions";
import type { HttpRequest, HttpResponse, World } from "./workflow-simulator";

/** How the versions of a model behave at a moment. */
export interface Models {
  readonly requestsPerMinute: number;
  readonly stable: Omit<Behaviour, "requestsPerMinute">;
  readonly candidate: Omit<Behaviour, "requestsPerMinute">;
  /** Share of the candidate's requests that reach it; the load balancer answers the others. @default 1 */
  readonly arriving?: number;
}

export interface Change {
  readonly seconds: number;
  /** Per cent of the candidate and of the stable version. */
  readonly candidate: number;
  readonly stable: number;
}

/** What goes wrong with a call: it is answered so, does not arrive, or is done and its answer lost. */
export type Fault = HttpResponse | "unreachable" | "answer-lost" | undefined;

const METRICS_URL = "https://monitoring.googleapis.com/v1/projects/acme-test/location/global/prometheus/api/v1/query";

/** A surface with two versions: its API, and the metrics that follow from how it splits requests. */
export abstract class FakeWorld implements World {
  abstract readonly url: string;
  /** Every split that ever held. */
  readonly changes: Change[] = [];
  readonly requests: HttpRequest[] = [];
  models: (seconds: number) => Models = () => ({ requestsPerMinute: 2000, stable: {}, candidate: {} });
  fault: (request: HttpRequest, seconds: number) => Fault = () => undefined;

  get variables(): Record<string, string> {
    return { TRAFFIC_URL: this.url, METRICS_URL };
  }
  abstract readonly candidate: number;
  abstract readonly stable: number;
  /** Per cent of requests that are copied to the candidate. */
  get shadow(): number {
    return 0;
  }
  /** Sets the split as a person would, past the program. */
  abstract byHand(candidate: number): void;
  protected abstract answer(request: HttpRequest): HttpResponse;
  protected abstract series(candidate: Behaviour, stable: Behaviour): FakeSeries[];

  request(request: HttpRequest, seconds: number): HttpResponse | "unreachable" {
    this.requests.push(request);
    const fault = this.fault(request, seconds);
    if (fault !== undefined && fault !== "answer-lost") return fault;
    if (request.url.startsWith("https://monitoring.googleapis.com/")) return this.query(request, seconds);
    const before = JSON.stringify([this.candidate, this.stable]);
    const answer = this.answer(request);
    if (JSON.stringify([this.candidate, this.stable]) !== before) {
      this.changes.push({ seconds, candidate: this.candidate, stable: this.stable });
    }
    return fault === "answer-lost" ? "unreachable" : answer;
  }

  private query({ url, method, body }: HttpRequest, seconds: number): HttpResponse {
    if (method !== "POST" || url !== METRICS_URL) return { code: 404, body: {} };
    const { requestsPerMinute, stable, candidate, arriving = 1 } = this.models(seconds);
    const share = (percent: number) => (requestsPerMinute * percent) / 100;
    const series = this.series(
      { ...candidate, requestsPerMinute: arriving * share(this.candidate + this.shadow) },
      { ...stable, requestsPerMinute: share(this.stable) },
    );
    const result = evaluate(body.query, series).map(({ labels, value }) => ({
      metric: labels,
      value: [seconds, String(value)],
    }));
    return { code: 200, body: { status: "success", data: { resultType: "vector", result } } };
  }
}

const FAILED_TEST: HttpResponse = { code: 422, body: { kind: "Status", reason: "Invalid" } };

/** An HTTPRoute behind the Connect Gateway. */
export class FakeRoute extends FakeWorld {
  readonly url =
    "https://connectgateway.test/v1/membership/apis/gateway.networking.k8s.io/v1/namespaces/support/httproutes/assistant";
  readonly rules: any[];
  /** The model's own replicas: a Deployment that runs and was exchanged. */
  readonly deployment: any = {
    metadata: { generation: 4 },
    spec: { replicas: 2, template: { metadata: { labels: { [SERVING_POD_LABELS.version]: "v2" } } } },
    status: { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  };
  readonly deploymentUrl = this.url
    .replace("gateway.networking.k8s.io/v1", "apps/v1")
    .replace("httproutes", "deployments");

  override get variables() {
    return { ...super.variables, REPLICAS_URL: this.deploymentUrl };
  }

  constructor(private readonly signals: ServerSignals) {
    super();
    const backend = (name: string, weight: number) => ({
      group: "inference.networking.k8s.io",
      kind: "InferencePool",
      name,
      weight,
    });
    this.rules = [
      { matches: [{ path: { value: "/other" } }], backendRefs: [backend("somebody-else", 1)] },
      {
        matches: [{ path: { value: "/v1" } }],
        filters: [{ type: "URLRewrite", urlRewrite: {} }],
        backendRefs: [backend("assistant", 100), backend("assistant-candidate", 0)],
      },
      // As an API server fills it in: nothing said of weights.
      {
        matches: [{ path: { value: "/health" } }],
        backendRefs: [backend("assistant-candidate", 0), backend("assistant", 100)],
      },
    ];
  }

  get candidate(): number {
    return this.weightOf("assistant-candidate");
  }

  get stable(): number {
    return this.weightOf("assistant");
  }

  override get shadow(): number {
    const mirrors = this.rules
      .flatMap(({ filters = [] }) => filters)
      .filter(({ type }: any) => type === "RequestMirror");
    return mirrors[0] ? (mirrors[0].requestMirror.percent ?? 100) : 0;
  }

  byHand(candidate: number): void {
    for (const { backendRefs } of this.rules.slice(1)) {
      for (const each of backendRefs) each.weight = each.name === "assistant" ? 100 - candidate : candidate;
    }
  }

  private weightOf(name: string): number {
    const weights = this.rules.flatMap(({ backendRefs }) => backendRefs).filter((each: any) => each.name === name);
    if (weights.length === 0) return 0;
    // Every rule that has the backend says the same.
    return new Set(weights.map(({ weight }: any) => weight)).size === 1 ? weights[0].weight : NaN;
  }

  protected answer({ method, url, headers, body }: HttpRequest): HttpResponse {
    if (url === this.deploymentUrl && method === "GET") {
      return { code: 200, body: JSON.parse(JSON.stringify(this.deployment)) };
    }
    if (url !== this.url) return { code: 404, body: {} };
    if (method === "GET") return { code: 200, body: { spec: { rules: JSON.parse(JSON.stringify(this.rules)) } } };
    if (headers["Content-Type"] !== "application/json-patch+json") return { code: 415, body: {} };
    const patched = patch({ spec: { rules: this.rules } }, body);
    if (patched === undefined) return FAILED_TEST;
    this.rules.splice(0, this.rules.length, ...patched.spec.rules);
    return { code: 200, body: patched };
  }

  protected series(candidate: Behaviour, stable: Behaviour): FakeSeries[] {
    const labels = (variant: string) => ({
      cluster: "prod-gpu",
      namespace: "support",
      serving_model: "assistant",
      serving_variant: variant,
    });
    return [
      ...seriesOf(this.signals, labels("stable"), { model: "assistant", version: "v1" }, stable),
      ...seriesOf(this.signals, labels("candidate"), { model: "assistant", version: "v2" }, candidate),
    ];
  }
}

/** RFC 6902, as far as it is used: the whole patch or none of it. */
function patch(document: any, operations: any[]): any {
  const changed = JSON.parse(JSON.stringify(document));
  for (const { op, path, value } of operations) {
    const keys = path.slice(1).split("/");
    const last = keys.pop();
    const holder = keys.reduce((at: any, key: string) => at?.[key], changed);
    if (holder === undefined) return undefined;
    if (op === "test" && JSON.stringify(holder[last]) !== JSON.stringify(value)) return undefined;
    if (op === "replace" && !(last in holder)) return undefined;
    if (op === "remove" && !(last in holder)) return undefined;
    if (op === "test") continue;
    if (!Array.isArray(holder)) {
      if (op === "remove") delete holder[last];
      else holder[last] = value;
    } else if (op === "replace") holder[Number(last)] = value;
    else if (op === "remove") holder.splice(Number(last), 1);
    else holder.splice(last === "-" ? holder.length : Number(last), 0, value);
  }
  return changed;
}

/** A Cloud Run service; a change of its traffic takes a minute. */
export class FakeCloudRun extends FakeWorld {
  readonly url = "https://run.googleapis.com/v2/projects/acme-test/locations/europe-west4/services/churn";
  traffic: any[] = [
    { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "churn-v1", percent: 100, tag: "stable" },
    { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "churn-v2", tag: "candidate" },
    { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "churn-v0", tag: "old" },
  ];
  private etag = 1;
  private settling = 0;

  get candidate(): number {
    return this.percentOf("candidate");
  }

  get stable(): number {
    return this.percentOf("stable");
  }

  byHand(candidate: number): void {
    const shares: Record<string, number> = { candidate, stable: 100 - candidate };
    this.traffic = this.traffic.map((target) => ({ ...target, percent: shares[target.tag] ?? 0 }));
    this.etag += 1;
    this.settling = 3;
  }

  private percentOf(tag: string): number {
    return this.traffic.find((target) => target.tag === tag)?.percent ?? 0;
  }

  protected answer({ method, url, query, body }: HttpRequest): HttpResponse {
    if (url !== this.url) return { code: 404, body: {} };
    if (method === "PATCH") {
      if (query["updateMask"] !== "traffic") return { code: 400, body: {} };
      if (body.etag !== `"${this.etag}"`) return { code: 409, body: {} };
      const sum = body.traffic.reduce((total: number, { percent = 0 }: any) => total + percent, 0);
      if (sum !== 100) return { code: 400, body: {} };
      this.traffic = body.traffic;
      this.etag += 1;
      this.settling = 3;
      return { code: 200, body: { name: "operations/1", done: false } };
    }
    this.settling = Math.max(0, this.settling - 1);
    const settled = { terminalCondition: { state: this.settling ? "CONDITION_RECONCILING" : "CONDITION_SUCCEEDED" } };
    // As the API: what is false or zero is left out.
    return {
      code: 200,
      body: {
        etag: `"${this.etag}"`,
        traffic: this.traffic,
        ...(this.settling ? { reconciling: true } : {}),
        ...settled,
      },
    };
  }

  protected series(candidate: Behaviour, stable: Behaviour): FakeSeries[] {
    const labels = (revision_name: string) => ({
      monitored_resource: "cloud_run_revision",
      service_name: "churn",
      location: "europe-west4",
      revision_name,
    });
    return [
      ...surfaceSeries("cloud-run", labels("churn-v1"), stable),
      ...surfaceSeries("cloud-run", labels("churn-v2"), candidate),
    ];
  }
}

/** A Vertex AI endpoint. */
export class FakeEndpoint extends FakeWorld {
  readonly url =
    "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-test/locations/europe-west4/endpoints/77";
  trafficSplit: Record<string, number> = { "111": 100 };
  private etag = 1;

  get candidate(): number {
    return this.trafficSplit["222"] ?? 0;
  }

  get stable(): number {
    return this.trafficSplit["111"] ?? 0;
  }

  byHand(candidate: number): void {
    this.trafficSplit = { "111": 100 - candidate, "222": candidate };
    this.etag += 1;
  }

  protected answer({ method, url, query, body }: HttpRequest): HttpResponse {
    if (url !== this.url) return { code: 404, body: {} };
    if (method === "PATCH") {
      if (query["updateMask"] !== "trafficSplit") return { code: 400, body: {} };
      if (body.etag !== `e${this.etag}`) return { code: 409, body: {} };
      const shares = Object.values<number>(body.trafficSplit);
      if (shares.reduce((a, b) => a + b, 0) !== 100) return { code: 400, body: {} };
      this.trafficSplit = body.trafficSplit;
      this.etag += 1;
    }
    const deployedModels = [
      { id: "111", displayName: "churn-v1" },
      { id: "222", displayName: "churn-v2" },
    ];
    return { code: 200, body: { etag: `e${this.etag}`, deployedModels, trafficSplit: this.trafficSplit } };
  }

  protected series(candidate: Behaviour, stable: Behaviour): FakeSeries[] {
    const labels = (deployed_model_id: string) => ({ endpoint_id: "77", deployed_model_id });
    return [...surfaceSeries("vertex", labels("111"), stable), ...surfaceSeries("vertex", labels("222"), candidate)];
  }
}

function surfaceSeries(
  surface: keyof typeof SURFACE_SIGNALS,
  labels: Readonly<Record<string, string>>,
  { requestsPerMinute: rate, failing = 0, seconds = 0.1 }: Behaviour,
): FakeSeries[] {
  const { requests, latency } = SURFACE_SIGNALS[surface];
  const failed = rate * failing;
  const counters =
    surface === "cloud-run"
      ? [
          { name: requests[0].name, labels: { ...labels, response_code_class: "2xx" }, perMinute: rate - failed },
          { name: requests[0].name, labels: { ...labels, response_code_class: "5xx" }, perMinute: failed },
        ]
      : [
          { name: requests[0].name, labels, perMinute: rate },
          { name: SURFACE_SIGNALS.vertex.failures[0].name, labels, perMinute: failed },
        ];
  const buckets = [10, 20, 40, 80, 160, 320, 640, 1280, Infinity].map((bound) => ({
    name: `${latency.name}_bucket`,
    labels: { ...labels, latency_type: "total", le: bound === Infinity ? "+Inf" : `${bound}` },
    perMinute: bound >= seconds * 1000 ? rate : 0,
  }));
  return [...counters, ...buckets];
}
