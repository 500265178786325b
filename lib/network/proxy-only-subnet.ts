import { Construct } from "constructs";
import { z } from "zod";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  parseProps,
  resourceName,
  type NetworkRef,
  type SubnetRef,
  type Tokenable,
} from "../core";
import { cidrField, nameField } from "./fields";
import { subnetRef } from "./subnet";

/** The subnet that regional load balancers' proxies speak from. */
export interface ProxyOnlySubnetConfig {
  /** Part of its name after the environment's. @default "proxy-only" */
  readonly name?: string;
  /** Range of the proxies; a /23 is Google's recommendation, a /26 the smallest. */
  readonly range: string;
}

export type ProxyOnlySubnetProps = Tokenable<ProxyOnlySubnetConfig> & {
  readonly network: NetworkRef;
};

export const proxyOnlySubnetSchema = z.strictObject({
  name: nameField("Part of the subnet's name after the environment's").default("proxy-only"),
  range: cidrField("Range of the proxies"),
});

assertSchema<ProxyOnlySubnetConfig, typeof proxyOnlySubnetSchema>(true);

/**
 * The proxy-only subnet of a network's region, which every regional gateway needs; a network has one active per region.
 * It takes neither Private Google Access nor flow logs: no machine lives in it (VPC docs, "Proxy-only subnets").
 */
export class ProxyOnlySubnet extends Construct {
  readonly ref: SubnetRef;
  readonly resources: { readonly subnetwork: ComputeSubnetwork };

  constructor(scope: Construct, id: string, props: ProxyOnlySubnetProps) {
    super(scope, id);
    const { network, ...plain } = props;
    const { name: part, range } = parseProps(this, "ProxyOnlySubnet", proxyOnlySubnetSchema, plain);
    const environment = Environment.of(this);
    const name = resourceName(this, "name", NAMES.computeSubnetwork, environment.name, part);
    const subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      name,
      description: `Proxies of the regional load balancers of environment ${environment.name}`,
      network: network.id.from(this),
      region: environment.region,
      ipCidrRange: range,
      purpose: "REGIONAL_MANAGED_PROXY",
      role: "ACTIVE",
    });
    this.resources = { subnetwork };
    this.ref = subnetRef(this, subnetwork, environment, name);
  }
}
