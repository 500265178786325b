import { overlaps, readCidr } from "../../lib/network/cidr";
import { planAddresses, RESERVED_RANGES, type AddressNeeds } from "../../lib/network/address-plan";
import { failuresOf } from "./network-stack";

const NEEDS: AddressNeeds = {
  range: "10.16.0.0/12",
  maxNodes: 500,
  maxPodsPerNode: 110,
  maxServices: 4096,
  proxyOnlyPrefixLength: 23,
  fabricSubnets: 9,
  avoid: [],
};

const plan = (needs: Partial<AddressNeeds> = {}) => planAddresses({ ...NEEDS, ...needs });
const refusal = (needs: Partial<AddressNeeds>) => failuresOf(() => plan(needs));

describe("ranges from counts", () => {
  test("have a place each, and the fabrics' pool the end", () => {
    expect(plan()).toMatchObject({
      pods: "10.16.0.0/15",
      nodes: "10.24.0.0/23",
      services: "10.26.0.0/20",
      proxyOnly: "10.27.0.0/23",
      controlPlane: "10.27.128.0/28",
      fabrics: "10.31.0.0/16",
    });
  });

  test.each([
    [8, 28],
    [9, 27],
    [16, 27],
    [17, 26],
    [32, 26],
    [33, 25],
    [64, 25],
    [65, 24],
    [110, 24],
    [129, 23],
    [256, 23],
  ])("%i pods a node take a /%i of each node", (maxPodsPerNode, perNode) => {
    const { pods } = plan({ maxNodes: 256, maxPodsPerNode });
    expect(readCidr(pods).prefixLength).toBe(perNode - 8);
  });

  test("the node subnet has room for the four addresses that Google keeps", () => {
    expect(readCidr(plan({ maxNodes: 252 }).nodes).prefixLength).toBe(24);
    expect(readCidr(plan({ maxNodes: 253 }).nodes).prefixLength).toBe(23);
  });

  test("pods have at least a /24 and services at least a /27", () => {
    const { pods, services } = plan({ maxNodes: 1, maxPodsPerNode: 8, maxServices: 1 });
    expect(readCidr(pods).prefixLength).toBe(24);
    expect(readCidr(services).prefixLength).toBe(27);
  });

  test("are aligned, within the range, apart from each other, and with the free ones make up the whole", () => {
    for (const maxNodes of [1, 7, 100, 1000, 2000]) {
      for (const fabricSubnets of [0, 1, 9, 40]) {
        const { range, ranges, free, freeAddresses } = plan({ maxNodes, fabricSubnets });
        const blocks = [...ranges.map((r) => r.cidr), ...free].map(readCidr);
        const whole = readCidr(range);
        for (const [index, block] of blocks.entries()) {
          expect(block.aligned).toBe(true);
          for (const other of blocks.slice(index + 1)) expect(overlaps(block, other)).toBe(false);
        }
        expect(blocks.reduce((sum, b) => sum + b.size, 0)).toBe(whole.size);
        expect(free.map(readCidr).reduce((sum, b) => sum + b.size, 0)).toBe(freeAddresses);
      }
    }
  });

  test("are the same for the same needs", () => {
    expect(plan()).toEqual(plan());
  });

  test.each([
    ["maxNodes", 2000],
    ["maxPodsPerNode", 256],
    ["maxServices", 65536],
    ["proxyOnlyPrefixLength", 20],
    ["fabricSubnets", 64],
  ] as const)("a larger %s moves no range: it grows where it lies, the fabrics' pool downwards", (field, value) => {
    const before = plan().ranges;
    for (const { name, cidr } of plan({ [field]: value }).ranges) {
      const old = readCidr(before.find((r) => r.name === name)!.cidr);
      const now = readCidr(cidr);
      if (name === "fabrics") expect(now.start + now.size).toBe(old.start + old.size);
      else expect(now.start).toBe(old.start);
    }
  });
});

describe("refused", () => {
  test("exhaustion, with what is needed, what is there, and the prefix length that does", () => {
    const [failure, ...more] = refusal({ range: "10.16.0.0/16", maxNodes: 1000 });
    expect(more).toEqual([]);
    expect(failure).toMatchObject({ code: "addresses-exhausted", path: "range", got: "10.16.0.0/16" });
    expect(failure!.message).toBe(
      "has 65,536 addresses, too few: pods need 262,144 (1000 nodes × /24) and have 32,768; " +
        "fabrics need 65,536 (9 subnets × /20) and have 16,384",
    );
    expect(failure!.allowed).toBe("a /13 or larger");
    expect(failure!.fix).toBe("use a /13, or lower maxNodes or maxPodsPerNode or the number of GPU fabrics");
  });

  test("the prefix length it advises is enough", () => {
    expect(() => plan({ range: "10.16.0.0/13", maxNodes: 1000 })).not.toThrow();
  });

  test("needs that no private range holds", () => {
    const [failure] = refusal({ range: "10.0.0.0/8", maxNodes: 15000, maxPodsPerNode: 256, fabricSubnets: 4096 });
    expect(failure).toMatchObject({
      allowed: "no private range is as large",
      fix: "lower the number of GPU fabrics",
    });
  });

  test("a peer's range within the network's, naming both", () => {
    expect(refusal({ avoid: ["192.168.0.0/24", "10.20.0.0/16"] })).toEqual([
      {
        code: "cidr-overlap",
        path: "avoid[1]",
        message: "10.20.0.0/16 overlaps the network's range 10.16.0.0/12",
        got: "10.20.0.0/16",
        fix: "choose a network range apart from 10.20.0.0/16, or take it off the list if nothing there must be reached",
      },
    ]);
  });

  test("a peer's range around the network's", () => {
    expect(refusal({ avoid: ["10.0.0.0/8"] })).toMatchObject([{ code: "cidr-overlap", path: "avoid[0]" }]);
  });

  test.each(RESERVED_RANGES.map((r) => r.cidr))("a network over %s", (cidr) => {
    const failures = refusal({ range: cidr });
    expect(failures[0]).toMatchObject({ code: "cidr-overlap", path: "range" });
    expect(failures[0]!.message).toContain(`overlaps ${cidr}, which belongs to`);
  });

  test("a range around the Docker bridge of nodes", () => {
    expect(refusal({ range: "172.16.0.0/12" })[0]!.message).toBe(
      "172.16.0.0/12 overlaps 172.17.0.0/16, which belongs to the Docker bridge of nodes (GKE docs, VPC-native clusters)",
    );
  });

  test("a public range", () => {
    expect(refusal({ range: "34.0.0.0/9" })).toMatchObject([
      { code: "range-not-private", allowed: "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16" },
    ]);
  });

  test("a range that does not start at its first address, with the one that does", () => {
    expect(refusal({ range: "10.20.0.0/12" })).toMatchObject([
      { code: "cidr-unaligned", path: "range", fix: "did you mean 10.16.0.0/12?" },
    ]);
  });

  test("everything at once", () => {
    const codes = refusal({ range: "172.20.0.1/16", avoid: ["172.20.128.0/17", "10.0.0.1/8"], maxNodes: 5000 }).map(
      (f) => f.code,
    );
    expect(codes).toEqual(["cidr-unaligned", "cidr-overlap", "cidr-unaligned", "addresses-exhausted"]);
  });
});
