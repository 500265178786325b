import { NatGateway, Subnet, VpcNetwork, type NatGatewayConfig } from "../../lib/network";
import { refused, synthesized } from "./network-stack";

const network = VpcNetwork.fromExisting({ project: "acme-prod", name: "main" });
const subnets = [Subnet.fromExisting({ project: "acme-prod", region: "europe-west4", name: "nodes" })];
const build = (config: NatGatewayConfig = {}) =>
  synthesized((s) => void new NatGateway(s, "nat", { network, subnets, ...config }));

test("NAT serves the given subnets only, logs, and hands out ports as they are needed", () => {
  build().has("google_compute_router_nat", {
    name: "prod-nat",
    nat_ip_allocate_option: "AUTO_ONLY",
    source_subnetwork_ip_ranges_to_nat: "LIST_OF_SUBNETWORKS",
    subnetwork: [
      {
        name: "projects/acme-prod/regions/europe-west4/subnetworks/nodes",
        source_ip_ranges_to_nat: ["ALL_IP_RANGES"],
      },
    ],
    enable_dynamic_port_allocation: true,
    enable_endpoint_independent_mapping: false,
    min_ports_per_vm: 128,
    max_ports_per_vm: 16384,
    log_config: { enable: true, filter: "ALL" },
  });
});

test("what is logged can be narrowed, not turned off", () => {
  build({ log: "ERRORS_ONLY" }).has("google_compute_router_nat", {
    log_config: { enable: true, filter: "ERRORS_ONLY" },
  });
});

test("it brings the route to the internet, unless the network has one", () => {
  build().has("google_compute_route", { dest_range: "0.0.0.0/0", next_hop_gateway: "default-internet-gateway" });
  build({ defaultRoute: false }).absent("google_compute_route");
});

test.each([
  [{ minPortsPerVm: 100 }, { code: "not-a-power-of-two", path: "minPortsPerVm", fix: "use 64 or 128" }],
  [{ maxPortsPerVm: 1000 }, { code: "not-a-power-of-two", path: "maxPortsPerVm", fix: "use 512 or 1024" }],
  [
    { minPortsPerVm: 1024, maxPortsPerVm: 1024 },
    { code: "out-of-range", path: "maxPortsPerVm", fix: "use 2048 or more" },
  ],
  [{ maxPortsPerVm: 131072 }, { code: "out-of-range", path: "maxPortsPerVm" }],
])("ports that Cloud NAT refuses are refused: %j", (config, failure) => {
  expect(refused((s) => void new NatGateway(s, "nat", { network, subnets, ...config }))).toMatchObject([failure]);
});
