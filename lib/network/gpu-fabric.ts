import { Construct } from "constructs";
import { z } from "zod";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { MACHINES, type FabricSpec } from "../catalog/machines";
import { NAMES } from "../catalog/names";
import {
  acknowledge,
  assertSchema,
  ConfigError,
  Environment,
  explained,
  known,
  parseProps,
  resourceName,
  useNearest,
  type CrossFieldRule,
  type NodeNetworkRef,
} from "../core";
import { rangeFailures } from "./address-plan";
import { cidrAt, readCidr, sizeOf } from "./cidr";
import { cidrField, nameField } from "./fields";
import { subnetRef } from "./subnet";
import { networkRef } from "./vpc-network";

/** The networks between the GPUs of one machine type's nodes in one zone. */
export interface GpuFabricConfig {
  /** Machine type, e.g. `a3-megagpu-8g`; it decides how many networks of which kind there are. */
  readonly machine: string;
  /** Zone of the nodes, in the environment's region. */
  readonly zone: string;
  /** Pool of addresses, e.g. `fabricRange` of the environment's network. */
  readonly range: string;
  /**
   * How many subnets, counted from the pool's end, belong to other fabrics (`fabricSubnetCount` tells what each takes).
   * @default 0
   */
  readonly firstSubnet?: number;
  /** Part of its names after the environment's. @default - the machine's family and the zone */
  readonly name?: string;
}

const WHY_KNOWN = "networks and subnets are made of it";

export const gpuFabricSchema = z.strictObject({
  machine: known(z.string().describe("Machine type"), WHY_KNOWN),
  zone: known(
    explained(
      z
        .string()
        .regex(/^[a-z]+-[a-z]+\d+-[a-z]$/)
        .describe("Zone of the nodes"),
      "a zone, e.g. europe-west4-b",
    ),
    WHY_KNOWN,
  ),
  range: known(cidrField("Pool of addresses"), WHY_KNOWN),
  firstSubnet: known(
    z.int().min(0).describe("How many subnets, counted from the pool's end, belong to other fabrics"),
    WHY_KNOWN,
  ).default(0),
  name: nameField("Part of the names after the environment's").optional(),
});

assertSchema<GpuFabricConfig, typeof gpuFabricSchema>(true);

type GpuFabricValues = z.output<typeof gpuFabricSchema>;

export const gpuFabricRules: readonly CrossFieldRule<GpuFabricValues>[] = [
  {
    reads: ["machine"],
    check: ({ machine }) => {
      const withFabric = Object.keys(MACHINES).filter((name) => MACHINES[name]!.fabric);
      const allowed = withFabric.join(", ");
      const spec = MACHINES[machine];
      if (spec === undefined) {
        return {
          code: "unknown-machine",
          path: "machine",
          message: "is not in the machine catalogue",
          got: machine,
          allowed,
          fix: useNearest(
            machine,
            withFabric,
            "choose a machine with a fabric, or make its networks with VpcNetwork and Subnet",
          ),
        };
      }
      if (spec.fabric === undefined) {
        return {
          code: "no-fabric",
          path: "machine",
          message: "has one network interface and no fabric",
          got: machine,
          allowed,
          fix: "leave the fabric out: the cluster's own network is all it uses",
        };
      }
      if (spec.fabric.needsDranet && spec.providerCapability !== undefined) {
        return {
          code: "provider-too-old",
          path: "machine",
          message: `cannot have its fabric with this provider: ${spec.providerCapability}`,
          got: machine,
          fix: "use another machine until the package supports that provider release",
        };
      }
      return undefined;
    },
  },
  { reads: ["range"], check: ({ range }) => rangeFailures("range", range) },
  {
    reads: ["machine", "range", "firstSubnet"],
    check: ({ machine, range, firstSubnet }) => {
      const fabric = MACHINES[machine]?.fabric;
      if (fabric === undefined) return undefined;
      const length = fabric.subnetPrefixLength;
      const there = Math.floor(readCidr(range).size / sizeOf(length));
      const needed = subnetCount(fabric);
      if (firstSubnet + needed <= there) return undefined;
      return {
        code: "addresses-exhausted",
        path: "range",
        message: `holds ${there} subnets of /${length}, and ${machine} needs ${needed} after the first ${firstSubnet}`,
        got: range,
        allowed: `at least ${firstSubnet + needed} subnets of /${length}`,
        fix: "raise fabricSubnets of the network, or give a larger pool",
      };
    },
  },
];

/**
 * How many subnets the fabric of a machine takes from a pool; 0 for machines without one.
 * @param machine machine type; one that the catalogue does not know has no fabric
 */
export function fabricSubnetCount(machine: string): number {
  const fabric = MACHINES[machine]?.fabric;
  return fabric === undefined ? 0 : subnetCount(fabric);
}

function subnetCount(fabric: FabricSpec): number {
  return fabric.gvnicNetworks + fabric.rdmaSubnets;
}

/**
 * The extra networks that a machine's GPUs talk over, derived from the catalogue: kind, count, MTU, network profile,
 * subnets. Nothing in them has a way out. One fabric serves all node pools of its machine type in its zone.
 */
export class GpuFabric extends Construct {
  /** What a node pool lists as additional networks, in the order of the machine's interfaces. */
  readonly nodeNetworks: readonly NodeNetworkRef[];
  readonly resources: {
    readonly networks: readonly ComputeNetwork[];
    readonly subnetworks: readonly ComputeSubnetwork[];
    readonly rules: readonly ComputeFirewall[];
  };

  constructor(scope: Construct, id: string, props: GpuFabricConfig) {
    super(scope, id);
    const environment = Environment.of(this);
    const rules = [...gpuFabricRules, zoneIn(environment.region)];
    const { machine, zone, range, firstSubnet, name } = parseProps(this, "GpuFabric", gpuFabricSchema, props, rules);
    const { family, fabric } = MACHINES[machine]! as { family: string; fabric: FabricSpec };
    const cidrs = subnetsOf(range, fabric.subnetPrefixLength, firstSubnet, subnetCount(fabric));
    const part = name ?? `${family}-${zone}`;
    const { mtuBytes } = fabric;
    const ethernet = cidrs
      .slice(0, fabric.gvnicNetworks)
      .map((cidr, i) => new EthernetNetwork(this, `gvnic-${i}`, { name: `${part}-gvnic-${i}`, cidr, mtuBytes }));
    const rdma = Array.from(
      { length: fabric.rdmaNetworks },
      (_, i) =>
        new RdmaNetwork(this, `rdma-${i}`, {
          name: `${part}-rdma-${i}`,
          cidrs: cidrs.slice(fabric.gvnicNetworks),
          mtuBytes,
          profile: `projects/${environment.projectId}/global/networkProfiles/${zone}-${fabric.networkProfileSuffix}`,
        }),
    );
    const networks = [...ethernet, ...rdma];
    this.nodeNetworks = networks.flatMap((n) => n.nodeNetworks);
    this.resources = {
      networks: networks.map((n) => n.network),
      subnetworks: networks.flatMap((n) => n.subnetworks),
      rules: ethernet.map((n) => n.rule),
    };
    assertInterfaces(this, machine, fabric, this.nodeNetworks.length);
  }
}

function zoneIn(region: string): CrossFieldRule<GpuFabricValues> {
  return {
    reads: ["zone"],
    check: ({ zone }) =>
      zone.startsWith(`${region}-`)
        ? undefined
        : {
            code: "zone-not-in-region",
            path: "zone",
            message: `is not in the environment's region ${region}`,
            got: zone,
            fix: `use a zone of ${region}`,
          },
  };
}

// From the end downwards, so that a pool that grows downwards moves no subnet.
function subnetsOf(pool: string, prefixLength: number, first: number, count: number): string[] {
  const { start, size } = readCidr(pool);
  const end = start + size;
  return Array.from({ length: count }, (_, i) => cidrAt(end - (first + i + 1) * sizeOf(prefixLength), prefixLength));
}

// GKE refuses a pool whose list is shorter than the machine's interfaces only once nodes fail to come up.
function assertInterfaces(fabricOf: GpuFabric, machine: string, fabric: FabricSpec, made: number): void {
  if (made === fabric.additionalInterfaces) return;
  throw new ConfigError(`GpuFabric at ${fabricOf.node.path}`, [
    {
      code: "fabric-count",
      path: "machine",
      message: `has ${fabric.additionalInterfaces} additional interfaces in the catalogue, and ${made} networks came of it`,
      got: machine,
      fix: "correct the machine's row in lib/catalog/machines.ts",
    },
  ]);
}

interface EthernetNetworkProps {
  readonly name: string;
  readonly cidr: string;
  readonly mtuBytes: number;
}

// Ports of NCCL and of the TCPX daemons are ephemeral; below 1024 nothing of a fabric listens.
const FABRIC_PORTS = ["1024-65535"];

/** A gVNIC network with one subnet, open to itself. */
class EthernetNetwork extends Construct {
  readonly network: ComputeNetwork;
  readonly subnetworks: readonly ComputeSubnetwork[];
  readonly rule: ComputeFirewall;
  readonly nodeNetworks: readonly NodeNetworkRef[];

  constructor(scope: Construct, id: string, { name: part, cidr, mtuBytes }: EthernetNetworkProps) {
    super(scope, id);
    const environment = Environment.of(this);
    const name = resourceName(this, "name", NAMES.computeNetwork, environment.name, part);
    this.network = new ComputeNetwork(this, "network", {
      name,
      description: "Additional network of GPU nodes",
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      deleteDefaultRoutesOnCreate: true,
      mtu: mtuBytes,
    });
    const subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      name,
      description: "Additional subnet of GPU nodes",
      network: this.network.id,
      region: environment.region,
      ipCidrRange: cidr,
      privateIpGoogleAccess: true,
      // The least that compute.requireVpcFlowLogs takes (ESSENTIAL): gradients are many bytes and few flows.
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.1, metadata: "INCLUDE_ALL_METADATA" },
    });
    this.rule = new ComputeFirewall(this, "internal", {
      name: resourceName(this, "name", NAMES.computeFirewall, environment.name, part, "internal"),
      description: "GPU nodes to each other over their additional network",
      network: this.network.id,
      direction: "INGRESS",
      sourceRanges: [cidr],
      allow: [{ protocol: "tcp", ports: FABRIC_PORTS }, { protocol: "udp", ports: FABRIC_PORTS }, { protocol: "icmp" }],
      logConfig: { metadata: "INCLUDE_ALL_METADATA" },
    });
    this.subnetworks = [subnetwork];
    this.nodeNetworks = [
      {
        network: networkRef(this, this.network, environment.projectId, name),
        subnet: subnetRef(this, subnetwork, environment, name),
      },
    ];
  }
}

interface RdmaNetworkProps {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly mtuBytes: number;
  readonly profile: string;
}

const RDMA_PROFILES =
  "VPC docs, RDMA network profiles; Cloud NGFW docs, Cloud NGFW for RoCE VPC networks, read 2026-11-21";

/**
 * A network in an RDMA profile, one subnet per RDMA interface. It takes no VPC firewall rules, and allows all traffic
 * within itself (Cloud NGFW docs, "Cloud NGFW for RoCE VPC networks"): only RDMA interfaces of the same zone can be
 * attached to it.
 */
class RdmaNetwork extends Construct {
  readonly network: ComputeNetwork;
  readonly subnetworks: readonly ComputeSubnetwork[];
  readonly nodeNetworks: readonly NodeNetworkRef[];

  constructor(scope: Construct, id: string, { name: part, cidrs, mtuBytes, profile }: RdmaNetworkProps) {
    super(scope, id);
    const environment = Environment.of(this);
    const name = resourceName(this, "name", NAMES.computeNetwork, environment.name, part);
    this.network = new ComputeNetwork(this, "network", {
      name,
      description: "RDMA network of GPU nodes",
      autoCreateSubnetworks: false,
      mtu: mtuBytes,
      networkProfile: profile,
    });
    const network = networkRef(this, this.network, environment.projectId, name);
    const nameOf = (i: number) => resourceName(this, "name", NAMES.computeSubnetwork, environment.name, part, `${i}`);
    this.subnetworks = cidrs.map(
      (cidr, i) =>
        new ComputeSubnetwork(this, `subnetwork-${i}`, {
          name: nameOf(i),
          description: "RDMA subnet of GPU nodes",
          network: this.network.id,
          region: environment.region,
          ipCidrRange: cidr,
        }),
    );
    this.nodeNetworks = this.subnetworks.map((subnetwork, i) => ({
      network,
      subnet: subnetRef(this, subnetwork, environment, nameOf(i)),
    }));
    for (const rule of [
      "custom.networkRequireSubnetPrivateGoogleAccess",
      "compute.requireVpcFlowLogs",
      "CKV2_GCP_18",
    ]) {
      acknowledge(this, {
        rule,
        reason:
          "an RDMA network profile carries RDMA between GPUs only: no Private Google Access, flow logs or VPC firewall rules",
        until: "Google offers them for RDMA network profiles",
        source: RDMA_PROFILES,
      });
    }
  }
}
