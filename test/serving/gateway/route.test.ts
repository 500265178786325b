import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { routeConflicts, routeObjects } from "../../../lib/serving";
import { GATEWAY_REF, MODELS, assistant, churn, kind, refusals, served, vision } from "./fixture";

const HOSTS = GATEWAY_REF.hosts;
const route = (values = churn()) => kind(routeObjects(served(values), GATEWAY_REF), "HTTPRoute");

describe("the route of a model", () => {
  test("says everything that the API would fill in, and nothing that GKE refuses", () => {
    expect(route(vision())).toMatchObject({
      apiVersion: "gateway.networking.k8s.io/v1",
      metadata: { name: "vision", namespace: "ranking" },
      spec: {
        parentRefs: [
          {
            group: "gateway.networking.k8s.io",
            kind: "Gateway",
            name: "gateway",
            namespace: "gateway",
            sectionName: "models.acme.example",
          },
        ],
        hostnames: ["models.acme.example"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/vision/v2/models" } }],
            backendRefs: [{ group: "", kind: "Service", name: "vision", port: 8000, weight: 100 }],
          },
          { matches: [{ path: { type: "PathPrefix", value: "/vision/v2/health" } }] },
        ],
      },
    });
    const everything = JSON.stringify(MODELS.flatMap((one) => routeObjects(served(one), GATEWAY_REF)));
    expect(everything).not.toContain("RegularExpression");
    expect(everything).not.toContain("timeouts");
  });

  test("takes its path off before the server sees the request; a path of / is the server's own", () => {
    const filtersOf = (path: string) =>
      (route(churn({ route: { path } }))["spec"] as { rules: [{ filters?: object[] }] }).rules[0].filters;
    expect(filtersOf("/v1/churn")).toEqual([
      { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } },
    ]);
    expect(filtersOf("/")).toBeUndefined();
  });

  /** Where a request to a path ends up on the server, as the longest prefix decides; undefined where no rule takes it. */
  function seenBy(values: Parameters<typeof served>[0], path: string): string | undefined {
    const { rules } = route(values)["spec"] as {
      rules: { matches: [{ path: { value: string } }]; filters?: [{ urlRewrite: { path: Rewrite } }] }[];
    };
    const [longest] = rules
      .map(({ matches, filters }) => ({
        from: matches[0].path.value,
        to: filters?.[0].urlRewrite.path.replacePrefixMatch,
      }))
      .filter(({ from }) => from === "/" || path === from || path.startsWith(`${from}/`))
      .sort((a, b) => b.from.length - a.from.length);
    if (longest === undefined) return undefined;
    const { from, to = from } = longest;
    return `${to}/${path.slice(from.length)}`.replaceAll(/\/+/g, "/").replace(/(.)\/$/, "$1");
  }
  type Rewrite = { replacePrefixMatch: string };

  test.each([
    ["/assistant/v1/chat/completions", "/v1/chat/completions"],
    ["/assistant/metrics", undefined],
    ["/assistant/docs", undefined],
    ["/assistant/v10", undefined],
    ["/assistant", undefined],
  ])("of vLLM leads %s to %s", (asked, seen) => {
    expect(seenBy(assistant(), asked)).toBe(seen);
    expect(seenBy(assistant({ route: { path: "/" } }), asked.replace("/assistant", "") || "/")).toBe(seen);
  });

  test.each([
    ["/vision/v2/models/yolo/versions/1/infer", "/v2/models/yolo/versions/1/infer"],
    ["/vision/v2/health/ready", "/v2/health/ready"],
    ["/vision/v2/repository/index", undefined],
    ["/vision/v2/systemsharedmemory/status", undefined],
    ["/vision/v2/cudasharedmemory/region/a/register", undefined],
    ["/vision/v2/logging", undefined],
    ["/vision/v2/trace/setting", undefined],
    ["/vision/logger/metrics", undefined],
  ])("of Triton leads %s to %s", (asked, seen) => {
    expect(seenBy(vision(), asked)).toBe(seen);
  });

  test.each([
    ["/predict", "/predict"],
    ["/openapi.json", "/openapi.json"],
    ["/metricsystem", "/metricsystem"],
    ["/metrics", "/not-published"],
    ["/healthz", "/not-published"],
    ["/readyz", "/not-published"],
    ["/logger/metrics", "/not-published/metrics"],
  ])("of an HTTP server leads %s to %s", (asked, seen) => {
    expect(seenBy(churn(), `/v1/churn${asked}`)).toBe(seen);
    expect(seenBy(churn({ route: { path: "/" } }), asked)).toBe(seen);
  });

  test("shifts the weights of all that it leads to the server", () => {
    const { rules } = route(churn())["spec"] as { rules: { backendRefs: object[] }[] };
    expect(rules.length).toBeGreaterThan(1);
    for (const { backendRefs } of rules) expect(backendRefs).toEqual(rules[0]!.backendRefs);
  });

  test("starts a version under test with no requests, on the canary Service or on a pool of its own", () => {
    const backends = (values = churn()) =>
      (route(values)["spec"] as { rules: [{ backendRefs: object[] }] }).rules[0].backendRefs;
    expect(backends()).toEqual([
      { group: "", kind: "Service", name: "churn", port: 8080, weight: 100 },
      { group: "", kind: "Service", name: "churn-canary", port: 8080, weight: 0 },
    ]);
    const pool = { group: "inference.networking.k8s.io", kind: "InferencePool", port: 8000 };
    expect(backends(assistant())).toEqual([
      { ...pool, name: "assistant", weight: 100 },
      { ...pool, name: "assistant-candidate", weight: 0 },
    ]);
    expect(backends(vision())).toHaveLength(1);
  });

  test("is on the listener of its own host", () => {
    expect(route(churn({ route: { host: "chat.acme.example", path: "/churn" } }))).toMatchObject({
      spec: { parentRefs: [{ sectionName: "chat.acme.example" }], hostnames: ["chat.acme.example"] },
    });
  });

  test("is not there for a model that has none", () => {
    expect(routeObjects(served(churn({ route: undefined })), GATEWAY_REF)).toEqual([]);
  });

  test("leads callers of a stopped model to the notice, and tells it what is stopped", () => {
    const stopped = kind(routeObjects(served(assistant(), true), GATEWAY_REF), "HTTPRoute");
    expect(stopped).toMatchObject({
      spec: {
        rules: [
          {
            filters: [
              {
                type: "RequestHeaderModifier",
                requestHeaderModifier: {
                  set: [
                    { name: "X-Stopped-Model", value: "assistant" },
                    { name: "X-Stopped-Owner", value: "support-lead" },
                  ],
                },
              },
            ],
            backendRefs: [
              { group: "", kind: "Service", name: "stop-notice", namespace: "gateway", port: 8080, weight: 1 },
            ],
          },
        ],
      },
    });
  });

  test("a stop changes the route of the model and none of its other objects", () => {
    const before = routeObjects(served(assistant()), GATEWAY_REF);
    const after = routeObjects(served(assistant(), true), GATEWAY_REF);
    const changed = after.filter((object, index) => JSON.stringify(object) !== JSON.stringify(before[index]));
    expect(changed.map((object) => object.kind)).toEqual(["HTTPRoute"]);
  });
});

describe("what the load balancer knows of a backend", () => {
  test("waits as long as the longest answer takes, drains as long, is guarded, logged and proxied", () => {
    const objects = routeObjects(served(assistant()), GATEWAY_REF);
    // 1000 tokens of 100 ms, and 30 s for prompt and queue.
    expect(kind(objects, "GCPBackendPolicy", "assistant")).toMatchObject({
      spec: {
        targetRef: { group: "inference.networking.k8s.io", kind: "InferencePool", name: "assistant" },
        default: {
          timeoutSec: 130,
          connectionDraining: { drainingTimeoutSec: 130 },
          securityPolicy: "prod-gateway",
          logging: { enabled: true, sampleRate: 500_000 },
          iap: { enabled: true },
        },
      },
    });
  });

  test("a gateway that knows callers otherwise has no proxy", () => {
    const objects = routeObjects(served(vision()), { ...GATEWAY_REF, access: "api-keys" });
    expect(JSON.stringify(objects)).not.toContain("iap");
  });

  test("every backend has both policies", () => {
    for (const one of MODELS) {
      const objects = routeObjects(served(one), GATEWAY_REF);
      const { rules } = kind(objects, "HTTPRoute")["spec"] as {
        rules: [{ backendRefs: { name: string; kind: string }[] }];
      };
      for (const { name, kind: of } of rules[0].backendRefs) {
        for (const policy of ["GCPBackendPolicy", "HealthCheckPolicy"]) {
          expect(kind(objects, policy, name)).toMatchObject({ spec: { targetRef: { name, kind: of } } });
        }
      }
    }
  });

  test("readiness is asked for where each server says it", () => {
    const check = (values = vision()) =>
      kind(routeObjects(served(values), GATEWAY_REF), "HealthCheckPolicy", values.name);
    const http = (values = vision()) =>
      (check(values)["spec"] as { default: { config: { httpHealthCheck: object } } }).default.config.httpHealthCheck;
    expect(http()).toEqual({ portSpecification: "USE_SERVING_PORT", requestPath: "/v2/health/ready" });
    expect(http(churn())).toEqual({ portSpecification: "USE_SERVING_PORT", requestPath: "/readyz" });
    expect(http(assistant())).toEqual({ portSpecification: "USE_FIXED_PORT", port: 8000, requestPath: "/health" });
  });

  test("pods take requests from the load balancer and its probes alone", () => {
    const objects = routeObjects(served(churn()), GATEWAY_REF);
    expect(kind(objects, "NetworkPolicy", "churn-gateway")).toMatchObject({
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "churn" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              { ipBlock: { cidr: "10.16.88.0/23" } },
              { ipBlock: { cidr: "35.191.0.0/16" } },
              { ipBlock: { cidr: "130.211.0.0/22" } },
            ],
            ports: [{ protocol: "TCP", port: 8080 }],
          },
        ],
      },
    });
  });
});

describe("conflicts of routes", () => {
  const codes = (...models: Parameters<typeof routeConflicts>[0]) =>
    routeConflicts(models, HOSTS).map(({ code, path }) => `${path}: ${code}`);

  test("none among the models of the example", () => {
    expect(routeConflicts(MODELS, HOSTS)).toEqual([]);
  });

  test("one path of two models names both, whatever team they are of", () => {
    const [failure] = routeConflicts([vision(), churn({ route: { path: "/vision" } })], HOSTS);
    expect(failure).toMatchObject({
      code: "route-conflict",
      path: "models[1].route.path",
      got: "models.acme.example/vision",
    });
    expect(failure!.message).toContain("vision (team ranking)");
    expect(failure!.message).toContain("churn (team ranking)");
  });

  test("a path within that of another team is refused in either order; within one team it is not", () => {
    const outer = vision({ route: { path: "/v1" } });
    const inner = assistant({ route: { path: "/v1/chat" } });
    expect(codes(outer, inner)).toEqual(["models[1].route.path: route-conflict"]);
    expect(codes(inner, outer)).toEqual(["models[1].route.path: route-conflict"]);
    expect(routeConflicts([inner, outer], HOSTS)[0]!.message).toContain(
      "assistant (team support) take part of the path of vision (team ranking)",
    );
    expect(codes(outer, churn({ route: { path: "/v1/churn" } }))).toEqual([]);
    expect(codes(vision({ route: { path: "/" } }), inner)).toEqual(["models[1].route.path: route-conflict"]);
  });

  test("a path that only begins alike, or lies on another host, is none", () => {
    expect(codes(vision({ route: { path: "/v1" } }), assistant({ route: { path: "/v10" } }))).toEqual([]);
    expect(codes(vision(), assistant({ route: { host: "chat.acme.example", path: "/vision" } }))).toEqual([]);
    expect(codes(vision(), assistant({ route: { host: "models.acme.example", path: "/vision" } }))).toHaveLength(1);
  });

  test.each(["/healthz", "/readyz", "/metrics", "/_gcp_iap", "/healthz/deep", "/.stopped"])("%s is kept", (path) => {
    expect(codes(churn({ route: { path } }))).toEqual(["models[0].route.path: reserved-path"]);
  });

  test("paths that lead elsewhere, hosts without a certificate, and routes without a gateway", () => {
    expect(codes(churn({ route: { path: "/a/../vision" } }))).toEqual(["models[0].route.path: wrong-format"]);
    expect(codes(churn({ route: { host: "other.example", path: "/a" } }))).toEqual([
      "models[0].route.host: host-not-served",
    ]);
    expect(routeConflicts([churn()], [])).toMatchObject([{ code: "no-gateway", path: "models[0].route" }]);
  });
});

describeWithCrds("custom resources of routes", () => {
  test.each(MODELS.map((one) => [one.name, one] as const))("of %s are what their definitions say", (_name, one) => {
    for (const stopped of [false, true]) {
      const custom = routeObjects(served(one, stopped), GATEWAY_REF).filter(({ apiVersion }) =>
        apiVersion.includes("."),
      );
      const builtIn = /^(apps|policy|networking\.k8s\.io|rbac\.authorization\.k8s\.io)\//;
      const failures = custom
        .filter(({ apiVersion }) => !builtIn.test(apiVersion))
        .flatMap((object) => crdFailures(object).map((failure) => `${object.kind}: ${failure}`));
      expect(failures).toEqual([]);
    }
  });
});

test("a language model with a route asks for an endpoint picker", () => {
  const failures = refusals(() => routeObjects(served(assistant()), { ...GATEWAY_REF, endpointPicker: undefined }));
  expect(failures).toMatchObject([{ code: "missing", path: "route" }]);
});
