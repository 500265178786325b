import type { Construct } from "constructs";
import { ComputeRoute } from "@cdktf/provider-google/lib/compute-route";
import { NAMES } from "../catalog/names";
import { Environment, resourceName, type NetworkRef } from "../core";

// Compute Engine API, Route.name: RFC 1035, as Network.name.
const ROUTE_NAME = { ...NAMES.computeNetwork, resourceType: "google_compute_route" };

/**
 * A route through the default internet gateway. It gives reach, not permission: the firewall and NAT decide what
 * leaves.
 */
export function internetGatewayRoute(
  scope: Construct,
  id: string,
  route: {
    readonly network: NetworkRef;
    /** Parts of its name after the environment's. */
    readonly name: readonly string[];
    readonly description: string;
    readonly destination: string;
  },
): ComputeRoute {
  return new ComputeRoute(scope, id, {
    name: resourceName(scope, "name", ROUTE_NAME, Environment.of(scope).name, ...route.name),
    description: route.description,
    network: route.network.id.from(scope),
    destRange: route.destination,
    nextHopGateway: "default-internet-gateway",
  });
}
