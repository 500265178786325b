import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { Problems, assertSchema, parseProps, type ClusterRef } from "../lib/core";
import {
  AddOns,
  BUILT_IN_ADD_ON_IDS,
  ChartSource,
  ClusterAccess,
  ImageSource,
  ManifestRelease,
  builtInAddOns,
  builtInAddOnsSchema,
  chartSourceSchema,
  clusterAccessSchema,
  fabricNetworkObjects,
  imageSourceSchema,
  platformNamespace,
  PLATFORM_NAMESPACE,
  type AddOn,
  type AddOnGrant,
  type BuiltInAddOnsConfig,
  type ChartSourceConfig,
  type ClusterAccessConfig,
  type ImageSourceConfig,
  type InstalledAddOns,
  type PoolFabric,
} from "../lib/delivery";
import { Principals, ProjectGrants } from "../lib/iam";
import { GOOGLE_API_ADDRESSES, type GoogleApis } from "../lib/network";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

/** What is installed in the environment's cluster for all that runs there. */
export interface AddonsSection {
  /** How Terraform reaches the cluster's API, here and for what is deployed later. @default {"via":"connect-gateway"} */
  readonly access?: ClusterAccessConfig;
  /** Where charts come from. @default {} */
  readonly charts?: ChartSourceConfig;
  /** Where images of add-ons come from. @default {} */
  readonly images?: ImageSourceConfig;
  /** Add-ons by id; one that is named is installed, `{}` for its defaults. @default {} */
  readonly install?: BuiltInAddOnsConfig;
}

export const addonsSectionSchema = z.strictObject({
  access: clusterAccessSchema
    .describe("How Terraform reaches the cluster's API, here and for what is deployed later")
    .default({ via: "connect-gateway" }),
  charts: chartSourceSchema.describe("Where charts come from").prefault({}),
  images: imageSourceSchema.describe("Where images of add-ons come from").prefault({}),
  install: builtInAddOnsSchema.describe("Add-ons by id; one that is named is installed").prefault({}),
});

assertSchema<AddonsSection, typeof addonsSectionSchema>(true);

export interface AddonsStackProps extends PlatformStackProps {
  readonly addons?: AddonsSection;
  readonly cluster: ClusterRef;
  /** Add-ons of others. @default - none */
  readonly addOns?: readonly AddOn[];
  /** Further networks of GPU nodes, for pods to use. @default - none */
  readonly fabrics?: readonly PoolFabric[];
  /** Addresses that Google APIs are reached at, as the network has it. @default "private" */
  readonly googleApis?: GoogleApis;
}

/** Operators with their custom resources, and the networks of GPU nodes as pods see them. */
export class AddonsStack extends PlatformStack {
  /** What whoever comes later may count on: ids for `ClusterApis`. Whatever is in another stack waits for this one as a whole. */
  readonly installed: InstalledAddOns;
  /** Where images of the catalogue come from. */
  readonly images: ImageSource;
  /** How later stacks reach the cluster. */
  readonly access: ClusterAccessConfig;
  /** Groups of custom resources that add-ons of others bring, for `ClusterApis` of later stacks. */
  readonly groups: readonly string[];

  /** @throws ConfigError with the failures of all its parts; paths as in the environment file */
  constructor(scope: Construct, props: AddonsStackProps) {
    super(scope, "addons", props);
    const { cluster, addOns: others = [], fabrics = [], googleApis = "private" } = props;
    const { addons } = parseProps(this, "AddonsStack", propsSchema, { addons: props.addons ?? {} });
    const problems = new Problems();
    problems.attempt("addons", () => ClusterAccess.on(this, cluster, addons.access));
    const charts = problems.attempt("addons.charts", () => new ChartSource(addons.charts));
    const images = problems.attempt("addons.images", () => new ImageSource(addons.images));
    const builtIn = builtInAddOns(addons.install);
    const installed = problems.attempt("", () =>
      AddOns.install(this, [...builtIn, ...others], {
        cluster,
        charts,
        images,
        googleApiRanges: [GOOGLE_API_ADDRESSES[googleApis].range],
        known: BUILT_IN_ADD_ON_IDS,
        grant: (need) => this.grant(cluster, need),
        pathOf: ({ id }, index) =>
          index < builtIn.length ? `addons.install.${id}` : `addOns[${index - builtIn.length}]`,
      }),
    );
    if (fabrics.length > 0) problems.attempt("fabrics", () => this.connectFabrics(cluster, fabrics));
    problems.throwIfAny(this.node.path);
    this.installed = installed!;
    this.access = addons.access;
    this.images = images!;
    this.groups = others.flatMap(({ groups = [] }) => groups);
  }

  private grant(
    cluster: ClusterRef,
    { namespace, serviceAccount, right, reason }: AddOnGrant,
  ): readonly ITerraformDependable[] {
    const to = Principals.workload(cluster, { namespace, serviceAccount });
    return new ProjectGrants(this).allow(right, to, { reason }).dependables;
  }

  private connectFabrics(cluster: ClusterRef, fabrics: readonly PoolFabric[]): void {
    const home = new Construct(this, "fabrics");
    new ManifestRelease(home, "networks", {
      name: "gpu-networks",
      // Networks belong to the whole cluster; Helm's record of them lies here.
      namespace: PLATFORM_NAMESPACE,
      objects: fabricNetworkObjects(fabrics),
      after: platformNamespace(this, cluster),
    });
  }
}

const propsSchema = z.strictObject({ addons: addonsSectionSchema });
