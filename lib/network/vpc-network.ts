import { Construct } from "constructs";
import { z } from "zod";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { NAMES } from "../catalog/names";
import { assertSchema, Environment, parseProps, Ref, resourceName, type NetworkRef, type Tokenable } from "../core";
import { nameField } from "./fields";

/** A VPC network in custom mode with no route to the internet of its own. */
export interface VpcNetworkConfig {
  /** Part of its name after the environment's. @default "main" */
  readonly name?: string;
  /**
   * Largest packet in bytes, 1300 to 8896. A change restarts nothing but holds for machines started after it. @default
   * 1460
   */
  readonly mtuBytes?: number;
}

export type VpcNetworkProps = Tokenable<VpcNetworkConfig>;

export const vpcNetworkSchema = z.strictObject({
  name: nameField("Part of the network's name after the environment's").default("main"),
  // VPC docs, "Maximum transmission unit".
  mtuBytes: z.int().min(1300).max(8896).describe("Largest packet in bytes").default(1460),
});

assertSchema<VpcNetworkConfig, typeof vpcNetworkSchema>(true);

/**
 * A VPC network. Subnets are never made by Google (`custom.networkRequireCustomModeVpc`), and the default route to the
 * internet is removed: what may leave has a route of its own (`NatGateway`, `GoogleApisDns`).
 */
export class VpcNetwork extends Construct {
  readonly ref: NetworkRef;
  readonly resources: { readonly network: ComputeNetwork };

  constructor(scope: Construct, id: string, props: VpcNetworkProps = {}) {
    super(scope, id);
    const { name: part, mtuBytes } = parseProps(this, "VpcNetwork", vpcNetworkSchema, props);
    const environment = Environment.of(this);
    const name = resourceName(this, "name", NAMES.computeNetwork, environment.name, part);
    const network = new ComputeNetwork(this, "network", {
      name,
      description: `Network of environment ${environment.name}`,
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      deleteDefaultRoutesOnCreate: true,
      mtu: mtuBytes,
    });
    this.resources = { network };
    this.ref = networkRef(this, network, environment.projectId, name);
  }

  /** A network that exists already, e.g. one that a network team made. */
  static fromExisting(existing: { readonly project: string; readonly name: string }): NetworkRef {
    return {
      id: Ref.existing(networkId(existing.project, existing.name)),
      name: Ref.existing(existing.name),
    };
  }
}

/** What others may know of a network made at `owner`. */
export function networkRef(owner: Construct, network: ComputeNetwork, project: string, name: string): NetworkRef {
  return {
    id: Ref.to(owner, network.id, networkId(project, name)),
    name: Ref.to(owner, network.name, name),
  };
}

function networkId(project: string, name: string): string {
  return `projects/${project}/global/networks/${name}`;
}
