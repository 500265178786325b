import { Construct } from "constructs";
import { z } from "zod";
import type { ComputeRoute } from "@cdktf/provider-google/lib/compute-route";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  known,
  parseProps,
  resourceName,
  type CrossFieldRule,
  type NetworkRef,
  type SubnetRef,
  type Tokenable,
} from "../core";
import { nameField } from "./fields";
import { internetGatewayRoute } from "./internet-gateway-route";

/** The way out for machines without an external address. */
export interface NatGatewayConfig {
  /** Part of its names after the environment's. @default "nat" */
  readonly name?: string;
  /** Which connections are logged. @default "ALL" */
  readonly log?: "ALL" | "ERRORS_ONLY" | "TRANSLATIONS_ONLY";
  /** Ports that every machine has at once, a power of two from 32. @default 128 */
  readonly minPortsPerVm?: number;
  /** Ports that a machine may grow to, a power of two above the minimum. @default 16384 */
  readonly maxPortsPerVm?: number;
  /** False where the network has a default route to the internet already, as imported networks do. @default true */
  readonly defaultRoute?: boolean;
}

export type NatGatewayProps = Tokenable<Omit<NatGatewayConfig, "defaultRoute">> &
  Pick<NatGatewayConfig, "defaultRoute"> & {
    readonly network: NetworkRef;
    /** Subnets whose machines may use it, with their pods. */
    readonly subnets: readonly SubnetRef[];
  };

// Cloud NAT docs, "Ports": dynamic allocation takes powers of two, 32 to 32768 as minimum, 64 to 65536 as maximum. A
// node that pulls an image in parallel layers opens hundreds of connections to one registry address: it grows, idle
// nodes do not hold ports.
export const natGatewaySchema = z.strictObject({
  name: nameField("Part of the names after the environment's").default("nat"),
  log: z.enum(["ALL", "ERRORS_ONLY", "TRANSLATIONS_ONLY"]).describe("Which connections are logged").default("ALL"),
  minPortsPerVm: z.int().min(32).max(32768).describe("Ports that every machine has at once").default(128),
  maxPortsPerVm: z.int().min(64).max(65536).describe("Ports that a machine may grow to").default(16384),
  defaultRoute: known(
    z.boolean().describe("Whether to make the route to the internet"),
    "a route exists or not",
  ).default(true),
});

assertSchema<NatGatewayConfig, typeof natGatewaySchema>(true);

export const natGatewayRules: readonly CrossFieldRule<z.output<typeof natGatewaySchema>>[] = [
  ...(["minPortsPerVm", "maxPortsPerVm"] as const).map((field): CrossFieldRule<z.output<typeof natGatewaySchema>> => ({
    reads: [field],
    check: (values) =>
      Number.isInteger(Math.log2(values[field]))
        ? undefined
        : {
            code: "not-a-power-of-two",
            path: field,
            message: "must be a power of two, as ports are allocated dynamically",
            got: values[field],
            fix: `use ${2 ** Math.floor(Math.log2(values[field]))} or ${2 ** Math.ceil(Math.log2(values[field]))}`,
          },
  })),
  {
    reads: ["minPortsPerVm", "maxPortsPerVm"],
    check: ({ minPortsPerVm, maxPortsPerVm }) =>
      minPortsPerVm < maxPortsPerVm
        ? undefined
        : {
            code: "out-of-range",
            path: "maxPortsPerVm",
            message: `must be above minPortsPerVm, which is ${minPortsPerVm}`,
            got: maxPortsPerVm,
            fix: `use ${2 * minPortsPerVm} or more`,
          },
  },
];

/** Cloud NAT with logs and dynamic ports. Addresses are Google's; what may leave is the firewall's to say. */
export class NatGateway extends Construct {
  readonly resources: {
    readonly router: ComputeRouter;
    readonly nat: ComputeRouterNat;
    /** Absent where the network has a default route already. */
    readonly defaultRoute?: ComputeRoute;
  };

  constructor(scope: Construct, id: string, props: NatGatewayProps) {
    super(scope, id);
    const { network, subnets, ...plain } = props;
    const config = parseProps(this, "NatGateway", natGatewaySchema, plain, natGatewayRules);
    const environment = Environment.of(this);
    const router = new ComputeRouter(this, "router", {
      name: resourceName(this, "name", NAMES.computeRouter, environment.name, config.name),
      description: `Carries Cloud NAT of environment ${environment.name}`,
      network: network.id.from(this),
      region: environment.region,
    });
    const nat = new ComputeRouterNat(this, "nat", {
      name: resourceName(this, "name", NAMES.computeRouterNat, environment.name, config.name),
      router: router.name,
      region: environment.region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetwork: subnets.map((subnet) => ({ name: subnet.id.from(this), sourceIpRangesToNat: ["ALL_IP_RANGES"] })),
      enableDynamicPortAllocation: true,
      // The two exclude each other (Cloud NAT docs, "Endpoint-independent mapping").
      enableEndpointIndependentMapping: false,
      minPortsPerVm: config.minPortsPerVm,
      maxPortsPerVm: config.maxPortsPerVm,
      logConfig: { enable: true, filter: config.log },
    });
    const defaultRoute = config.defaultRoute
      ? internetGatewayRoute(this, "default-route", {
          network,
          name: [config.name, "default-route"],
          description: "Way to the internet for Cloud NAT; the firewall says what may take it",
          destination: "0.0.0.0/0",
        })
      : undefined;
    this.resources = { router, nat, defaultRoute };
  }
}
