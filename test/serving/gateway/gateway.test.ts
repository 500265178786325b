import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { ImageSource } from "../../../lib/delivery";
import { Gateway, type GatewayConfig, type GatewayProps } from "../../../lib/serving";
import {
  GATEWAY,
  NGINX_IMAGE,
  PICKER_IMAGE,
  SURROUNDINGS,
  assistant,
  churn,
  gatewayStack,
  kind,
  objectsOf,
  refusals,
  servingStack,
  vision,
} from "./fixture";

const specOf = (stack: ReturnType<typeof gatewayStack>, wanted: string, name?: string) =>
  kind(objectsOf(stack), wanted, name)["spec"] as Record<string, never>;
const rulesOf = (stack: ReturnType<typeof gatewayStack>, policy = "gateway") =>
  stack
    .resources("google_compute_region_security_policy_rule")
    .map(({ config }) => config)
    .filter(({ security_policy }) => String(security_policy).includes(policy))
    .sort((a, b) => Number(a["priority"]) - Number(b["priority"]));

describe("the gateway", () => {
  test("ends TLS for each host name with a regional certificate, and takes routes of teams alone", () => {
    const stack = gatewayStack({ hosts: ["models.acme.example", "chat.acme.example"] });
    const { gatewayClassName, addresses, listeners } = specOf(stack, "Gateway") as unknown as {
      gatewayClassName: string;
      addresses: object[];
      listeners: Record<string, unknown>[];
    };
    expect(gatewayClassName).toBe("gke-l7-regional-external-managed");
    expect(addresses).toEqual([
      { type: "NamedAddress", value: expect.stringMatching(/google_compute_address\.\w+\.name/) },
    ]);
    expect(listeners.map(({ name, port, protocol }) => `${String(name)} ${String(protocol)} ${String(port)}`)).toEqual([
      "http HTTP 80",
      "models.acme.example HTTPS 443",
      "chat.acme.example HTTPS 443",
    ]);
    expect(listeners[1]).toMatchObject({
      hostname: "models.acme.example",
      tls: {
        mode: "Terminate",
        options: {
          "networking.gke.io/cert-manager-certs": expect.stringMatching(
            /google_certificate_manager_certificate\.\w+\.name/,
          ),
        },
      },
      allowedRoutes: {
        kinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
        namespaces: {
          from: "Selector",
          selector: {
            matchExpressions: [
              { key: "kubernetes.io/metadata.name", operator: "In", values: ["ranking", "support", "gateway"] },
            ],
          },
        },
      },
    });
  });

  test("sends plain HTTP to HTTPS, and lets no route of a team answer there", () => {
    const stack = gatewayStack();
    const [http] = (specOf(stack, "Gateway") as unknown as { listeners: object[] }).listeners;
    expect(http).toMatchObject({ protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } });
    expect(specOf(stack, "HTTPRoute", "gateway-to-https")).toMatchObject({
      parentRefs: [{ name: "gateway", sectionName: "http" }],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    });
  });

  test("takes TLS 1.2 and strong ciphers only", () => {
    const stack = gatewayStack();
    stack.has("google_compute_region_ssl_policy", { min_tls_version: "TLS_1_2", profile: "RESTRICTED" });
    expect(specOf(stack, "GCPGatewayPolicy")).toMatchObject({
      targetRef: { kind: "Gateway", name: "gateway" },
      default: { sslPolicy: expect.stringContaining("google_compute_region_ssl_policy") },
    });
    gatewayStack({ tls: "MODERN" }).has("google_compute_region_ssl_policy", { profile: "MODERN" });
  });

  test("inside of the network it has an address there that two forwarding rules share", () => {
    const stack = gatewayStack({ exposure: "internal" });
    expect(specOf(stack, "Gateway")).toMatchObject({ gatewayClassName: "gke-l7-rilb" });
    stack.has("google_compute_address", {
      address_type: "INTERNAL",
      purpose: "SHARED_LOADBALANCER_VIP",
      subnetwork: "projects/acme-test/regions/europe-west4/subnetworks/nodes",
    });
    gatewayStack().has("google_compute_address", { address_type: "EXTERNAL" });
  });

  test("its namespace is closed and restricted", () => {
    const stack = gatewayStack();
    stack.has("kubernetes_namespace_v1", {
      metadata: { name: "gateway", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    stack.has("kubernetes_network_policy_v1", { metadata: { name: "default-deny" } });
    stack.has("kubernetes_resource_quota_v1", { spec: { hard: { "requests.nvidia.com/gpu": "0" } } });
  });
});

describe("its certificate", () => {
  test("is made in the region and proven by a record for each host, written where the zone is known", () => {
    const stack = gatewayStack({ dns: { zone: "acme", project: "acme-dns" } });
    stack.has("google_certificate_manager_dns_authorization", {
      domain: "models.acme.example",
      location: "europe-west4",
      type: "PER_PROJECT_RECORD",
    });
    stack.has("google_certificate_manager_certificate", {
      location: "europe-west4",
      lifecycle: { create_before_destroy: true },
    });
    stack.has("google_dns_record_set", {
      project: "acme-dns",
      managed_zone: "acme",
      name: "models.acme.example.",
      type: "A",
    });
    stack.count("google_dns_record_set", 2);
    gatewayStack().absent("google_dns_record_set");
  });

  test("of other host names is another, so that the old one serves until it is there", () => {
    const nameOf = (...hosts: string[]) =>
      gatewayStack({ hosts }).only("google_certificate_manager_certificate")["name"];
    expect(nameOf("models.acme.example")).toBe(nameOf("models.acme.example"));
    expect(nameOf("models.acme.example")).not.toBe(nameOf("models.acme.example", "chat.acme.example"));
  });

  test("may exist already", () => {
    const stack = gatewayStack({ certificate: { from: "existing", names: ["wildcard", "spare"] } });
    stack.absent("google_certificate_manager_certificate");
    expect(JSON.stringify(specOf(stack, "Gateway"))).toContain(
      '"networking.gke.io/cert-manager-certs":"wildcard,spare"',
    );
  });
});

describe("the edge", () => {
  test("refuses what no rule lets through, and its last word is never Google's allow", () => {
    for (const exposure of ["external", "internal"] as const) {
      const rules = rulesOf(gatewayStack({ exposure, stopNotice: undefined }));
      expect(rules.at(-1)).toMatchObject({
        priority: 2_147_483_646,
        action: "deny(403)",
        match: { config: { src_ip_ranges: ["*"] } },
      });
    }
  });

  test("an internal gateway is for private addresses, an external one for all, unless clients are named", () => {
    const outsiders = (config: Parameters<typeof gatewayStack>[0]) =>
      rulesOf(gatewayStack({ ...config, stopNotice: undefined })).find(
        ({ description }) => description === "Addresses that may not call",
      );
    expect(outsiders({ exposure: "external" })).toBeUndefined();
    expect(outsiders({ exposure: "internal" })).toMatchObject({
      match: {
        expr: {
          expression:
            "!inIpRange(origin.ip, '10.0.0.0/8') && !inIpRange(origin.ip, '172.16.0.0/12') && !inIpRange(origin.ip, '192.168.0.0/16')",
        },
      },
    });
    expect(outsiders({ exposure: "external", edge: { clients: ["203.0.113.0/24"] } })).toMatchObject({
      match: { expr: { expression: "!inIpRange(origin.ip, '203.0.113.0/24')" } },
    });
  });

  test("searches bodies for attacks, but not those of prompts, which are let through at the rate before", () => {
    const rules = rulesOf(gatewayStack({ stopNotice: undefined }));
    const position = (text: string) => rules.findIndex(({ description }) => String(description).includes(text));
    expect(position("Prompts to assistant")).toBeGreaterThan(-1);
    expect(position("Prompts to assistant")).toBeLessThan(position("Attacks: sqli"));
    expect(position("Scanners")).toBeLessThan(position("Prompts to assistant"));
    expect(rules[position("Prompts")]).toMatchObject({
      action: "throttle",
      match: {
        expr: {
          expression:
            "request.headers['host'].matches('(?i)^models[.]acme[.]example(:[0-9]+)?$') && request.path.matches('^/assistant(/|$)')",
        },
      },
    });
    expect(rules[position("Attacks: sqli")]).toMatchObject({ action: "deny(403)", preview: false });
  });

  test("no expression has more than five parts, and no description more than 64 characters", () => {
    for (const { match, description } of rulesOf(gatewayStack())) {
      const { expression = "" } = (match as { expr?: { expression: string } }).expr ?? {};
      expect(expression.split(/&&|\|\|/).length).toBeLessThanOrEqual(5);
      expect(String(description).length).toBeLessThanOrEqual(64);
    }
  });

  test("counts requests of each address, or of each value of a header", () => {
    const limit = (rateLimit: object) =>
      rulesOf(gatewayStack({ edge: { rateLimit } })).find(({ description }) =>
        String(description).startsWith("Everybody"),
      );
    expect(limit({ requestsPerMinute: 90 })).toMatchObject({
      rate_limit_options: {
        enforce_on_key: "IP",
        exceed_action: "deny(429)",
        rate_limit_threshold: { count: 90, interval_sec: 60 },
      },
    });
    expect(limit({ countedBy: { by: "header", header: "x-api-key" } })).toMatchObject({
      rate_limit_options: { enforce_on_key: "HTTP_HEADER", enforce_on_key_name: "x-api-key" },
    });
  });

  test("can log attacks for a while before it turns them away", () => {
    const rules = rulesOf(gatewayStack({ edge: { waf: { enforced: false } }, stopNotice: undefined }));
    const previews = rules.filter(({ preview }) => preview === true).map(({ description }) => description);
    expect(previews).toHaveLength(4);
    expect(previews.join()).toContain("Attacks");
  });
});

describe("callers", () => {
  test("pass the proxy by a right for the path of their model, or for the hosts of the gateway", () => {
    const models = [
      churn({ callers: ["scoring@acme-apps.iam.gserviceaccount.com", "analysts@acme.example"] }),
      vision(),
    ];
    const stack = gatewayStack({ access: { by: "iap", callers: ["ml-platform@acme.example"] } }, { models });
    stack.count("google_iap_web_iam_member", 3);
    stack.has("google_iap_web_iam_member", {
      member: "serviceAccount:scoring@acme-apps.iam.gserviceaccount.com",
      role: "roles/iap.httpsResourceAccessor",
      condition: {
        title: "model churn",
        expression:
          'request.host == "models.acme.example" && (request.path == "/v1/churn" || request.path.startsWith("/v1/churn/"))',
      },
    });
    stack.has("google_iap_web_iam_member", {
      member: "group:ml-platform@acme.example",
      condition: { expression: 'request.host == "models.acme.example"' },
    });
  });

  test("named in vain are refused", () => {
    const models = [churn({ callers: ["analysts@acme.example"] })];
    const access = { by: "network", reason: "only the mesh of the data centre reaches it" } as const;
    const failures = refusals(() => gatewayStack({ exposure: "internal", access }, { models }));
    expect(failures).toMatchObject([{ code: "callers-not-checked", path: "models[0].callers" }]);
  });

  test("with keys are checked by a Service before a request goes on, which fails closed; no key is in Terraform", () => {
    const access = { by: "api-keys", verifier: { service: "key-check", port: 8443 } } as const;
    const stack = gatewayStack({ access });
    const { extensionChains } = specOf(stack, "GCPTrafficExtension") as unknown as {
      extensionChains: { name: string; extensions: object[] }[];
    };
    expect(extensionChains.map(({ name }) => name)).toEqual(["prompts-assistant", "callers"]);
    for (const { extensions } of extensionChains) {
      expect(extensions[0]).toMatchObject({
        name: "keys",
        backendRef: { group: "", kind: "Service", name: "key-check", port: 8443 },
        authority: "key-check.gateway.svc",
        forwardHeaders: ["x-api-key"],
        supportedEvents: ["RequestHeaders"],
        failOpen: false,
      });
    }
    stack.absent("google_apikeys_key");
    stack.absent("google_iap_web_iam_member");
  });

  test("of the whole internet are never let in unknown", () => {
    const access = { by: "network", reason: "somebody said that it would be fine" } as const;
    expect(refusals(() => gatewayStack({ access }))).toMatchObject([{ code: "open-to-everybody", path: "access.by" }]);
  });
});

describe("Model Armor", () => {
  test("reads prompts and answers of language models, by all their names, and fails closed", () => {
    const models = [assistant({ adapters: [{ name: "legal", source: "gs://acme-models/legal" }] }), vision()];
    const { extensionChains, targetRefs } = specOf(gatewayStack({}, { models }), "GCPTrafficExtension") as unknown as {
      targetRefs: object[];
      extensionChains: {
        name: string;
        matchCondition: { celExpressions: { celMatcher: string }[] };
        extensions: Record<string, unknown>[];
      }[];
    };
    expect(targetRefs).toEqual([{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "gateway" }]);
    expect(extensionChains).toHaveLength(1);
    const [chain] = extensionChains;
    expect(chain!.matchCondition.celExpressions[0]!.celMatcher).toBe(
      'request.host.lowerAscii().startsWith("models.acme.example") && (request.path == "/assistant" || request.path.startsWith("/assistant/"))',
    );
    const [extension] = chain!.extensions;
    expect(extension).toMatchObject({
      googleAPIServiceName: "modelarmor.europe-west4.rep.googleapis.com",
      failOpen: false,
      timeout: "5000ms",
    });
    const template = "projects/acme-test/locations/europe-west4/templates/test-prompts";
    const settings = (extension!["metadata"] as { model_armor_settings: string }).model_armor_settings;
    expect(JSON.parse(settings)).toEqual(
      ["assistant", "legal"].map((name) => ({
        model: name,
        user_prompt_template_id: template,
        model_response_template_id: template,
      })),
    );
  });

  describe("finds requests", () => {
    const HOSTS = ["models.acme.example", "models.acme.ex", "chat.acme.example"];
    const chains = (...models: ReturnType<typeof assistant>[]) => {
      const { extensionChains } = specOf(gatewayStack({ hosts: HOSTS }, { models }), "GCPTrafficExtension") as any;
      return (extensionChains as any[]).map(({ name, matchCondition, extensions }) => ({
        name: name as string,
        match: matchCondition.celExpressions[0].celMatcher as string,
        models: JSON.parse(extensions[0].metadata.model_armor_settings).map(({ model }: any) => model as string),
      }));
    };
    const on = (host: string, name: string) => assistant({ name, route: { host, path: `/${name}` } });
    const beginning = (host: string) => `request.host.lowerAscii().startsWith("${host}")`;

    test("by the host alone where it has language models alone: their path may be another by then", () => {
      expect(chains(on("chat.acme.example", "chat"), on("chat.acme.example", "code"), vision())).toEqual([
        { name: "prompts-chat", match: beginning("chat.acme.example"), models: ["chat", "code"] },
      ]);
    });

    test("by the path beside other models, and where the settings of all are too long for one", () => {
      const paths = (...models: ReturnType<typeof assistant>[]) => chains(...models).map(({ match }) => match);
      expect(paths(assistant(), vision())[0]).toContain('request.path == "/assistant"');
      const names = ["a", "b", "c", "d", "e"].map((team) => `assistant-of-team-${team}`);
      const many = paths(...names.map((name) => on("chat.acme.example", name)));
      expect(many.map((match) => /path == "(.*?)"/.exec(match)?.[1])).toEqual(names.map((name) => `/${name}`));
    });

    test("of a host that begins like another, before those of the other", () => {
      const both = chains(on("models.acme.ex", "short"), on("models.acme.example", "long"));
      expect(both.map(({ models, match }) => [models[0], match])).toEqual([
        ["long", beginning("models.acme.example")],
        ["short", beginning("models.acme.ex")],
      ]);
      const [mixed] = chains(on("models.acme.ex", "short"), vision({ route: { path: "/vision" } }));
      expect(mixed!.match).toContain('request.path == "/short"');
    });
  });

  test("is asked by the agent of Service Extensions, which gets no more than that", () => {
    const stack = gatewayStack();
    const roles = stack
      .resources("google_project_iam_member")
      .filter(({ config }) => String(config["member"]).includes("gcp-sa-dep"))
      .map(({ config }) => config["role"]);
    expect(roles.sort()).toEqual([
      "roles/modelarmor.calloutUser",
      "roles/modelarmor.user",
      "roles/serviceusage.serviceUsageConsumer",
    ]);
    gatewayStack({}, { models: [vision()] }).absent("google_project_iam_member");
  });

  test("has room for five chains and a thousand characters: what is more is refused with the arithmetic", () => {
    const many = Array.from({ length: 6 }, (_, i) => assistant({ name: `llm${i}`, route: { path: `/llm${i}` } }));
    expect(refusals(() => gatewayStack({}, { models: many }))).toMatchObject([
      { code: "too-many-models", allowed: "at most 5 chains" },
    ]);
    const adapters = Array.from({ length: 6 }, (_, i) => ({ name: `adapter-${i}`, source: `gs://acme-models/a${i}` }));
    const [failure] = refusals(() => gatewayStack({}, { models: [assistant({ adapters })] }));
    expect(failure).toMatchObject({ code: "too-many-adapters", allowed: "at most 1023 characters" });
    expect(failure!.message).toMatch(/7 names, whose settings of Model Armor take \d{4} characters/);
  });
});

describe("the notice that a model is stopped", () => {
  test("answers 503 with a text, behind a policy that has no stops", () => {
    const stack = gatewayStack();
    const conf = (kind(objectsOf(stack), "ConfigMap", "stop-notice")["data"] as Record<string, string>)[
      "default.conf"
    ]!;
    expect(conf).toContain("return 503");
    expect(conf).toContain("$http_x_stopped_model is stopped");
    const policy = specOf(stack, "GCPBackendPolicy", "stop-notice") as unknown as {
      default: { securityPolicy: string; iap: object };
    };
    expect(policy.default.securityPolicy).toContain("notice-edge");
    expect(policy.default.iap).toEqual({ enabled: true });
    expect(specOf(stack, "ReferenceGrant")).toEqual({
      from: ["ranking", "support"].map((namespace) => ({
        group: "gateway.networking.k8s.io",
        kind: "HTTPRoute",
        namespace,
      })),
      to: [{ group: "", kind: "Service", name: "stop-notice" }],
    });
    expect(JSON.stringify(specOf(stack, "Deployment", "stop-notice"))).toContain(NGINX_IMAGE);
  });

  test("is known to the load balancer at all times, by a path that no caller gets through", () => {
    const stack = gatewayStack();
    expect(specOf(stack, "HTTPRoute", "stop-notice")).toEqual({
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
          matches: [{ path: { type: "PathPrefix", value: "/.stopped" } }],
          backendRefs: [{ group: "", kind: "Service", name: "stop-notice", port: 8080, weight: 1 }],
        },
      ],
    });
    const [first] = rulesOf(stack, "notice");
    expect(first).toMatchObject({ action: "deny(404)", preview: false });
    const { expression } = (first!["match"] as { expr: { expression: string } }).expr;
    expect(expression).toContain("request.path.matches('^/[.]stopped(/|$)')");
    const others = stack
      .resources("google_compute_region_security_policy_rule")
      .filter(({ config }) => JSON.stringify(config).includes("stopped(/"));
    expect(others).toHaveLength(1);
  });

  test("can be left out", () => {
    const stack = gatewayStack({ stopNotice: undefined });
    const { listeners } = specOf(stack, "Gateway") as any;
    expect(JSON.stringify(listeners[1].allowedRoutes)).toContain('["ranking","support"]');
    expect(objectsOf(stack).some(({ metadata }) => metadata.name === "stop-notice")).toBe(false);
    stack.count("google_compute_region_security_policy", 1);
  });
});

describe("the endpoint picker", () => {
  const imageOf = (around: Partial<GatewayProps>, picker?: GatewayConfig["endpointPicker"]) => {
    let image: string | undefined;
    servingStack((stack) => {
      const props = { ...SURROUNDINGS, ...around, ...GATEWAY, endpointPicker: picker };
      image = new Gateway(stack, "gateway", props).ref.endpointPicker!.image;
    });
    return image;
  };

  test("is the catalogue's, from the mirror of its registry where there is one, or the one that is named", () => {
    const pinned = /llm-d\/llm-d-router-endpoint-picker:v0\.10\.0@sha256:[0-9a-f]{64}$/;
    expect(imageOf({})).toMatch(pinned);
    expect(imageOf({})).toMatch(/^ghcr\.io\//);
    const mirrors = { "ghcr.io": "europe-docker.pkg.dev/acme/ghcr" };
    expect(imageOf({ images: new ImageSource({ mirrors }) })).toMatch(/^europe-docker\.pkg\.dev\/acme\/ghcr\//);
    expect(imageOf({}, { image: PICKER_IMAGE })).toBe(PICKER_IMAGE);
  });
});

describe("refused", () => {
  test("conflicts of routes, with both models", () => {
    const models = [vision(), churn({ route: { path: "/vision" } })];
    expect(refusals(() => gatewayStack({}, { models }))).toMatchObject([
      { code: "route-conflict", path: "models[1].route.path" },
    ]);
  });

  test("images without a digest", () => {
    const image = PICKER_IMAGE.replace(/@.*/, ":v0.10.0");
    expect(refusals(() => gatewayStack({ endpointPicker: { image } }))).toMatchObject([
      { code: "wrong-format", path: "endpointPicker.image" },
    ]);
  });

  test("a host name that stands twice", () => {
    const hosts = ["models.acme.example", "models.acme.example"];
    expect(refusals(() => gatewayStack({ hosts }))).toMatchObject([{ code: "duplicate", path: "hosts[1]" }]);
  });
});

describeWithCrds("custom resources of the gateway", () => {
  test.each([
    ["external, IAP", {}],
    ["internal, keys", { exposure: "internal", access: { by: "api-keys", verifier: { service: "keys", port: 443 } } }],
  ] as const)("%s: are what their definitions say", (_name, config) => {
    const custom = objectsOf(gatewayStack(config)).filter(({ apiVersion }) =>
      /gke\.io|gateway\.networking/.test(apiVersion),
    );
    expect(custom.length).toBeGreaterThan(5);
    // Terraform fills in names of its own resources, which are no pattern's.
    const known = JSON.parse(JSON.stringify(custom).replace(/\$\{[^}]+\}/g, "some-name")) as typeof custom;
    expect(known.flatMap((object) => crdFailures(object).map((failure) => `${object.kind}: ${failure}`))).toEqual([]);
  });
});
