import { Firewall, VpcNetwork, type FirewallConfig, type FirewallRuleConfig } from "../../lib/network";
import { refused, synthesized } from "./network-stack";

const given = {
  network: VpcNetwork.fromExisting({ project: "acme-prod", name: "main" }),
  nodes: "10.0.0.0/24",
  pods: "10.1.0.0/16",
  controlPlane: "10.2.0.0/28",
  proxyOnly: "10.3.0.0/23",
};
const build = (config: Partial<FirewallConfig> = {}) =>
  synthesized((s) => void new Firewall(s, "firewall", { ...given, ...config }));
const refusal = (config: Partial<FirewallConfig>) =>
  refused((s) => void new Firewall(s, "firewall", { ...given, ...config }));

const RULE: FirewallRuleConfig = {
  name: "registry",
  cidrs: ["203.0.113.0/24"],
  ports: ["443"],
  reason: "images of the vendor's registry",
};

test("everything is denied both ways, after all other rules", () => {
  const stack = build();
  stack.has("google_compute_firewall", {
    name: "prod-fw-deny-ingress",
    direction: "INGRESS",
    priority: 65534,
    source_ranges: ["0.0.0.0/0"],
    deny: [{ protocol: "all" }],
  });
  stack.has("google_compute_firewall", {
    name: "prod-fw-deny-egress",
    direction: "EGRESS",
    priority: 65534,
    destination_ranges: ["0.0.0.0/0"],
    deny: [{ protocol: "all" }],
  });
  const others = stack.resources("google_compute_firewall").filter((r) => r.config["deny"] === undefined);
  expect(others.map((r) => r.config["priority"])).toEqual(others.map(() => 1000));
});

test("nodes and pods reach each other, the control plane and Google APIs, and nothing else", () => {
  const stack = build();
  const egress = stack
    .resources("google_compute_firewall")
    .filter((r) => r.config["direction"] === "EGRESS" && r.config["allow"] !== undefined)
    .map((r) => r.config["destination_ranges"]);
  expect(egress).toHaveLength(3);
  expect(egress).toEqual(
    expect.arrayContaining([["10.0.0.0/24", "10.1.0.0/16"], ["10.2.0.0/28"], ["199.36.153.8/30"]]),
  );
  stack.has("google_compute_firewall", {
    destination_ranges: ["10.2.0.0/28"],
    allow: [{ protocol: "tcp", ports: ["443", "8132"] }],
  });
});

test("Google APIs follow the choice of addresses", () => {
  build({ googleApis: "restricted" }).has("google_compute_firewall", {
    destination_ranges: ["199.36.153.4/30"],
    allow: [{ protocol: "tcp", ports: ["443"] }],
  });
});

test("health checks and proxies reach pods at the backend ports", () => {
  const stack = build({ backendPorts: ["8080"] });
  for (const source_ranges of [["35.191.0.0/16", "130.211.0.0/22"], ["10.3.0.0/23"]]) {
    stack.has("google_compute_firewall", { source_ranges, allow: [{ protocol: "tcp", ports: ["8080"] }] });
  }
});

test("a flow asked for becomes one rule with its reason", () => {
  const stack = build({ egress: [RULE], ingress: [{ ...RULE, protocol: "udp" }] });
  stack.has("google_compute_firewall", {
    name: "prod-fw-egress-registry",
    direction: "EGRESS",
    destination_ranges: ["203.0.113.0/24"],
    allow: [{ protocol: "tcp", ports: ["443"] }],
    description: "images of the vendor's registry",
  });
  stack.has("google_compute_firewall", {
    name: "prod-fw-ingress-registry",
    direction: "INGRESS",
    source_ranges: ["203.0.113.0/24"],
    allow: [{ protocol: "udp", ports: ["443"] }],
  });
});

test("every rule is described and logged", () => {
  for (const { config } of build({ egress: [RULE], ingress: [RULE] }).resources("google_compute_firewall")) {
    expect(config["description"]).toEqual(expect.stringMatching(/.{10,}/));
    expect(config["log_config"]).toEqual({ metadata: "INCLUDE_ALL_METADATA" });
  }
});

describe("refused", () => {
  test.each(["0.0.0.0/0", "128.0.0.0/1", "32.0.0.0/7"])("ingress from %s", (cidr) => {
    expect(refusal({ ingress: [{ ...RULE, cidrs: ["10.9.0.0/16", cidr] }] })).toEqual([
      {
        code: "ingress-from-internet",
        path: "ingress[0].cidrs[1]",
        message: "would open the network to the internet",
        got: cidr,
        allowed: "a block of /8 or smaller",
        fix: "name the ranges that need it; publish services through a load balancer",
      },
    ]);
  });

  test.each(["0-65535", "1-65535"])("all ports, written %s", (ports) => {
    expect(refusal({ egress: [{ ...RULE, ports: [ports] }] })).toMatchObject([
      { code: "all-ports", path: "egress[0].ports[0]", message: "opens all ports" },
    ]);
  });

  test.each(["9000-8000", "443-70000", "70000"])("the port range %s", (ports) => {
    expect(refusal({ egress: [{ ...RULE, ports: [ports] }] })).toMatchObject([
      { code: "out-of-range", path: "egress[0].ports[0]", message: "is not a range of ports" },
    ]);
  });

  test("a port without quotes", () => {
    expect(refusal({ egress: [{ ...RULE, ports: [443 as unknown as string] }] })).toMatchObject([
      { code: "wrong-type", path: "egress[0].ports[0]", message: "must be text" },
    ]);
  });

  test("two rules of one name", () => {
    expect(refusal({ egress: [RULE, RULE] })).toMatchObject([{ code: "duplicate-name", path: "egress[1].name" }]);
  });

  test("a rule without a reason", () => {
    expect(refusal({ egress: [{ ...RULE, reason: "because" }] })).toMatchObject([
      { path: "egress[0].reason", allowed: "a reason of at least 10 characters" },
    ]);
  });
});
