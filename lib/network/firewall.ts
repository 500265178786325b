import { Construct } from "constructs";
import { z } from "zod";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  explained,
  known,
  parseProps,
  resourceName,
  type CrossFieldRule,
  type Failure,
  type NetworkRef,
  type Tokenable,
} from "../core";
import { readCidr } from "./cidr";
import { cidrField, nameField, portField } from "./fields";
import { GOOGLE_API_ADDRESSES, googleApisField, type GoogleApis } from "./google-apis-dns";

/** A flow that the platform's own rules do not allow. */
export interface FirewallRuleConfig {
  /** Part of the rule's name. */
  readonly name: string;
  /** Where the flow goes to (egress) or comes from (ingress). */
  readonly cidrs: readonly string[];
  /** @default "tcp" */
  readonly protocol?: "tcp" | "udp";
  /** Ports or ranges of ports, in quotes; never all. */
  readonly ports: readonly string[];
  /** Why it is needed, at least 10 characters: it becomes the rule's description. */
  readonly reason: string;
}

export const firewallRuleSchema = z.strictObject({
  name: nameField("Part of the rule's name"),
  cidrs: z
    .array(cidrField("Where the flow goes to or comes from"))
    .min(1)
    .describe("Where the flow goes to or comes from"),
  protocol: z.enum(["tcp", "udp"]).describe("Protocol").default("tcp"),
  ports: z.array(portField()).min(1).describe("Ports or ranges of ports; never all"),
  reason: explained(
    z.string().min(10).describe("Why it is needed"),
    "a reason of at least 10 characters",
    "say what needs it: it becomes the rule's description",
  ),
});

assertSchema<FirewallRuleConfig, typeof firewallRuleSchema>(true);

/** A list of flows, as a field of several schemas. */
export function firewallRulesField(what: string) {
  return known(z.array(firewallRuleSchema).describe(what), "a firewall rule is made of each entry").default([]);
}

/** What may talk to what. */
export interface FirewallConfig {
  /** Part of every rule's name after the environment's. @default "fw" */
  readonly name?: string;
  /** Range of the nodes. */
  readonly nodes: string;
  /** Range of the pods. */
  readonly pods: string;
  /** Range of the control plane's private endpoint. */
  readonly controlPlane: string;
  /** Range of the load balancers' proxies. */
  readonly proxyOnly: string;
  /** Addresses that Google APIs are reached at. @default "private" */
  readonly googleApis?: GoogleApis;
  /** Ports that load balancers and health checks reach pods at. @default ["80","443","8000-9999"] */
  readonly backendPorts?: readonly string[];
  /** Flows out of the network beyond the platform's own. @default [] */
  readonly egress?: readonly FirewallRuleConfig[];
  /** Flows into the network beyond the platform's own, never from the internet. @default [] */
  readonly ingress?: readonly FirewallRuleConfig[];
}

export type FirewallProps = Tokenable<FirewallConfig> & {
  readonly network: NetworkRef;
};

export const firewallSchema = z.strictObject({
  name: nameField("Part of every rule's name after the environment's").default("fw"),
  nodes: cidrField("Range of the nodes"),
  pods: cidrField("Range of the pods"),
  controlPlane: cidrField("Range of the control plane's private endpoint"),
  proxyOnly: cidrField("Range of the load balancers' proxies"),
  googleApis: googleApisField,
  backendPorts: z
    .array(portField())
    .min(1)
    .describe("Ports that load balancers and health checks reach pods at")
    .default(["80", "443", "8000-9999"]),
  egress: firewallRulesField("Flows out of the network beyond the platform's own"),
  ingress: firewallRulesField("Flows into the network beyond the platform's own, never from the internet"),
});

assertSchema<FirewallConfig, typeof firewallSchema>(true);

type RuleValues = z.output<typeof firewallRuleSchema>;

export const firewallRules: readonly CrossFieldRule<{ egress: RuleValues[]; ingress: RuleValues[] }>[] = [
  ...(["egress", "ingress"] as const).map((field) => ({
    reads: [field],
    check: (values: Record<typeof field, RuleValues[]>) => [
      ...sameNames(values[field], field),
      ...values[field].flatMap((rule, index) => portFailures(rule, `${field}[${index}]`)),
    ],
  })),
  {
    reads: ["ingress"],
    check: ({ ingress }) => ingress.flatMap((rule, index) => internetFailures(rule, `ingress[${index}]`)),
  },
];

// A block larger than the largest private one holds addresses of the internet, however the internet is cut up.
const LARGEST_PRIVATE_PREFIX = 8;

function internetFailures(rule: RuleValues, path: string): Failure[] {
  return rule.cidrs.flatMap((cidr, index) =>
    readCidr(cidr).prefixLength >= LARGEST_PRIVATE_PREFIX
      ? []
      : {
          code: "ingress-from-internet",
          path: `${path}.cidrs[${index}]`,
          message: "would open the network to the internet",
          got: cidr,
          allowed: "a block of /8 or smaller",
          fix: "name the ranges that need it; publish services through a load balancer",
        },
  );
}

function portFailures(rule: RuleValues, path: string): Failure[] {
  return rule.ports.flatMap((ports, index): Failure[] => {
    const [first, last = first] = ports.split("-").map(Number) as [number, number?];
    const at = `${path}.ports[${index}]`;
    if (last < first || last > 65535) {
      return [
        {
          code: "out-of-range",
          path: at,
          message: "is not a range of ports",
          got: ports,
          allowed: "0 to 65535, the lower one first",
          fix: "write it as first-last",
        },
      ];
    }
    if (first > 1 || last < 65535) return [];
    return [
      {
        code: "all-ports",
        path: at,
        message: "opens all ports",
        got: ports,
        fix: "list the ports that are needed",
      },
    ];
  });
}

function sameNames(rules: readonly RuleValues[], path: string): Failure[] {
  return rules.flatMap((rule, index) =>
    rules.findIndex((other) => other.name === rule.name) === index
      ? []
      : {
          code: "duplicate-name",
          path: `${path}[${index}].name`,
          message: "is the name of an earlier rule too",
          got: rule.name,
          fix: "give each rule a name of its own",
        },
  );
}

// Load balancing docs, "Health check overview", probe ranges of Application Load Balancers.
const HEALTH_CHECK_RANGES = ["35.191.0.0/16", "130.211.0.0/22"];

// Every port but those below 1024 that no workload of the platform serves at: DNS, HTTP and HTTPS are. Not "all", which
// custom.firewallRestrictExplicitAllPortsRule refuses; SSH stays shut.
const INTERNAL_PORTS = ["53", "80", "443", "1024-65535"];

// Compute Engine's implied rules stand at 65535 and allow all egress (VPC docs, "Implied rules"); GKE's own rules at
// 1000.
const DENY_PRIORITY = 65534;
const ALLOW_PRIORITY = 1000;

interface Rule {
  readonly id: string;
  readonly direction: "INGRESS" | "EGRESS";
  readonly ranges: readonly string[];
  /** Absent: everything is denied. */
  readonly allow?: readonly { readonly protocol: string; readonly ports?: readonly string[] }[];
  readonly description: string;
}

/**
 * Denies all that is not listed, both ways; every rule is described and logged. What nodes of GKE need under denied
 * egress (GKE docs, "Automatically created firewall rules": GKE makes ingress rules only, and counts on the implied
 * egress): each other and the pods, the control plane at 443 (8132 for its tunnel to the nodes, konnectivity), and
 * Google APIs. The metadata server, which also answers DNS and NTP at 169.254.169.254, is always reachable (VPC docs,
 * "Traffic always allowed").
 */
export class Firewall extends Construct {
  readonly resources: { readonly rules: readonly ComputeFirewall[] };

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { network, ...plain } = props;
    const config = parseProps(this, "Firewall", firewallSchema, plain, firewallRules);
    const { nodes, pods, controlPlane, proxyOnly, googleApis } = config;
    const internal = [...["tcp", "udp"].map((protocol) => ({ protocol, ports: INTERNAL_PORTS })), { protocol: "icmp" }];
    const backend = [{ protocol: "tcp", ports: config.backendPorts }];
    const rules: Rule[] = [
      {
        id: "deny-ingress",
        direction: "INGRESS",
        ranges: ["0.0.0.0/0"],
        description: "Denies all that no other rule lets in",
      },
      {
        id: "deny-egress",
        direction: "EGRESS",
        ranges: ["0.0.0.0/0"],
        description: "Denies all that no other rule lets out",
      },
      {
        id: "internal-ingress",
        direction: "INGRESS",
        ranges: [nodes, pods, controlPlane],
        allow: internal,
        description: "Nodes, pods and the control plane to nodes and pods",
      },
      {
        id: "internal-egress",
        direction: "EGRESS",
        ranges: [nodes, pods],
        allow: internal,
        description: "Nodes and pods to nodes, pods and internal load balancers",
      },
      {
        id: "control-plane-egress",
        direction: "EGRESS",
        ranges: [controlPlane],
        allow: [{ protocol: "tcp", ports: ["443", "8132"] }],
        description: "Nodes and pods to the control plane: API and konnectivity",
      },
      {
        id: "google-apis-egress",
        direction: "EGRESS",
        ranges: [GOOGLE_API_ADDRESSES[googleApis].range],
        allow: [{ protocol: "tcp", ports: ["443"] }],
        description: `Google APIs at ${googleApis}.googleapis.com`,
      },
      {
        id: "health-check-ingress",
        direction: "INGRESS",
        ranges: HEALTH_CHECK_RANGES,
        allow: backend,
        description: "Health checks of Google's load balancers to pods",
      },
      {
        id: "proxy-ingress",
        direction: "INGRESS",
        ranges: [proxyOnly],
        allow: backend,
        description: "Proxies of the regional load balancers to pods",
      },
      ...config.egress.map((rule) => requested(rule, "EGRESS")),
      ...config.ingress.map((rule) => requested(rule, "INGRESS")),
    ];
    this.resources = { rules: rules.map((rule) => this.write(rule, config.name, network)) };
  }

  private write(rule: Rule, name: string, network: NetworkRef): ComputeFirewall {
    const { id, direction, ranges, allow, description } = rule;
    const copied = allow?.map(({ protocol, ports }) => ({ protocol, ports: ports && [...ports] }));
    return new ComputeFirewall(this, id, {
      name: resourceName(this, "name", NAMES.computeFirewall, Environment.of(this).name, name, id),
      description,
      network: network.id.from(this),
      direction,
      priority: allow ? ALLOW_PRIORITY : DENY_PRIORITY,
      ...(direction === "INGRESS" ? { sourceRanges: [...ranges] } : { destinationRanges: [...ranges] }),
      ...(copied ? { allow: copied } : { deny: [{ protocol: "all" }] }),
      logConfig: { metadata: "INCLUDE_ALL_METADATA" },
    });
  }
}

function requested(rule: RuleValues, direction: Rule["direction"]): Rule {
  return {
    id: `${direction.toLowerCase()}-${rule.name}`,
    direction,
    ranges: rule.cidrs,
    allow: [{ protocol: rule.protocol, ports: rule.ports }],
    description: rule.reason,
  };
}
