import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { VpcNetwork } from "../../lib/network";
import { synthesize } from "../../lib/testing";
import { networkStack, refused, synthesized } from "./network-stack";

test("a network is in custom mode, routes regionally and has no route to the internet", () => {
  const stack = synthesized((s) => void new VpcNetwork(s, "vpc"));
  stack.has("google_compute_network", {
    name: "prod-main",
    auto_create_subnetworks: false,
    routing_mode: "REGIONAL",
    delete_default_routes_on_create: true,
    mtu: 1460,
  });
});

test("the packet size is the caller's", () => {
  synthesized((s) => void new VpcNetwork(s, "vpc", { mtuBytes: 8896 })).has("google_compute_network", { mtu: 8896 });
});

test("a packet size that Google Cloud refuses is refused", () => {
  expect(refused((s) => void new VpcNetwork(s, "vpc", { mtuBytes: 9000 }))).toMatchObject([
    { path: "mtuBytes", allowed: "at most 8896" },
  ]);
});

test("a name too long is refused with its excess", () => {
  expect(refused((s) => void new VpcNetwork(s, "vpc", { name: "n".repeat(63) }))).toMatchObject([
    { code: "name-too-long", path: "name", fix: "shorten it by 5" },
  ]);
});

test("its reference is the resource within the stack", () => {
  const stack = synthesized((s) => {
    const { ref } = new VpcNetwork(s, "vpc");
    new StorageBucket(s, "user", { name: ref.name.from(s), location: ref.id.from(s) });
  });
  const { name, location } = stack.only("google_storage_bucket");
  expect([name, location]).toEqual([
    expect.stringMatching(/^\$\{google_compute_network\..*\.name\}$/),
    expect.stringMatching(/^\$\{google_compute_network\..*\.id\}$/),
  ]);
});

test("its reference is the literal name from another stack", () => {
  const seen: string[] = [];
  synthesize((app) => {
    const home = networkStack(app);
    const vpc = new VpcNetwork(home, "vpc");
    const other = networkStack(app, "cluster");
    seen.push(vpc.ref.id.from(other), vpc.ref.name.from(other));
  });
  expect(seen).toEqual(["projects/acme-prod/global/networks/prod-main", "prod-main"]);
});

test("an existing network is known by project and name", () => {
  const ref = VpcNetwork.fromExisting({ project: "net-host", name: "shared" });
  expect([ref.id.value, ref.name.value]).toEqual(["projects/net-host/global/networks/shared", "shared"]);
});
