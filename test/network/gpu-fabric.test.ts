import { acknowledgements, type NodeNetworkRef } from "../../lib/core";
import { MACHINES } from "../../lib/catalog/machines";
import { fabricSubnetCount, GpuFabric, type GpuFabricConfig } from "../../lib/network";
import { contains, overlaps, readCidr } from "../../lib/network/cidr";
import type { SynthesizedStack } from "../../lib/testing";
import { refused, synthesized } from "./network-stack";

const POOL = "10.31.0.0/16";
const ZONE = "europe-west4-b";
const WITH_FABRIC = Object.keys(MACHINES).filter((m) => MACHINES[m]!.fabric && !MACHINES[m]!.fabric.needsDranet);

interface Built {
  readonly stack: SynthesizedStack;
  readonly nodeNetworks: readonly NodeNetworkRef[];
  readonly waived: readonly string[];
}

function build(machine: string, config: Partial<GpuFabricConfig> = {}): Built {
  let fabric: GpuFabric | undefined;
  const stack = synthesized((s) => {
    fabric = new GpuFabric(s, "fabric", { machine, zone: ZONE, range: POOL, ...config });
  });
  const waived = acknowledgements(fabric!).map((a) => a.acknowledgement.rule);
  return { stack, nodeNetworks: fabric!.nodeNetworks, waived };
}

const refusal = (config: Partial<GpuFabricConfig>) =>
  refused((s) => void new GpuFabric(s, "fabric", { machine: "a3-megagpu-8g", zone: ZONE, range: POOL, ...config }));

// Google's figures, written out apart from the catalogue: VPCs in all, subnets in all, MTU, network profile.
test.each([
  ["a3-highgpu-8g", 4, 4, 8244, undefined],
  ["a3-megagpu-8g", 8, 8, 8244, undefined],
  ["a3-ultragpu-8g", 2, 9, 8896, "vpc-roce"],
  ["a4-highgpu-8g", 2, 9, 8896, "vpc-roce"],
  ["a4x-highgpu-4g", 2, 5, 8896, "vpc-roce"],
  ["h4d-standard-192", 1, 1, 8896, "vpc-falcon"],
  ["g4-standard-384", 1, 1, 8896, undefined],
])("%s has %i networks and %i subnets of MTU %i", (machine, networks, subnets, mtu, profile) => {
  const { stack } = build(machine);
  stack.count("google_compute_network", networks);
  stack.count("google_compute_subnetwork", subnets);
  const made = stack.resources("google_compute_network").map((r) => r.config);
  expect(made.map((n) => n["mtu"])).toEqual(made.map(() => mtu));
  expect(made.flatMap((n) => n["network_profile"] ?? [])).toEqual(
    profile === undefined ? [] : [`projects/acme-prod/global/networkProfiles/${ZONE}-${profile}`],
  );
});

describe.each(WITH_FABRIC)("the fabric of %s", (machine) => {
  const spec = MACHINES[machine]!.fabric!;
  const { stack, nodeNetworks } = build(machine);

  test("lists as many node networks as the machine has additional interfaces", () => {
    expect(nodeNetworks).toHaveLength(spec.additionalInterfaces);
  });

  test("lists gVNIC networks first, each of its own, then the RDMA subnets of one network", () => {
    const names = nodeNetworks.map((n) => n.network.name.value);
    expect(names.slice(0, spec.gvnicNetworks)).toEqual([...new Set(names.slice(0, spec.gvnicNetworks))]);
    expect(new Set(names.slice(spec.gvnicNetworks)).size).toBe(spec.rdmaNetworks);
    expect(new Set(nodeNetworks.map((n) => n.subnet.name.value)).size).toBe(nodeNetworks.length);
  });

  test("has subnets of the pool that do not overlap", () => {
    const cidrs = stack
      .resources("google_compute_subnetwork")
      .map((r) => readCidr(r.config["ip_cidr_range"] as string));
    for (const [index, cidr] of cidrs.entries()) {
      expect(contains(readCidr(POOL), cidr)).toBe(true);
      expect(cidr.prefixLength).toBe(20);
      for (const other of cidrs.slice(index + 1)) expect(overlaps(cidr, other)).toBe(false);
    }
  });

  test("opens gVNIC networks to themselves only, described and logged, and puts no rule on RDMA networks", () => {
    const rules = stack.resources("google_compute_firewall").map((r) => r.config);
    expect(rules).toHaveLength(spec.gvnicNetworks);
    for (const rule of rules) {
      expect(rule["source_ranges"]).toHaveLength(1);
      expect(contains(readCidr(POOL), readCidr((rule["source_ranges"] as string[])[0]!))).toBe(true);
      expect(rule["description"]).toBeTruthy();
      expect(rule["log_config"]).toEqual({ metadata: "INCLUDE_ALL_METADATA" });
    }
  });

  test("gives its gVNIC networks no way out", () => {
    const ethernet = stack.resources("google_compute_network").filter((r) => !r.config["network_profile"]);
    expect(ethernet).toHaveLength(spec.gvnicNetworks);
    for (const { config } of ethernet) expect(config["delete_default_routes_on_create"]).toBe(true);
    stack.absent("google_compute_route");
  });
});

test("RDMA networks name the rules that they cannot meet", () => {
  expect(build("a4-highgpu-8g").waived).toContain("custom.networkRequireSubnetPrivateGoogleAccess");
  expect(build("a3-megagpu-8g").waived).toEqual([]);
});

test("two fabrics of one pool lie apart, and a pool that grows downwards moves neither", () => {
  const rangesOf = (range: string) =>
    synthesized((s) => {
      new GpuFabric(s, "a", { machine: "a3-highgpu-8g", zone: ZONE, range });
      const firstSubnet = fabricSubnetCount("a3-highgpu-8g");
      new GpuFabric(s, "b", { machine: "a4-highgpu-8g", zone: ZONE, range, firstSubnet });
    })
      .resources("google_compute_subnetwork")
      .map((r) => r.config["ip_cidr_range"]);
  expect(new Set(rangesOf(POOL)).size).toBe(4 + 9);
  expect(rangesOf("10.30.0.0/15")).toEqual(rangesOf(POOL));
});

test("names say environment, machine family and zone", () => {
  build("a3-megagpu-8g").stack.has("google_compute_network", { name: "prod-a3-mega-europe-west4-b-gvnic-7" });
});

test("machines without a fabric take no subnets", () => {
  expect(fabricSubnetCount("g2-standard-4")).toBe(0);
});

describe("refused", () => {
  test("a machine without a fabric", () => {
    expect(refusal({ machine: "g2-standard-4" })).toMatchObject([
      { code: "no-fabric", message: "has one network interface and no fabric" },
    ]);
  });

  test("a machine that is not in the catalogue, with the nearest", () => {
    expect(refusal({ machine: "a3-megagpu-8" })).toMatchObject([
      { code: "unknown-machine", fix: 'did you mean "a3-megagpu-8g"?' },
    ]);
  });

  test("a machine whose fabric the provider cannot say, with the release that can", () => {
    const [failure] = refusal({ machine: "a4x-maxgpu-4g-metal" });
    expect(failure).toMatchObject({ code: "provider-too-old" });
    expect(failure!.message).toContain("google 7.31");
  });

  test("a pool too small, with the numbers", () => {
    expect(refusal({ range: "10.31.0.0/18" })).toMatchObject([
      {
        code: "addresses-exhausted",
        path: "range",
        message: "holds 4 subnets of /20, and a3-megagpu-8g needs 8 after the first 0",
        allowed: "at least 8 subnets of /20",
      },
    ]);
    expect(refusal({ firstSubnet: 9 })).toMatchObject([{ code: "addresses-exhausted" }]);
  });

  test("a zone of another region", () => {
    expect(refusal({ zone: "us-east4-a" })).toMatchObject([
      { code: "zone-not-in-region", fix: "use a zone of europe-west4" },
    ]);
  });

  test("a pool over the Docker bridge", () => {
    expect(refusal({ range: "172.17.0.0/16" })).toMatchObject([{ code: "cidr-overlap" }]);
  });
});
