import { GoogleApisDns, VpcNetwork } from "../../lib/network";
import { refused, synthesized } from "./network-stack";

const network = VpcNetwork.fromExisting({ project: "acme-prod", name: "main" });
const build = (googleApis?: "private" | "restricted") =>
  synthesized((s) => void new GoogleApisDns(s, "dns", { network, googleApis }));

test.each([
  ["private", "199.36.153.8/30", ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]],
  ["restricted", "199.36.153.4/30", ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]],
] as const)("%s: Google's domains lead to its addresses, and a route leads there", (choice, range, addresses) => {
  const stack = build(choice);
  stack.count("google_dns_managed_zone", 4);
  for (const domain of ["googleapis.com", "gcr.io", "pkg.dev", "gke.goog"]) {
    const target = domain === "googleapis.com" ? `${choice}.googleapis.com.` : `${domain}.`;
    stack.has("google_dns_managed_zone", { dns_name: `${domain}.`, visibility: "private" });
    stack.has("google_dns_record_set", { name: target, type: "A", rrdatas: addresses });
    stack.has("google_dns_record_set", { name: `*.${domain}.`, type: "CNAME", rrdatas: [target] });
  }
  stack.has("google_compute_route", { dest_range: range, next_hop_gateway: "default-internet-gateway" });
});

test("all APIs are reached unless a perimeter is chosen", () => {
  build().has("google_dns_record_set", { name: "private.googleapis.com.", type: "A" });
});

test("zones and the query log belong to the network and to nothing else", () => {
  const stack = build();
  const networks = [{ network_url: "projects/acme-prod/global/networks/main" }];
  for (const zone of stack.resources("google_dns_managed_zone")) {
    expect(zone.config["private_visibility_config"]).toEqual({ networks });
  }
  stack.has("google_dns_policy", { enable_logging: true, enable_inbound_forwarding: false, networks });
});

test("another choice is refused with the nearest", () => {
  const given = { network, googleApis: "restricte" as "restricted" };
  expect(refused((s) => void new GoogleApisDns(s, "dns", given))).toMatchObject([
    { code: "not-allowed", allowed: "private, restricted", fix: 'did you mean "restricted"?' },
  ]);
});
