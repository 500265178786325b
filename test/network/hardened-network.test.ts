import { MACHINES } from "../../lib/catalog/machines";
import { acknowledgementsAt } from "../../lib/core";
import { fabricSubnetCount, GpuFabric, PlatformNetwork } from "../../lib/network";
import { synthesize } from "../../lib/testing";
import { hardenedNetworkRules } from "./hardened-network-rules";
import { networkStack } from "./network-stack";

const waivedAt = new Map<string, readonly string[]>();
const stack = synthesize((app) => {
  const home = networkStack(app);
  const { fabricRange } = new PlatformNetwork(home, "network", { range: "10.0.0.0/10", fabricSubnets: 64 });
  let firstSubnet = 0;
  for (const machine of Object.keys(MACHINES)) {
    const fabric = MACHINES[machine]!.fabric;
    if (fabric === undefined || fabric.needsDranet) continue;
    new GpuFabric(home, machine, { machine, zone: "europe-west4-b", range: fabricRange!, firstSubnet, name: machine });
    firstSubnet += fabricSubnetCount(machine);
  }
  for (const construct of home.node.findAll()) {
    waivedAt.set(
      construct.node.path,
      acknowledgementsAt(construct).map((a) => a.rule),
    );
  }
}).stack();

test.each(Object.entries(hardenedNetworkRules))(
  "%s holds for every network resource, or is waived by name",
  (rule, [type, holds]) => {
    const resources = stack.resources(type);
    expect(resources.length).toBeGreaterThan(0);
    const broken = resources.filter((r) => !holds(r.config) && !waivedAt.get(r.constructPath)?.includes(rule));
    expect(broken.map((r) => r.address)).toEqual([]);
  },
);

test("nothing but RDMA networks is waived", () => {
  const waived = [...waivedAt].filter(([, rules]) => rules.length > 0).map(([path]) => path);
  expect(waived.filter((path) => !path.includes("/rdma-"))).toEqual([]);
});
