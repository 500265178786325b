import { AccessContextManagerAccessLevel } from "@cdktf/provider-google/lib/access-context-manager-access-level";
import {
  AccessContextManagerServicePerimeter,
  type AccessContextManagerServicePerimeterSpecEgressPolicies,
  type AccessContextManagerServicePerimeterSpecIngressPolicies,
} from "@cdktf/provider-google/lib/access-context-manager-service-perimeter";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import { Environment, assertSchema, explained, known, parseProps, resourceName, type Tokenable } from "../core";
import type { Principal } from "../iam/principal";

/**
 * Services that hold or move the platform's data, or reach the cluster, and that VPC Service Controls can close (VPC-SC docs, "Supported
 * products"). Images that stream come by `containerfilesystem`; the calls of a rollout pass `workflows`, then `connectgateway`.
 */
export const PERIMETER_SERVICES: readonly string[] = [
  "aiplatform.googleapis.com",
  "artifactregistry.googleapis.com",
  "bigquery.googleapis.com",
  "cloudkms.googleapis.com",
  "connectgateway.googleapis.com",
  "container.googleapis.com",
  "containerfilesystem.googleapis.com",
  "gkebackup.googleapis.com",
  "gkehub.googleapis.com",
  "logging.googleapis.com",
  "monitoring.googleapis.com",
  "pubsub.googleapis.com",
  "run.googleapis.com",
  "secretmanager.googleapis.com",
  "storage.googleapis.com",
  "workflows.googleapis.com",
];

/** What is reached outside, and how. */
export interface PerimeterExit {
  /** What it is for; unique in the perimeter. */
  readonly title: string;
  /** Numbers of the projects that are reached. */
  readonly projectNumbers: readonly string[];
  /** The service, e.g. `storage.googleapis.com`. */
  readonly service: string;
  /** Its methods, e.g. `google.storage.objects.get`: reading is no way out for data, writing is. */
  readonly methods: readonly string[];
}

export interface ServicePerimeterConfig {
  /** Number of the organisation's access policy. */
  readonly accessPolicyId: string;
  /** Part of its name after the environment's. @default "platform" */
  readonly name?: string;
  /** `dry-run` only logs what the perimeter would refuse: begin with it. @default "dry-run" */
  readonly mode?: "dry-run" | "enforce";
  /** Services that are reached from inside only. @default - `PERIMETER_SERVICES` */
  readonly restrictedServices?: readonly string[];
  /** Access levels that exist and let people in: `accessPolicies/N/accessLevels/L`. @default [] */
  readonly accessLevels?: readonly string[];
  /** Addresses from which deployers come, as CIDRs. @default - from anywhere */
  readonly deployerAddresses?: readonly string[];
  /**
   * Services that nodes and pods may call besides those that are restricted; given, all others are closed to them (VPC accessible services).
   * Workload Identity asks `sts` and `iamcredentials`.
   * @default - none is closed
   */
  readonly reachableServices?: readonly string[];
  /** What whoever is inside reaches outside, e.g. a bucket that Google publishes drivers in. @default [] */
  readonly exits?: readonly PerimeterExit[];
}

const ONE_BLOCK_EACH = "one block is written for each";

const perimeterExitSchema = z.strictObject({
  title: z.string().min(1).describe("What it is for; unique in the perimeter"),
  projectNumbers: known(
    z
      .array(explained(z.string().regex(/^\d+$/), "digits, in quotes"))
      .min(1)
      .describe("Numbers of the projects that are reached"),
    ONE_BLOCK_EACH,
  ),
  service: serviceField().describe("The service, e.g. storage.googleapis.com"),
  methods: known(
    z.array(z.string().min(1)).min(1).describe("Its methods, e.g. google.storage.objects.get"),
    ONE_BLOCK_EACH,
  ),
});

function serviceField() {
  return explained(z.string().regex(/^[a-z0-9-]+\.googleapis\.com$/), "SERVICE.googleapis.com");
}

export const servicePerimeterSchema = z.strictObject({
  accessPolicyId: explained(
    z.string().regex(/^\d+$/).describe("Number of the organisation's access policy"),
    "digits, in quotes, as gcloud access-context-manager policies list prints it",
  ),
  name: known(z.string().min(1).describe("Part of its name after the environment's"), "names are made of it").default(
    "platform",
  ),
  mode: known(
    z.enum(["dry-run", "enforce"]).describe("Whether the perimeter refuses, or only logs what it would"),
    "it decides which blocks are written",
  ).default("dry-run"),
  restrictedServices: z
    .array(z.string().min(1))
    .min(1)
    .describe("Services that are reached from inside only; default: those that hold the platform's data")
    .optional(),
  accessLevels: z
    .array(explained(z.string().regex(/^accessPolicies\/\d+\/accessLevels\/\w+$/), "accessPolicies/N/accessLevels/L"))
    .describe("Access levels that exist and let people in")
    .default([]),
  deployerAddresses: z
    .array(z.string().min(1))
    .min(1)
    .describe("Addresses from which deployers come, as CIDRs; default: from anywhere")
    .optional(),
  reachableServices: known(
    z
      .array(serviceField())
      .describe(
        "Services that pods may call besides those restricted, all others being closed; default: none is closed",
      ),
    "it decides whether a block is written",
  ).optional(),
  exits: known(z.array(perimeterExitSchema).describe("What whoever is inside reaches outside"), ONE_BLOCK_EACH).default(
    [],
  ),
});

assertSchema<ServicePerimeterConfig, typeof servicePerimeterSchema>(true);

export type ServicePerimeterProps = Tokenable<ServicePerimeterConfig> & {
  /** Service accounts that may reach in from outside to deploy. */
  readonly deployers?: readonly Principal[];
};

/** A fence round the project's data: rights alone do not carry it out. */
export class ServicePerimeter extends Construct {
  readonly resources: {
    readonly perimeter: AccessContextManagerServicePerimeter;
    /** Absent without `deployerAddresses`. */
    readonly deployerLevel?: AccessContextManagerAccessLevel;
  };

  constructor(scope: Construct, id: string, props: ServicePerimeterProps) {
    super(scope, id);
    const { deployers = [], ...plain } = props;
    const config = parseProps(this, "ServicePerimeter", servicePerimeterSchema, plain);
    const { name: environment, projectNumber } = Environment.of(this);
    const parent = `accessPolicies/${config.accessPolicyId}`;
    const name = resourceName(this, "name", NAMES.accessContextManagerServicePerimeter, environment, config.name);
    const deployerLevel = config.deployerAddresses && this.level(parent, config.name, config.deployerAddresses);
    const { reachableServices, exits } = config;
    const fence = {
      resources: [`projects/${projectNumber}`],
      restrictedServices: config.restrictedServices ?? [...PERIMETER_SERVICES],
      accessLevels: config.accessLevels,
      ingressPolicies: deployers.length > 0 ? [this.ingress(deployers, deployerLevel?.name ?? "*")] : [],
      ...(exits.length > 0 ? { egressPolicies: exits.map(egress) } : {}),
      ...(reachableServices
        ? {
            vpcAccessibleServices: {
              enableRestriction: true,
              allowedServices: ["RESTRICTED-SERVICES", ...reachableServices],
            },
          }
        : {}),
    };
    const perimeter = new AccessContextManagerServicePerimeter(this, "perimeter", {
      parent,
      name: `${parent}/servicePerimeters/${name}`,
      title: name,
      description: `Data of environment ${environment}`,
      perimeterType: "PERIMETER_TYPE_REGULAR",
      ...(config.mode === "dry-run" ? { useExplicitDryRunSpec: true, spec: fence } : { status: fence }),
    });
    this.resources = { perimeter, deployerLevel };
  }

  private level(parent: string, part: string, addresses: string[]): AccessContextManagerAccessLevel {
    const name = resourceName(this, "name", NAMES.accessLevel, Environment.of(this).name, part, "deployers");
    return new AccessContextManagerAccessLevel(this, "deployer-level", {
      parent,
      name: `${parent}/accessLevels/${name}`,
      title: name,
      description: "Addresses from which deployers come",
      basic: { conditions: [{ ipSubnetworks: addresses }] },
    });
  }

  private ingress(
    deployers: readonly Principal[],
    accessLevel: string,
  ): AccessContextManagerServicePerimeterSpecIngressPolicies {
    return {
      title: "Deployers",
      ingressFrom: {
        identities: deployers.map(({ member }) => member.from(this)),
        sources: [{ accessLevel }],
      },
      ingressTo: { resources: ["*"], operations: [{ serviceName: "*" }] },
    };
  }
}

function egress({
  title,
  projectNumbers,
  service,
  methods,
}: PerimeterExit): AccessContextManagerServicePerimeterSpecEgressPolicies {
  return {
    title,
    egressFrom: { identityType: "ANY_IDENTITY" },
    egressTo: {
      resources: projectNumbers.map((number) => `projects/${number}`),
      operations: [{ serviceName: service, methodSelectors: methods.map((method) => ({ method })) }],
    },
  };
}
