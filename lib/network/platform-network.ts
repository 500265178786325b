import { Construct } from "constructs";
import { z } from "zod";
import {
  assertSchema,
  known,
  parseProps,
  type CrossFieldRule,
  type NetworkRef,
  type SubnetRef,
  type Tokenable,
} from "../core";
import { addressFailures, planAddresses, type AddressPlan } from "./address-plan";
import { cidrField } from "./fields";
import { Firewall, firewallRules, firewallRulesField, type FirewallRuleConfig } from "./firewall";
import { GoogleApisDns, googleApisField, type GoogleApis } from "./google-apis-dns";
import { NatGateway } from "./nat-gateway";
import { ProxyOnlySubnet } from "./proxy-only-subnet";
import { flowLogsSchema, Subnet, type FlowLogsConfig } from "./subnet";
import { VpcNetwork } from "./vpc-network";

/** The network of an environment. */
export interface PlatformNetworkConfig {
  /** Private IPv4 range of the whole network; every subnet is planned within it. */
  readonly range: string;
  /** Most nodes at one time, surge nodes of upgrades and internal load balancers included. @default 100 */
  readonly maxNodes?: number;
  /** Most pods on one node; fixed once the cluster exists. @default 110 */
  readonly maxPodsPerNode?: number;
  /** Most Kubernetes services. @default 4096 */
  readonly maxServices?: number;
  /** Prefix length of the proxy-only subnet. @default 23 */
  readonly proxyOnlyPrefixLength?: number;
  /** Subnets of /20 kept for GPU fabrics: 4 for A3 High, 8 for A3 Mega, 9 for A3 Ultra and A4, 5 for A4X. @default 0 */
  readonly fabricSubnets?: number;
  /** Ranges that the network must be apart from: peers, on-premises. @default [] */
  readonly avoid?: readonly string[];
  /** `restricted` where a VPC Service Controls perimeter holds the project. @default "private" */
  readonly googleApis?: GoogleApis;
  /** Flows out of the network beyond nodes, pods, the control plane and Google APIs. @default [] */
  readonly egress?: readonly FirewallRuleConfig[];
  /** Flows into the network beyond health checks and load balancers, never from the internet. @default [] */
  readonly ingress?: readonly FirewallRuleConfig[];
  /** Record of the subnets' traffic. @default {} */
  readonly flowLogs?: FlowLogsConfig;
}

type Structural =
  | "range"
  | "maxNodes"
  | "maxPodsPerNode"
  | "maxServices"
  | "proxyOnlyPrefixLength"
  | "fabricSubnets"
  | "avoid"
  | "googleApis";

export type PlatformNetworkProps = Pick<PlatformNetworkConfig, Structural> &
  Tokenable<Omit<PlatformNetworkConfig, Structural>>;

const WHY_KNOWN = "addresses are planned from it";

export const platformNetworkSchema = z.strictObject({
  range: known(cidrField("Private IPv4 range of the whole network"), WHY_KNOWN),
  // GKE docs, "Quotas and limits": 15,000 nodes a Standard cluster.
  maxNodes: known(z.int().min(1).max(15000).describe("Most nodes at one time"), WHY_KNOWN).default(100),
  // GKE docs, "Quotas and limits": 8 to 256 pods a node; 110 unless asked for otherwise.
  maxPodsPerNode: known(
    z.int().min(8).max(256).describe("Most pods on one node; fixed once the cluster exists"),
    WHY_KNOWN,
  ).default(110),
  // GKE docs, "VPC-native clusters": a service range is at most a /16.
  maxServices: known(z.int().min(1).max(65536).describe("Most Kubernetes services"), WHY_KNOWN).default(4096),
  // Load balancing docs, "Proxy-only subnets": a /26 is the smallest, a /23 recommended.
  proxyOnlyPrefixLength: known(
    z.int().min(16).max(26).describe("Prefix length of the proxy-only subnet"),
    WHY_KNOWN,
  ).default(23),
  fabricSubnets: known(z.int().min(0).max(256).describe("Subnets of /20 kept for GPU fabrics"), WHY_KNOWN).default(0),
  avoid: known(
    z
      .array(known(cidrField("A range to be apart from"), WHY_KNOWN))
      .describe("Ranges that the network must be apart from: peers, on-premises"),
    WHY_KNOWN,
  ).default([]),
  googleApis: googleApisField,
  egress: firewallRulesField("Flows out of the network beyond nodes, pods, the control plane and Google APIs"),
  ingress: firewallRulesField(
    "Flows into the network beyond health checks and load balancers, never from the internet",
  ),
  flowLogs: flowLogsSchema.describe("Record of the subnets' traffic").prefault({}),
});

assertSchema<PlatformNetworkConfig, typeof platformNetworkSchema>(true);

export const platformNetworkRules: readonly CrossFieldRule<z.output<typeof platformNetworkSchema>>[] = [
  {
    reads: ["range", "maxNodes", "maxPodsPerNode", "maxServices", "proxyOnlyPrefixLength", "fabricSubnets", "avoid"],
    check: addressFailures,
  },
  ...firewallRules,
];

/**
 * The whole network of an environment: VPC, subnets from an address plan, way to Google APIs, NAT, and a firewall that
 * denies by default.
 */
export class PlatformNetwork extends Construct {
  readonly network: NetworkRef;
  /** Subnet of the nodes, with its secondary ranges. Of use once the rules, names and routes that nodes need exist. */
  readonly nodes: SubnetRef;
  /** Subnet for the cluster's private endpoint. */
  readonly controlPlane: SubnetRef;
  readonly plan: AddressPlan;
  /** Most pods on one node that the range for pods is planned for. */
  readonly maxPodsPerNode: number;
  /** Pool for `GpuFabric`; absent where `fabricSubnets` is 0. */
  readonly fabricRange?: string;
  /** The parts, for their provider resources. */
  readonly parts: {
    readonly vpc: VpcNetwork;
    readonly nodes: Subnet;
    readonly controlPlane: Subnet;
    readonly proxyOnly: ProxyOnlySubnet;
    readonly nat: NatGateway;
    readonly dns: GoogleApisDns;
    readonly firewall: Firewall;
  };

  constructor(scope: Construct, id: string, props: PlatformNetworkProps) {
    super(scope, id);
    const config = parseProps(this, "PlatformNetwork", platformNetworkSchema, props, platformNetworkRules);
    const { googleApis, egress, ingress, flowLogs } = config;
    const plan = planAddresses(config);
    const vpc = new VpcNetwork(this, "vpc");
    const network = vpc.ref;
    const nodes = new Subnet(this, "nodes", {
      network,
      range: plan.nodes,
      pods: plan.pods,
      services: plan.services,
      flowLogs,
    });
    const controlPlane = new Subnet(this, "control-plane", {
      network,
      name: "control-plane",
      range: plan.controlPlane,
      flowLogs,
    });
    const proxyOnly = new ProxyOnlySubnet(this, "proxy-only", { network, range: plan.proxyOnly });
    const nat = new NatGateway(this, "nat", { network, subnets: [nodes.ref] });
    const dns = new GoogleApisDns(this, "dns", { network, googleApis });
    const firewall = new Firewall(this, "firewall", {
      network,
      nodes: plan.nodes,
      pods: plan.pods,
      controlPlane: plan.controlPlane,
      proxyOnly: plan.proxyOnly,
      googleApis,
      egress,
      ingress,
    });
    this.network = network;
    this.nodes = {
      ...nodes.ref,
      id: nodes.ref.id.after(
        nat.resources.nat,
        dns.resources.route,
        ...dns.resources.records,
        ...firewall.resources.rules,
      ),
    };
    this.controlPlane = controlPlane.ref;
    this.plan = plan;
    this.maxPodsPerNode = config.maxPodsPerNode;
    this.fabricRange = plan.fabrics;
    this.parts = { vpc, nodes, controlPlane, proxyOnly, nat, dns, firewall };
  }
}
