import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { PlatformNetwork, type PlatformNetworkConfig } from "../../lib/network";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { networkStack, refused } from "./network-stack";

function build(config: PlatformNetworkConfig): { readonly stack: SynthesizedStack; readonly network: PlatformNetwork } {
  let network: PlatformNetwork | undefined;
  const stack = synthesize((app) => {
    network = new PlatformNetwork(networkStack(app), "network", config);
  }).stack();
  return { stack, network: network! };
}

const refusal = (config: Partial<PlatformNetworkConfig>) =>
  refused((s) => void new PlatformNetwork(s, "network", { range: "10.16.0.0/16", ...config }));

test("one range is enough for a whole network", () => {
  const { stack, network } = build({ range: "10.16.0.0/16" });
  stack.count("google_compute_network", 1);
  stack.count("google_compute_subnetwork", 3);
  stack.count("google_compute_router_nat", 1);
  stack.count("google_dns_managed_zone", 4);
  stack.count("google_dns_policy", 1);
  stack.count("google_compute_firewall", 8);
  stack.count("google_compute_route", 2);
  expect(network.fabricRange).toBeUndefined();
  expect(network.nodes).toMatchObject({ podRange: "prod-nodes-pods", serviceRange: "prod-nodes-services" });
});

test("subnets and rules hold the planned ranges", () => {
  const { stack, network } = build({ range: "10.16.0.0/12", maxNodes: 1000, maxPodsPerNode: 32, fabricSubnets: 4 });
  const { plan } = network;
  stack.has("google_compute_subnetwork", { name: "prod-nodes", ip_cidr_range: plan.nodes });
  stack.has("google_compute_subnetwork", { name: "prod-control-plane", ip_cidr_range: plan.controlPlane });
  stack.has("google_compute_subnetwork", { name: "prod-proxy-only", ip_cidr_range: plan.proxyOnly });
  stack.has("google_compute_firewall", { source_ranges: [plan.nodes, plan.pods, plan.controlPlane] });
  stack.has("google_compute_firewall", { source_ranges: [plan.proxyOnly] });
  expect(network.fabricRange).toBe(plan.fabrics);
});

test("NAT serves the nodes only", () => {
  const { stack } = build({ range: "10.16.0.0/16" });
  expect(stack.only("google_compute_router_nat")["subnetwork"]).toHaveLength(1);
});

test("the choice of Google APIs reaches names, route and firewall", () => {
  const { stack } = build({ range: "10.16.0.0/16", googleApis: "restricted" });
  stack.has("google_dns_record_set", { name: "restricted.googleapis.com.", type: "A" });
  stack.has("google_compute_route", { dest_range: "199.36.153.4/30" });
  stack.has("google_compute_firewall", { destination_ranges: ["199.36.153.4/30"] });
});

test("flow logs and asked-for flows reach their resources", () => {
  const { stack } = build({
    range: "10.16.0.0/16",
    flowLogs: { sampling: 1 },
    egress: [{ name: "weights", cidrs: ["198.51.100.0/24"], ports: ["443"], reason: "model weights of the vendor" }],
  });
  stack.has("google_compute_subnetwork", { name: "prod-nodes", log_config: { flow_sampling: 1 } });
  stack.has("google_compute_firewall", { name: "prod-fw-egress-weights" });
});

test("whoever uses the node subnet in the same stack waits for rules, names and NAT", () => {
  const stack = synthesize((app) => {
    const home = networkStack(app);
    const { nodes } = new PlatformNetwork(home, "network", { range: "10.16.0.0/16" });
    new StorageBucket(home, "user", { name: "b", location: "EU", dependsOn: nodes.id.dependencies(home) });
  }).stack();
  const waitsFor = (stack.only("google_storage_bucket")["depends_on"] as string[]).map((a) => a.split(".")[0]);
  expect(waitsFor).toEqual(
    expect.arrayContaining(["google_compute_firewall", "google_compute_router_nat", "google_dns_record_set"]),
  );
});

describe("refused", () => {
  test("a missing range", () => {
    expect(refused((s) => void new PlatformNetwork(s, "network", {} as PlatformNetworkConfig))).toMatchObject([
      { code: "missing", path: "range" },
    ]);
  });

  test("exhaustion, overlap and ingress from the internet at once, with paths of the configuration", () => {
    const failures = refusal({
      maxNodes: 1000,
      avoid: ["10.16.4.0/24"],
      ingress: [{ name: "all", cidrs: ["0.0.0.0/0"], ports: ["443"], reason: "open to everyone" }],
    });
    expect(failures.map((f) => [f.code, f.path])).toEqual([
      ["cidr-overlap", "avoid[0]"],
      ["addresses-exhausted", "range"],
      ["ingress-from-internet", "ingress[0].cidrs[0]"],
    ]);
  });

  test("an unknown key, with the nearest", () => {
    expect(refusal({ maxNode: 5 } as Partial<PlatformNetworkConfig>)).toMatchObject([
      { code: "unknown-key", path: "maxNode", fix: 'did you mean "maxNodes"?' },
    ]);
  });

  test("more pods a node than GKE has", () => {
    expect(refusal({ maxPodsPerNode: 300 })).toMatchObject([{ path: "maxPodsPerNode", allowed: "at most 256" }]);
  });
});
