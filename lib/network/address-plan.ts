import { ConfigError, type Failure } from "../core";
import { blocksBetween, cidrAt, contains, overlaps, prefixLengthFor, readCidr, sizeOf } from "./cidr";

/** What a network must hold, in counts. */
export interface AddressNeeds {
  /** Range of the whole network, private and aligned, e.g. `10.16.0.0/12`. */
  readonly range: string;
  /** Most nodes at one time, surge nodes of upgrades and internal load balancers included. */
  readonly maxNodes: number;
  /** Most pods on one node, 8 to 256. */
  readonly maxPodsPerNode: number;
  /** Most Kubernetes services. */
  readonly maxServices: number;
  /** Prefix length of the proxy-only subnet, at most 26. */
  readonly proxyOnlyPrefixLength: number;
  /** Subnets for GPU fabrics. */
  readonly fabricSubnets: number;
  /** Ranges that the network must be apart from: peers, on-premises. */
  readonly avoid: readonly string[];
}

/** What a planned range is for. */
export type RangeName = "nodes" | "pods" | "services" | "proxy-only" | "control-plane" | "fabrics";

/** One range of a plan. */
export interface PlannedRange {
  readonly name: RangeName;
  readonly cidr: string;
  readonly addresses: number;
  /** The count that it comes from, in words. */
  readonly holds: string;
}

/** A network's ranges: aligned, apart from each other, the same for the same needs. */
export interface AddressPlan {
  readonly range: string;
  /** Primary range of the node subnet. */
  readonly nodes: string;
  /** Secondary range for pods. */
  readonly pods: string;
  /** Secondary range for services. */
  readonly services: string;
  /** Subnet of the regional Envoy load balancers' proxies. */
  readonly proxyOnly: string;
  /** Subnet of the cluster's private endpoint. */
  readonly controlPlane: string;
  /** Pool for the subnets of GPU fabrics, at the range's end; absent where none are asked for. */
  readonly fabrics?: string;
  /** All of the above in the order they lie in. */
  readonly ranges: readonly PlannedRange[];
  /** What is left, as the fewest aligned blocks. */
  readonly free: readonly string[];
  readonly freeAddresses: number;
}

// GKE docs, "Optimizing IP address allocation": a node gets at least twice as many addresses as it may have pods: 8 →
// /28, 110 → /24, 256 → /23.
const ADDRESSES_PER_POD = 2;

// VPC docs, "Subnets": the first two and the last two addresses of a primary range are Google's.
const RESERVED_IN_SUBNET = 4;

// GKE docs, "VPC-native clusters": a pod range is a /24 or larger, a service range a /27 or larger.
const SMALLEST_POD_RANGE = sizeOf(24);
const SMALLEST_SERVICE_RANGE = sizeOf(27);

// GKE docs, "Create a private cluster": the control plane's range is a /28.
const CONTROL_PLANE_RANGE = sizeOf(28);

/** Prefix length of one subnet of a fabric: 4,092 nodes, Google's figure for TCPX (cluster-toolkit blueprints). */
export const FABRIC_SUBNET_PREFIX_LENGTH = 20;

// RFC 1918. Wider private space (100.64.0.0/10) is left out: Google's constraints on SSH and RDP rules know these three
// only.
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(readCidr);

/** Ranges that something else owns on every node or in every VPC network. */
export const RESERVED_RANGES: readonly { readonly cidr: string; readonly owner: string }[] = [
  { cidr: "0.0.0.0/8", owner: "this network (RFC 1122)" },
  { cidr: "127.0.0.0/8", owner: "loopback (RFC 1122)" },
  { cidr: "169.254.0.0/16", owner: "link-local and the metadata server (RFC 3927; VPC docs, prohibited ranges)" },
  { cidr: "172.17.0.0/16", owner: "the Docker bridge of nodes (GKE docs, VPC-native clusters)" },
  { cidr: "199.36.153.4/30", owner: "restricted.googleapis.com (VPC docs, prohibited ranges)" },
  { cidr: "199.36.153.8/30", owner: "private.googleapis.com (VPC docs, prohibited ranges)" },
  { cidr: "224.0.0.0/4", owner: "multicast (RFC 5771)" },
];

/**
 * Plans a network's ranges from counts: powers of two, largest first, one after the other, so that every block is
 * aligned and nothing is lost between them. The fabrics' pool lies at the end and grows downwards: a GPU pool that
 * comes later moves nothing. Other counts do move ranges, and a moved range replaces its subnet: ask for what the
 * environment may become.
 * @throws ConfigError where the ranges overlap or do not hold what is asked for
 */
export function planAddresses(needs: AddressNeeds): AddressPlan {
  const failures = addressFailures(needs);
  if (failures.length > 0) throw new ConfigError(`address plan of ${needs.range}`, failures);
  const whole = readCidr(needs.range);
  const end = whole.start + whole.size;
  const ranges: PlannedRange[] = [];
  let next = whole.start;
  for (const { name, prefixLength, holds } of blocksFor(needs)) {
    ranges.push({ name, cidr: cidrAt(next, prefixLength), addresses: sizeOf(prefixLength), holds });
    next += sizeOf(prefixLength);
  }
  const pool = fabricPool(needs);
  const poolStart = end - (pool ? sizeOf(pool.prefixLength) : 0);
  if (pool) {
    const { name, prefixLength, holds } = pool;
    ranges.push({ name, cidr: cidrAt(poolStart, prefixLength), addresses: sizeOf(prefixLength), holds });
  }
  const cidrOf = (name: RangeName) => ranges.find((r) => r.name === name)?.cidr;
  return {
    range: needs.range,
    nodes: cidrOf("nodes")!,
    pods: cidrOf("pods")!,
    services: cidrOf("services")!,
    proxyOnly: cidrOf("proxy-only")!,
    controlPlane: cidrOf("control-plane")!,
    fabrics: cidrOf("fabrics"),
    ranges,
    free: blocksBetween(next, poolStart),
    freeAddresses: poolStart - next,
  };
}

/** Everything that speaks against a plan, with paths of `AddressNeeds`. */
export function addressFailures(needs: AddressNeeds): Failure[] {
  return [
    ...rangeFailures("range", needs.range),
    ...needs.avoid.flatMap((cidr, index) => avoidFailures(needs.range, cidr, `avoid[${index}]`)),
    ...exhaustion(needs),
  ];
}

/** Why a range cannot be part of a network: it is not aligned, belongs to something else, or is not private. */
export function rangeFailures(path: string, cidr: string): Failure[] {
  const range = readCidr(cidr);
  const reserved = RESERVED_RANGES.filter((r) => overlaps(range, readCidr(r.cidr)));
  return [
    ...alignment(path, cidr),
    ...reserved.map(({ cidr: taken, owner }) => ({
      code: "cidr-overlap",
      path,
      message: `${cidr} overlaps ${taken}, which belongs to ${owner}`,
      got: cidr,
      fix: "choose a range apart from it, e.g. within 10.0.0.0/8",
    })),
    ...(reserved.length > 0 || PRIVATE_RANGES.some((p) => contains(p, range))
      ? []
      : [
          {
            code: "range-not-private",
            path,
            message: "is not within the private ranges",
            got: cidr,
            allowed: PRIVATE_RANGES.map((p) => p.text).join(", "),
            fix: "choose a range within one of them",
          },
        ]),
  ];
}

function avoidFailures(range: string, cidr: string, path: string): Failure[] {
  if (!overlaps(readCidr(range), readCidr(cidr))) return alignment(path, cidr);
  return [
    ...alignment(path, cidr),
    {
      code: "cidr-overlap",
      path,
      message: `${cidr} overlaps the network's range ${range}`,
      got: cidr,
      fix: `choose a network range apart from ${cidr}, or take it off the list if nothing there must be reached`,
    },
  ];
}

function alignment(path: string, cidr: string): Failure[] {
  const { aligned, start, prefixLength } = readCidr(cidr);
  if (aligned) return [];
  return [
    {
      code: "cidr-unaligned",
      path,
      message: `is not the first address of a /${prefixLength}`,
      got: cidr,
      fix: `did you mean ${cidrAt(start, prefixLength)}?`,
    },
  ];
}

function exhaustion(needs: AddressNeeds): Failure[] {
  const pool = fabricPool(needs);
  const blocks = [...blocksFor(needs), ...(pool ? [pool] : [])];
  const needed = blocks.reduce((sum, { prefixLength }) => sum + sizeOf(prefixLength), 0);
  const { size } = readCidr(needs.range);
  if (needed <= size) return [];
  const prefixLength = prefixLengthFor(needed);
  const list = blocks.map((b) => `${b.name} /${b.prefixLength} (${b.holds})`).join(", ");
  return [
    {
      code: "addresses-exhausted",
      path: "range",
      message: `has ${count(size)} addresses, and ${count(needed)} are needed: ${list}`,
      got: needs.range,
      allowed: prefixLength >= 8 ? `a /${prefixLength} or larger` : "no private range is as large",
      fix: `${prefixLength >= 8 ? `use a /${prefixLength}, or ` : ""}lower maxNodes or maxPodsPerNode`,
    },
  ];
}

interface Block {
  readonly name: RangeName;
  readonly prefixLength: number;
  readonly holds: string;
}

/** The blocks to place from the start, largest first; equal ones keep the order they are listed in. */
function blocksFor(needs: AddressNeeds): Block[] {
  const { maxNodes, maxPodsPerNode, maxServices, proxyOnlyPrefixLength } = needs;
  const perNode = prefixLengthFor(ADDRESSES_PER_POD * maxPodsPerNode);
  return [
    block("pods", Math.max(maxNodes * sizeOf(perNode), SMALLEST_POD_RANGE), `${maxNodes} nodes × /${perNode}`),
    block("nodes", maxNodes + RESERVED_IN_SUBNET, `${maxNodes} nodes`),
    block("services", Math.max(maxServices, SMALLEST_SERVICE_RANGE), `${maxServices} services`),
    block("proxy-only", sizeOf(proxyOnlyPrefixLength), "load balancer proxies"),
    block("control-plane", CONTROL_PLANE_RANGE, "private endpoint"),
  ].sort((a, b) => a.prefixLength - b.prefixLength);
}

function fabricPool({ fabricSubnets }: AddressNeeds): Block | undefined {
  if (fabricSubnets === 0) return undefined;
  const holds = `${fabricSubnets} fabric subnets × /${FABRIC_SUBNET_PREFIX_LENGTH}`;
  return block("fabrics", fabricSubnets * sizeOf(FABRIC_SUBNET_PREFIX_LENGTH), holds);
}

function block(name: RangeName, addresses: number, holds: string): Block {
  return { name, prefixLength: prefixLengthFor(addresses), holds };
}

function count(n: number): string {
  return n.toLocaleString("en-GB");
}
