import { ConfigError, type Failure } from "../core";
import { blocksBetween, cidrAt, contains, overlaps, prefixLengthFor, readCidr, sizeOf, type CidrBlock } from "./cidr";

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
 * Plans a network's ranges: sizes from counts, rounded up to powers of two, each in a place of its own. A count that grows makes its own range
 * larger where it lies and moves no other: a moved range would replace its subnet, and a cluster with it.
 * @throws ConfigError where the ranges overlap or do not hold what is asked for
 */
export function planAddresses(needs: AddressNeeds): AddressPlan {
  const failures = addressFailures(needs);
  ConfigError.throwIfAny(`address plan of ${needs.range}`, failures);
  const whole = readCidr(needs.range);
  const ranges = blocksFor(needs)
    .map(({ name, prefixLength, holds }) => {
      const start = startOf(name, whole, sizeOf(prefixLength));
      return { name, start, cidr: cidrAt(start, prefixLength), addresses: sizeOf(prefixLength), holds };
    })
    .sort((a, b) => a.start - b.start);
  const ends = [whole.start, ...ranges.map((r) => r.start + r.addresses)];
  const starts = [...ranges.map((r) => r.start), whole.start + whole.size];
  const free = ends.flatMap((end, index) => blocksBetween(end, starts[index]!));
  const cidrOf = (name: RangeName) => ranges.find((r) => r.name === name)?.cidr;
  return {
    range: needs.range,
    nodes: cidrOf("nodes")!,
    pods: cidrOf("pods")!,
    services: cidrOf("services")!,
    proxyOnly: cidrOf("proxy-only")!,
    controlPlane: cidrOf("control-plane")!,
    fabrics: cidrOf("fabrics"),
    ranges: ranges.map(({ start: _start, ...range }) => range),
    free,
    freeAddresses: whole.size - ranges.reduce((sum, r) => sum + r.addresses, 0),
  };
}

/**
 * The place of each kind of range, in 32nds of the whole: pods half, fabrics a quarter, nodes an eighth, services a sixteenth, and a 32nd each
 * for proxies and the control plane; a 32nd stays free.
 */
const PLACES: Readonly<Record<RangeName, { readonly from: number; readonly parts: number }>> = {
  pods: { from: 0, parts: 16 },
  nodes: { from: 16, parts: 4 },
  services: { from: 20, parts: 2 },
  "proxy-only": { from: 22, parts: 1 },
  "control-plane": { from: 23, parts: 1 },
  fabrics: { from: 24, parts: 8 },
};
const PARTS = 32;

function startOf(name: RangeName, whole: CidrBlock, addresses: number): number {
  const { from, parts } = PLACES[name];
  const part = whole.size / PARTS;
  // The fabrics' pool grows downwards from the end: its subnets are counted from there.
  return whole.start + (name === "fabrics" ? (from + parts) * part - addresses : from * part);
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
  const { size } = readCidr(needs.range);
  const wholeFor = ({ name, prefixLength }: Block) => (sizeOf(prefixLength) * PARTS) / PLACES[name].parts;
  const tooLarge = blocksFor(needs).filter((block) => wholeFor(block) > size);
  if (tooLarge.length === 0) return [];
  const prefixLength = prefixLengthFor(Math.max(...tooLarge.map(wholeFor)));
  const list = tooLarge.map((block) => {
    const room = Math.floor((size * PLACES[block.name].parts) / PARTS);
    return `${block.name} need ${count(sizeOf(block.prefixLength))} (${block.holds}) and have ${count(room)}`;
  });
  const counts = [...new Set(tooLarge.map((block) => COUNTED_BY[block.name]))].join(" or ");
  return [
    {
      code: "addresses-exhausted",
      path: "range",
      message: `has ${count(size)} addresses, too few: ${list.join("; ")}`,
      got: needs.range,
      allowed: prefixLength >= 8 ? `a /${prefixLength} or larger` : "no private range is as large",
      fix: `${prefixLength >= 8 ? `use a /${prefixLength}, or ` : ""}lower ${counts}`,
    },
  ];
}

/** The field that makes a range as large as it is. */
const COUNTED_BY: Readonly<Record<RangeName, string>> = {
  pods: "maxNodes or maxPodsPerNode",
  nodes: "maxNodes",
  services: "maxServices",
  "proxy-only": "the proxy-only subnet (a larger proxyOnlyPrefixLength)",
  "control-plane": "nothing: the network is too small for a cluster",
  fabrics: "the number of GPU fabrics",
};

interface Block {
  readonly name: RangeName;
  readonly prefixLength: number;
  readonly holds: string;
}

function blocksFor(needs: AddressNeeds): Block[] {
  const { maxNodes, maxPodsPerNode, maxServices, proxyOnlyPrefixLength, fabricSubnets } = needs;
  const perNode = prefixLengthFor(ADDRESSES_PER_POD * maxPodsPerNode);
  const fabrics = `${fabricSubnets} subnets × /${FABRIC_SUBNET_PREFIX_LENGTH}`;
  return [
    block("pods", Math.max(maxNodes * sizeOf(perNode), SMALLEST_POD_RANGE), `${maxNodes} nodes × /${perNode}`),
    block("nodes", maxNodes + RESERVED_IN_SUBNET, `${maxNodes} nodes`),
    block("services", Math.max(maxServices, SMALLEST_SERVICE_RANGE), `${maxServices} services`),
    block("proxy-only", sizeOf(proxyOnlyPrefixLength), "load balancer proxies"),
    block("control-plane", CONTROL_PLANE_RANGE, "private endpoint"),
    ...(fabricSubnets > 0 ? [block("fabrics", fabricSubnets * sizeOf(FABRIC_SUBNET_PREFIX_LENGTH), fabrics)] : []),
  ];
}

function block(name: RangeName, addresses: number, holds: string): Block {
  return { name, prefixLength: prefixLengthFor(addresses), holds };
}

function count(n: number): string {
  return n.toLocaleString("en-GB");
}
