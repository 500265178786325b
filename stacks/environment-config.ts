import { z } from "zod";
import { MACHINES } from "../lib/catalog/machines";
import {
  Problems,
  assertSchema,
  crossFieldFailures,
  explained,
  governanceRules,
  governanceSchema,
  parseValue,
  useNearest,
  type CrossFieldRule,
  type Failure,
  type GovernanceConfig,
} from "../lib/core";
import {
  containerRegistrySchema,
  encryptionKeysSchema,
  securitySectionSchema,
  type ContainerRegistryConfig,
  type EncryptionKeysConfig,
  type SecuritySection,
} from "../lib/security";
import { platformNetworkSchema, type PlatformNetworkConfig } from "../lib/network";
import {
  alertChannelsSchema,
  spendBudgetSchema,
  type AlertChannelsConfig,
  type SpendBudgetConfig,
} from "../lib/monitoring";
import {
  gatewaySchema,
  killSwitchSchema,
  modelSchema,
  type GatewayConfig,
  type KillSwitchConfig,
  type ModelConfig,
} from "../lib/serving";
import { tenantsShape, type TenantsConfig } from "../lib/tenants";
import { addonsSectionSchema, type AddonsSection } from "./addons-stack";
import { policySectionSchema, type PolicySection } from "./policy-section";
import { stateSchema, type StateConfig } from "./backend";
import { clusterSectionSchema, type ClusterSection } from "./cluster-stack";
import { servingRules } from "./serving-rules";
import { tenantsRules } from "./tenants-section";

/** A governed AI platform on Google Cloud, as one file. */
export interface EnvironmentConfig extends TenantsConfig {
  /** For editors: where the JSON Schema of this file lies. @default - none */
  readonly $schema?: string;
  /** Short name, e.g. `prod`; first part of most resource names and of every stack's. */
  readonly name: string;
  /** The Google Cloud project that holds everything. It exists already, with billing. */
  readonly project: {
    /** Project id. */
    readonly id: string;
    /** Project number, in quotes. */
    readonly number: string;
  };
  /** Region of everything, e.g. `europe-west4`. */
  readonly region: string;
  /** Zones of nodes, each in the region. */
  readonly zones: readonly string[];
  /** Who answers, who pays, what may be held and run. */
  readonly governance: GovernanceConfig;
  /** Where Terraform keeps state. */
  readonly state: StateConfig;
  /** Most GPUs that all pools may have together. @default 0 */
  readonly gpuBudget?: number;
  /** Encryption keys. @default {} */
  readonly keys?: EncryptionKeysConfig;
  /** Registry of container images. @default {} */
  readonly registry?: ContainerRegistryConfig;
  /** What guards the project. @default {} */
  readonly security?: SecuritySection;
  /** What the project may cost in a month. @default - no budget */
  readonly budget?: SpendBudgetConfig;
  /** Which rules judge the environment. @default {} */
  readonly policy?: PolicySection;
  readonly network: PlatformNetworkConfig;
  readonly cluster: ClusterSection;
  /** What is installed in the cluster, and how Terraform reaches it. @default - nothing */
  readonly addons?: AddonsSection;
  /** The way to models from outside of the cluster. @default - none */
  readonly gateway?: GatewayConfig;
  /** Models and how they are served. @default [] */
  readonly models?: readonly ModelConfig[];
  /** What is stopped, and who decides that. Asked for with models that have a route. @default - nothing is stopped */
  readonly serving?: KillSwitchConfig;
  /** Who is told when something is wrong. @default - nobody */
  readonly alerts?: AlertChannelsConfig;
}

export const environmentSchema = z.strictObject({
  $schema: z.string().describe("Where the JSON Schema of this file lies, for editors").optional(),
  name: explained(
    z
      .string()
      .regex(/^[a-z][a-z0-9]{0,9}$/)
      .describe("Short name of the environment; first part of most resource names"),
    "1 to 10 lowercase letters and digits, starting with a letter",
  ),
  project: z
    .strictObject({
      // Resource Manager docs, "Creating and managing projects".
      id: explained(
        z
          .string()
          .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/)
          .describe("Project id"),
        "6 to 30 lowercase letters, digits and dashes, starting with a letter",
      ),
      number: explained(
        z
          .string()
          .regex(/^\d{6,19}$/)
          .describe("Project number, in quotes"),
        "digits, in quotes",
      ),
    })
    .describe("The Google Cloud project that holds everything"),
  region: explained(
    z
      .string()
      .regex(/^[a-z]+-[a-z]+\d+$/)
      .describe("Region of everything, e.g. europe-west4"),
    "a region such as europe-west4",
  ),
  zones: z
    .array(explained(z.string().regex(/^[a-z]+-[a-z]+\d+-[a-z]$/), "a zone such as europe-west4-a"))
    .min(1)
    .describe("Zones of nodes, each in the region"),
  governance: governanceSchema.describe("Who answers, who pays, what may be held and run"),
  state: stateSchema.describe("Where Terraform keeps state"),
  gpuBudget: z.int().min(0).describe("Most GPUs that all pools may have together").default(0),
  keys: encryptionKeysSchema.describe("Encryption keys").prefault({}),
  registry: containerRegistrySchema.describe("Registry of container images").prefault({}),
  security: securitySectionSchema.describe("What guards the project").prefault({}),
  budget: spendBudgetSchema.describe("What the project may cost in a month").optional(),
  policy: policySectionSchema.describe("Which rules judge the environment").prefault({}),
  network: platformNetworkSchema.describe("Addresses, ways out, and what passes the firewall"),
  cluster: clusterSectionSchema.describe("The GPU cluster and its pools"),
  addons: addonsSectionSchema.describe("What is installed in the cluster, and how Terraform reaches it").optional(),
  ...tenantsShape,
  gateway: gatewaySchema.describe("The way to models from outside of the cluster").optional(),
  models: z.array(modelSchema).describe("Models and how they are served").default([]),
  serving: killSwitchSchema.describe("What is stopped, and who decides that").optional(),
  alerts: alertChannelsSchema.describe("Who is told when something is wrong").optional(),
});

assertSchema<EnvironmentConfig, typeof environmentSchema>(true);

/** `EnvironmentConfig` with its defaults filled in. */
export type EnvironmentValues = z.output<typeof environmentSchema>;

const rules: readonly CrossFieldRule<EnvironmentValues>[] = [
  ...tenantsRules,
  ...servingRules,
  {
    reads: ["region", "zones"],
    check: ({ region, zones }) => zones.flatMap((zone, i) => zoneFailure(region, `zones[${i}]`, zone)),
  },
  {
    reads: ["zones"],
    check: ({ zones }) => duplicates(zones).map((i) => duplicateFailure(`zones[${i}]`, zones[i]!, "zone")),
  },
  {
    reads: ["zones", "cluster"],
    check: ({ zones, cluster }) =>
      cluster.pools.flatMap((pool, p) =>
        (pool.zones ?? []).flatMap((zone, z): Failure[] =>
          zones.includes(zone)
            ? []
            : [
                {
                  code: "zone-not-in-environment",
                  path: `cluster.pools[${p}].zones[${z}]`,
                  message: "is not one of the environment's zones",
                  got: zone,
                  allowed: zones.join(", "),
                  fix: useNearest(zone, zones, "add it to zones, or choose one of them"),
                },
              ],
        ),
      ),
  },
  {
    reads: ["cluster"],
    check: ({ cluster: { pools } }) =>
      duplicates(pools.map((pool) => pool.name)).map((i) =>
        duplicateFailure(`cluster.pools[${i}].name`, pools[i]!.name, "pool"),
      ),
  },
  {
    reads: ["cluster"],
    // Accelerator pools are tainted, so DNS, metrics and operators would have no node; flex-start needs such a pool too (GKE docs, "Flex-start").
    check: ({ cluster: { pools } }) =>
      pools.some((pool) => !hasAccelerators(pool))
        ? undefined
        : {
            code: "no-system-pool",
            path: "cluster.pools",
            message: "have accelerators all of them; their taint keeps the cluster's own pods away",
            got: pools.map((pool) => pool.machine),
            fix: "add a pool without accelerators, e.g. machine e2-standard-4",
          },
  },
  {
    reads: ["network", "cluster"],
    check: ({ network, cluster: { pools } }) => {
      const nodes = pools.reduce((sum, pool) => sum + pool.provisioning.maxNodes, 0);
      if (nodes <= network.maxNodes) return undefined;
      const list = pools.map((pool) => `${pool.provisioning.maxNodes} of ${pool.name}`).join(" + ");
      return {
        code: "nodes-exceed-network",
        path: "network.maxNodes",
        message: `plans addresses for fewer nodes than the pools may have: ${list} = ${nodes}`,
        got: network.maxNodes,
        allowed: `at least ${nodes}`,
        fix: `raise network.maxNodes to ${nodes} and some for upgrades, or lower maxNodes of a pool`,
      };
    },
  },
  {
    reads: ["network", "cluster"],
    check: ({ network: { maxPodsPerNode }, cluster: { pools } }) =>
      pools.flatMap((pool, index): Failure[] =>
        (pool.maxPodsPerNode ?? 0) <= maxPodsPerNode
          ? []
          : [
              {
                code: "pods-exceed-network",
                path: `cluster.pools[${index}].maxPodsPerNode`,
                message: "is more than the network's range for pods is planned for",
                got: pool.maxPodsPerNode,
                allowed: `at most network.maxPodsPerNode (${maxPodsPerNode})`,
                fix: "lower it, or raise network.maxPodsPerNode before the network exists",
              },
            ],
      ),
  },
];

function hasAccelerators({ machine, machineFacts, gpus }: EnvironmentValues["cluster"]["pools"][number]): boolean {
  return (gpus ?? machineFacts?.accelerator ?? MACHINES[machine]?.accelerator) !== undefined;
}

function zoneFailure(region: string, path: string, zone: string): Failure[] {
  if (zone.startsWith(`${region}-`)) return [];
  return [
    {
      code: "zone-outside-region",
      path,
      message: `is not in region ${region}`,
      got: zone,
      allowed: `${region}-a, ${region}-b, …`,
      fix: "choose a zone of the region, or change the region",
    },
  ];
}

function duplicateFailure(path: string, got: string, what: string): Failure {
  return {
    code: "duplicate",
    path,
    message: `is the name of another ${what}`,
    got,
    fix: `give each ${what} a name of its own`,
  };
}

/** Positions of values that stood in the list before. */
function duplicates(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
}

/** Reads plain data as an environment: defaults filled in, every failure gathered, Terraform expressions refused. */
export function parseEnvironment(data: unknown): { readonly values: EnvironmentValues; readonly problems: Problems } {
  const { value, failures } = parseValue(environmentSchema, data, "refuse");
  const values = value as EnvironmentValues;
  const problems = new Problems(failures);
  problems.add("", crossFieldFailures(rules, values, failures));
  const inGovernance = failures.filter((f) => f.path.startsWith("governance"));
  if (values.governance && inGovernance.length === 0) {
    problems.add("governance", crossFieldFailures(governanceRules, values.governance, []));
  }
  return { values, problems };
}
