import { Address4 } from "ip-address";

/** A block of IPv4 addresses. Numbers hold every IPv4 address exactly. */
export interface CidrBlock {
  /** As given, e.g. `10.16.0.0/12`. */
  readonly text: string;
  /** First address of the block. */
  readonly start: number;
  /** How many addresses it has. */
  readonly size: number;
  readonly prefixLength: number;
  /** False where the address is not the block's first: `10.16.3.0/12`. */
  readonly aligned: boolean;
}

/** Reads a CIDR that is known to be well-formed. */
export function readCidr(text: string): CidrBlock {
  const address = new Address4(text);
  const start = Number(address.startAddress().bigInt());
  return {
    text,
    start,
    size: sizeOf(address.subnetMask),
    prefixLength: address.subnetMask,
    aligned: start === Number(address.bigInt()),
  };
}

/** The CIDR that starts at an address. */
export function cidrAt(start: number, prefixLength: number): string {
  return `${Address4.fromBigInt(BigInt(start)).correctForm()}/${prefixLength}`;
}

/** Addresses of a block of this prefix length. */
export function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}

/** Prefix length of the smallest block that holds so many addresses; below 0 where IPv4 has no such block. */
export function prefixLengthFor(addresses: number): number {
  return 32 - Math.ceil(Math.log2(addresses));
}

export function overlaps(a: CidrBlock, b: CidrBlock): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}

export function contains(outer: CidrBlock, inner: CidrBlock): boolean {
  return outer.start <= inner.start && inner.start + inner.size <= outer.start + outer.size;
}

/** The fewest aligned blocks that make up the addresses from `start` up to, not including, `end`. */
export function blocksBetween(start: number, end: number): string[] {
  const blocks: string[] = [];
  let next = start;
  while (next < end) {
    let prefixLength = prefixLengthFor(end - next);
    while (next + sizeOf(prefixLength) > end || next % sizeOf(prefixLength) !== 0) prefixLength += 1;
    blocks.push(cidrAt(next, prefixLength));
    next += sizeOf(prefixLength);
  }
  return blocks;
}
