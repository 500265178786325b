import type { Block } from "../../lib/core";
import { serving } from "../../lib/policy/packs/serving";
import { of, testTable, verdictOf, type Case, type Resources, type Table } from "./harness";

const LATE = "${var.it}";

/** A release of ours: objects in its values, verbatim. */
const release = (objects: readonly Block[], beside: Resources = {}): Case => ({
  type: "helm_release",
  config: { name: "r", chart: "./objects-chart", values: [JSON.stringify({ objects })] },
  beside,
});
const elsewhere = of("google_compute_network", { name: "n" });
const unreadable = of("helm_release", { name: "r", chart: "./objects-chart", values: [LATE] });
const hidden: Resources = { helm_release: { other: unreadable[0]!.config } };
const nothing = release([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }]);

const object = (apiVersion: string, kind: string, spec: unknown, metadata: Block = {}): Block => ({
  apiVersion,
  kind,
  metadata: { name: "it", namespace: "support", ...metadata },
  spec,
});

const backend = (name: string, weight?: unknown): Block => ({
  kind: "Service",
  name,
  port: 80,
  ...(weight === undefined ? {} : { weight }),
});
const matches = (path: unknown) => [{ path }];
const prefix = (value: unknown) => matches({ type: "PathPrefix", value });
const rule = (more: Block = {}): Block => ({ matches: prefix("/it"), backendRefs: [backend("it")], ...more });
const route = (rules: unknown, more: Block = {}): Block =>
  object("gateway.networking.k8s.io/v1", "HTTPRoute", { hostnames: ["m.acme.example"], rules, ...more });
const routed = (more: Block, beside?: Resources): Case => release([route([rule(more)])], beside);

const redirect = (listener = "http", more: Block = {}): Block =>
  object(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    {
      parentRefs: [{ name: "gateway", sectionName: listener }],
      rules: [{ matches: prefix("/"), filters: [{ type: "RequestRedirect" }], ...more }],
    },
    { name: "to-https", namespace: "gateway" },
  );
const gateway = (...listeners: unknown[]): Block =>
  object("gateway.networking.k8s.io/v1", "Gateway", { listeners }, { name: "gateway", namespace: "gateway" });
const HTTPS = { name: "https", protocol: "HTTPS", port: 443 };
const HTTP = { name: "http", protocol: "HTTP", port: 80 };
const from = (value: string) => ({ allowedRoutes: { namespaces: { from: value } } });

const GUARD = { securityPolicy: "edge", logging: { enabled: true } };
const policy = (settings: unknown, target: Block = { kind: "Service", name: "it" }): Block =>
  object("networking.gke.io/v1", "GCPBackendPolicy", { targetRef: target, default: settings });
const withPolicy: Resources = { helm_release: { policies: release([policy(GUARD)]).config } };

const stop = (expression: unknown, action: unknown = "deny(502)", preview = true): Resources => ({
  google_compute_region_security_policy_rule: { stop: { action, preview, match: { expr: { expression } } } },
});
const STOP =
  "request.headers['host'].matches('(?i)^m[.]acme[.]example(:[0-9]+)?$') && request.path.matches('^/it(/|$)')";

const pool = (picker: unknown) =>
  release([object("inference.networking.k8s.io/v1", "InferencePool", { endpointPickerRef: picker })]);
const rollout = (canary: unknown) => release([object("argoproj.io/v1alpha1", "Rollout", { strategy: { canary } })]);
const service = (spec: unknown) => release([object("v1", "Service", spec)]);
const typedService = (type: unknown) => of("kubernetes_service_v1", { metadata: { name: "s" }, spec: { type } });
const extension = (failOpen: unknown, kind = "GCPTrafficExtension") =>
  release([
    object("networking.gke.io/v1", kind, {
      extensionChains: [{ name: "c", extensions: [{ name: "e", ...(failOpen === undefined ? {} : { failOpen }) }] }],
    }),
  ]);

const tables: Readonly<Record<string, Table>> = {
  "serving.explicitFailureMode": {
    compliant: [pool({ name: "p", failureMode: "FailClose" }), pool({ name: "p", failureMode: "FailOpen" })],
    violation: [pool({ name: "p" }), pool(undefined), pool({ name: "p", failureMode: "Whatever" })],
    unknown: [pool({ name: "p", failureMode: LATE }), ...unreadable],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.gkeRoutes": {
    compliant: [routed({}), routed({ matches: matches({ type: "Exact", value: "/it" }) })],
    violation: [
      routed({ timeouts: { request: "30s" } }),
      routed({ matches: matches({ type: "RegularExpression", value: "^/.*$" }) }),
      routed({ matches: [{ headers: [{ name: "x", type: "RegularExpression", value: "." }] }] }),
      routed({ matches: [{ queryParams: [{ name: "x", type: "RegularExpression", value: "." }] }] }),
    ],
    unknown: [release([route(LATE)]), routed({ matches: matches({ type: LATE, value: "/" }) }), ...unreadable],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.guardedBackends": {
    compliant: [
      release([policy(GUARD)]),
      release([policy({ ...GUARD, securityPolicy: LATE })]),
      routed({}, withPolicy),
      release([route([rule()]), policy(GUARD)]),
    ],
    violation: [
      release([policy({ logging: { enabled: true } })]),
      release([policy({ securityPolicy: "edge" })]),
      release([policy({ ...GUARD, logging: { enabled: false } })]),
      release([policy(undefined)]),
      routed({}),
      routed({ backendRefs: [backend("it"), backend("it-canary")] }, withPolicy),
      routed({ backendRefs: [{ kind: "InferencePool", name: "it" }] }, withPolicy),
      routed({ backendRefs: [{ ...backend("it"), namespace: "elsewhere" }] }, withPolicy),
    ],
    unknown: [routed({}, hidden), routed({ backendRefs: [backend(LATE)] }), release([route(LATE)]), ...unreadable],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.httpsOnly": {
    compliant: [
      release([gateway(HTTPS)]),
      release([gateway(HTTP, HTTPS), redirect()]),
      release([gateway({ ...HTTP, ...from("Same") }), redirect()]),
    ],
    violation: [
      release([gateway(HTTP)]),
      release([gateway({ ...HTTP, ...from("All") }), redirect()]),
      release([gateway(HTTP), redirect("another")]),
      release([gateway(HTTP), redirect("http", { filters: [], backendRefs: [backend("it")] })]),
      release([gateway({ ...HTTPS, protocol: "TCP" })]),
      release([gateway({ name: "it" })]),
    ],
    unknown: [
      release([gateway(HTTP)], hidden),
      release([gateway({ ...HTTPS, protocol: LATE })]),
      release([object("gateway.networking.k8s.io/v1", "Gateway", { listeners: LATE })]),
      ...unreadable,
    ],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.noOwnLoadBalancers": {
    compliant: [service({ type: "ClusterIP" }), service({}), ...typedService("ClusterIP")],
    violation: [
      service({ type: "LoadBalancer" }),
      service({ type: "NodePort" }),
      service({ externalIPs: ["203.0.113.1"] }),
      ...typedService("LoadBalancer"),
    ],
    unknown: [service({ type: LATE }), ...typedService(LATE), ...unreadable],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.screeningFailsClosed": {
    compliant: [extension(false), extension(false, "GCPRoutingExtension")],
    violation: [extension(true), extension(undefined), extension(true, "GCPRoutingExtension")],
    unknown: [
      extension(LATE),
      release([object("networking.gke.io/v1", "GCPTrafficExtension", { extensionChains: LATE })]),
      ...unreadable,
    ],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.smallFirstStep": {
    compliant: [
      routed({}),
      routed({ backendRefs: [backend("it", 100), backend("it-canary", 0)] }),
      routed({ backendRefs: [backend("it", 90), backend("it-canary", 10)] }),
      rollout({ steps: [{ pause: {} }, { setWeight: 5 }, { setWeight: 50 }] }),
      release([object("argoproj.io/v1alpha1", "Rollout", { strategy: { blueGreen: {} } })]),
    ],
    violation: [
      routed({ backendRefs: [backend("it", 80), backend("it-canary", 20)] }),
      routed({ backendRefs: [backend("it"), backend("it-canary")] }),
      rollout({ steps: [{ setWeight: 50 }] }),
      rollout({}),
    ],
    unknown: [
      routed({ backendRefs: [backend("it", LATE), backend("it-canary", 1)] }),
      rollout({ steps: LATE }),
      release([route(LATE)]),
      ...unreadable,
    ],
    "not-applicable": [nothing, ...elsewhere],
  },
  "serving.stoppableRoutes": {
    compliant: [
      routed({}, stop(STOP)),
      routed({}, stop(STOP, "deny(502)", false)),
      routed({ matches: prefix("/") }, stop(STOP)),
      routed({ matches: prefix("/it/v1") }, stop(STOP)),
    ],
    violation: [
      routed({}),
      routed({ matches: prefix("/item/v1") }, stop(STOP)),
      routed({}, stop("request.path.matches('^/other(/|$)')")),
      routed({}, stop(STOP.replace("m[.]acme", "other[.]acme"))),
      routed({}, stop(STOP, "allow")),
    ],
    unknown: [
      routed({}, stop(LATE)),
      routed({ matches: prefix(LATE) }, stop(STOP)),
      release([route(LATE)]),
      ...unreadable,
    ],
    "not-applicable": [nothing, release([redirect()]), ...elsewhere],
  },
};

test("every rule of the pack has its table", () => {
  expect(Object.keys(tables)).toEqual(serving.rules.map(({ id }) => id));
});

for (const one of serving.rules) testTable(one, tables[one.id]!);

test("a route that cannot be stopped says which", () => {
  const stoppable = serving.rules.find(({ id }) => id === "serving.stoppableRoutes")!;
  expect(verdictOf(stoppable, routed({}))).toMatchObject({
    findings: [{ path: "values[0].objects[0].spec.rules[0]", found: "/it" }],
  });
});
