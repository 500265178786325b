import { ProxyOnlySubnet, Subnet, VpcNetwork } from "../../lib/network";
import { refused, synthesized } from "./network-stack";

const network = VpcNetwork.fromExisting({ project: "acme-prod", name: "main" });

test("a node subnet reaches Google APIs privately, logs its flows, and has ranges for pods and services", () => {
  const stack = synthesized((s) => {
    const { ref } = new Subnet(s, "nodes", {
      network,
      range: "10.0.0.0/24",
      pods: "10.1.0.0/16",
      services: "10.2.0.0/20",
    });
    expect(ref).toMatchObject({ podRange: "prod-nodes-pods", serviceRange: "prod-nodes-services" });
    expect(ref.id.value).toBe("projects/acme-prod/regions/europe-west4/subnetworks/prod-nodes");
  });
  stack.has("google_compute_subnetwork", {
    name: "prod-nodes",
    network: "projects/acme-prod/global/networks/main",
    region: "europe-west4",
    ip_cidr_range: "10.0.0.0/24",
    purpose: "PRIVATE",
    private_ip_google_access: true,
    secondary_ip_range: [
      { range_name: "prod-nodes-pods", ip_cidr_range: "10.1.0.0/16" },
      { range_name: "prod-nodes-services", ip_cidr_range: "10.2.0.0/20" },
    ],
    log_config: {
      aggregation_interval: "INTERVAL_5_SEC",
      flow_sampling: 0.5,
      metadata: "INCLUDE_ALL_METADATA",
    },
  });
});

test("flow logs can be thinned but not turned off", () => {
  const given = { network, range: "10.0.0.0/24" };
  synthesized((s) => void new Subnet(s, "nodes", { ...given, flowLogs: { sampling: 0.1 } })).has(
    "google_compute_subnetwork",
    { log_config: { flow_sampling: 0.1, aggregation_interval: "INTERVAL_5_SEC" } },
  );
  expect(refused((s) => void new Subnet(s, "nodes", { ...given, flowLogs: { sampling: 0 } }))).toMatchObject([
    { code: "out-of-range", path: "flowLogs.sampling" },
  ]);
});

test("a range that is no CIDR is refused with the form", () => {
  for (const range of ["10.0.0.0", "10.0.0.256/24", "10.0.0.0/33", "nodes"]) {
    expect(refused((s) => void new Subnet(s, "nodes", { network, range }))).toMatchObject([
      { code: "wrong-format", path: "range", allowed: "an IPv4 CIDR, e.g. 10.16.0.0/16" },
    ]);
  }
});

test("a subnet without secondary ranges names none", () => {
  const stack = synthesized((s) => {
    const { ref } = new Subnet(s, "endpoint", { network, name: "endpoint", range: "10.0.0.0/28" });
    expect([ref.podRange, ref.serviceRange]).toEqual([undefined, undefined]);
  });
  expect(stack.only("google_compute_subnetwork")["secondary_ip_range"] ?? []).toEqual([]);
});

test("an existing subnet is known by name, with its ranges", () => {
  const ref = Subnet.fromExisting({ project: "host", region: "r1", name: "s", podRange: "p", serviceRange: "v" });
  expect(ref.id.value).toBe("projects/host/regions/r1/subnetworks/s");
  expect(ref).toMatchObject({ podRange: "p", serviceRange: "v" });
});

test("a proxy-only subnet is active, and has no logs and no Private Google Access, which Google refuses there", () => {
  const stack = synthesized((s) => void new ProxyOnlySubnet(s, "proxy", { network, range: "10.3.0.0/23" }));
  stack.has("google_compute_subnetwork", {
    name: "prod-proxy-only",
    ip_cidr_range: "10.3.0.0/23",
    purpose: "REGIONAL_MANAGED_PROXY",
    role: "ACTIVE",
  });
  const subnetwork = stack.only("google_compute_subnetwork");
  expect(subnetwork).not.toHaveProperty("log_config");
  expect(subnetwork).not.toHaveProperty("private_ip_google_access");
});
