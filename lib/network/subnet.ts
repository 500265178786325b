import { Construct } from "constructs";
import { z } from "zod";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  parseProps,
  Ref,
  resourceName,
  type NetworkRef,
  type SubnetRef,
  type Tokenable,
} from "../core";
import { cidrField, nameField } from "./fields";

/** How much of a subnet's traffic is recorded. */
export interface FlowLogsConfig {
  /** Over how long packets of one connection are gathered into a record. @default "INTERVAL_5_SEC" */
  readonly aggregationInterval?:
    "INTERVAL_5_SEC" | "INTERVAL_30_SEC" | "INTERVAL_1_MIN" | "INTERVAL_5_MIN" | "INTERVAL_10_MIN" | "INTERVAL_15_MIN";
  /** Share of records kept, above 0 to 1. Below 0.1 `compute.requireVpcFlowLogs` refuses the subnet. @default 0.5 */
  readonly sampling?: number;
  /** Whether records name machines, pods and services. @default "INCLUDE_ALL_METADATA" */
  readonly metadata?: "INCLUDE_ALL_METADATA" | "EXCLUDE_ALL_METADATA";
}

export const flowLogsSchema = z.strictObject({
  aggregationInterval: z
    .enum([
      "INTERVAL_5_SEC",
      "INTERVAL_30_SEC",
      "INTERVAL_1_MIN",
      "INTERVAL_5_MIN",
      "INTERVAL_10_MIN",
      "INTERVAL_15_MIN",
    ])
    .describe("Over how long packets of one connection are gathered into a record")
    .default("INTERVAL_5_SEC"),
  sampling: z.number().gt(0).max(1).describe("Share of records kept").default(0.5),
  metadata: z
    .enum(["INCLUDE_ALL_METADATA", "EXCLUDE_ALL_METADATA"])
    .describe("Whether records name machines, pods and services")
    .default("INCLUDE_ALL_METADATA"),
});

assertSchema<FlowLogsConfig, typeof flowLogsSchema>(true);

/** A subnet for nodes, or for endpoints where it has no secondary ranges. */
export interface SubnetConfig {
  /** Part of its name after the environment's. @default "nodes" */
  readonly name?: string;
  /** Primary range: addresses of nodes, internal load balancers and endpoints. */
  readonly range: string;
  /** Secondary range for pods. @default - none */
  readonly pods?: string;
  /** Secondary range for services. @default - none */
  readonly services?: string;
  /** Record of the traffic. It cannot be turned off. @default {} */
  readonly flowLogs?: FlowLogsConfig;
}

export type SubnetProps = Tokenable<SubnetConfig> & {
  readonly network: NetworkRef;
};

export const subnetSchema = z.strictObject({
  name: nameField("Part of the subnet's name after the environment's").default("nodes"),
  range: cidrField("Primary range"),
  pods: cidrField("Secondary range for pods").optional(),
  services: cidrField("Secondary range for services").optional(),
  flowLogs: flowLogsSchema.describe("Record of the traffic").prefault({}),
});

assertSchema<SubnetConfig, typeof subnetSchema>(true);

/** A private subnet of the environment's region: Google APIs without an external address, flow logs on. */
export class Subnet extends Construct {
  readonly ref: SubnetRef;
  readonly resources: { readonly subnetwork: ComputeSubnetwork };

  constructor(scope: Construct, id: string, props: SubnetProps) {
    super(scope, id);
    const { network, ...plain } = props;
    const config = parseProps(this, "Subnet", subnetSchema, plain);
    const environment = Environment.of(this);
    const { name: part, range, flowLogs } = config;
    const name = resourceName(this, "name", NAMES.computeSubnetwork, environment.name, part);
    const secondaryName = (use: "pods" | "services") =>
      config[use] === undefined
        ? undefined
        : resourceName(this, "name", NAMES.computeSubnetworkSecondaryRange, environment.name, part, use);
    const podRange = secondaryName("pods");
    const serviceRange = secondaryName("services");
    const subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      name,
      description: `Subnet ${part} of environment ${environment.name}`,
      network: network.id.from(this),
      region: environment.region,
      ipCidrRange: range,
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      privateIpGoogleAccess: true,
      secondaryIpRange: [
        ...(podRange === undefined ? [] : [{ rangeName: podRange, ipCidrRange: config.pods }]),
        ...(serviceRange === undefined ? [] : [{ rangeName: serviceRange, ipCidrRange: config.services }]),
      ],
      logConfig: {
        aggregationInterval: flowLogs.aggregationInterval,
        flowSampling: flowLogs.sampling,
        metadata: flowLogs.metadata,
      },
    });
    this.resources = { subnetwork };
    this.ref = { ...subnetRef(this, subnetwork, environment, name), podRange, serviceRange };
  }

  /** A subnet that exists already, with the names of its secondary ranges where a cluster uses them. */
  static fromExisting(existing: {
    readonly project: string;
    readonly region: string;
    readonly name: string;
    readonly podRange?: string;
    readonly serviceRange?: string;
  }): SubnetRef {
    const { project, region, name, podRange, serviceRange } = existing;
    return { id: Ref.existing(subnetId(project, region, name)), name: Ref.existing(name), podRange, serviceRange };
  }
}

/** What others may know of a subnet made at `owner`. */
export function subnetRef(
  owner: Construct,
  subnetwork: ComputeSubnetwork,
  place: { readonly projectId: string; readonly region: string },
  name: string,
): SubnetRef {
  return {
    id: Ref.to(owner, subnetwork.id, subnetId(place.projectId, place.region, name)),
    name: Ref.to(owner, subnetwork.name, name),
  };
}

function subnetId(project: string, region: string, name: string): string {
  return `projects/${project}/regions/${region}/subnetworks/${name}`;
}
