import type { App } from "cdktf";
import { SERVING_APIS, SURFACE_APIS, type PlatformApi } from "../lib/catalog/apis";
import { ConfigError, Problems, Ref, type EnvironmentFacts, type NodeNetworkRef } from "../lib/core";
import type { AddOn, PoolFabric } from "../lib/delivery";
import { edgeMemberships } from "../lib/serving";
import { Policy } from "../lib/policy";
import { AddonsStack } from "./addons-stack";
import { ClusterStack } from "./cluster-stack";
import { DataStack } from "./data-stack";
import { parseEnvironment, type EnvironmentConfig, type EnvironmentValues } from "./environment-config";
import { EdgeStack } from "./edge-stack";
import { EnvironmentFile } from "./environment-file";
import type { KeyPurpose } from "../lib/security";
import { FoundationStack } from "./foundation-stack";
import { policyConfigOf } from "./policy-section";
import { NetworkStack } from "./network-stack";
import type { PlatformStack, PlatformStackProps } from "./platform-stack";
import { readableModels } from "./readable-models";
import { ServingStack } from "./serving-stack";

/** What an environment's file cannot say. */
export interface AiPlatformOptions {
  /** Add-ons of others, installed besides those that the file names. @default [] */
  readonly addOns?: readonly AddOn[];
}

/** The stacks of one environment, in the order in which they are deployed. */
export class AiPlatform {
  readonly foundation: FoundationStack;
  readonly network: NetworkStack;
  readonly cluster: ClusterStack;
  /** Absent where nothing is installed in the cluster. */
  readonly addons?: AddonsStack;
  /** Absent where there is no model. */
  readonly data?: DataStack;
  /** Absent where there are neither teams nor models. */
  readonly serving?: ServingStack;
  /** One for each cluster outside of Google Cloud that models name, in the order of the models. */
  readonly edges: readonly EdgeStack[];

  /**
   * @param scope the app; stacks are its children, so that their names are their ids
   * @throws ConfigError with everything that is wrong with the environment
   */
  constructor(scope: App, config: EnvironmentConfig, options: AiPlatformOptions = {}) {
    const { values, problems } = parseEnvironment(config);
    if (!canCompose(problems)) problems.throwIfAny(subjectOf(config));
    const readable = readableModels(config, values, problems.failures);
    const further = new Problems();
    const made = compose(scope, readable.given, options, readable.values, further, problems.any);
    problems.add("", further.failures.map(readable.locate));
    problems.throwIfAny(subjectOf(config));
    this.foundation = made.foundation!;
    this.network = made.network!;
    this.cluster = made.cluster!;
    this.addons = made.addons;
    this.data = made.data;
    this.serving = made.serving;
    this.edges = made.edges ?? [];
  }

  /**
   * The environment of a YAML or JSON file. The same values in TypeScript make the same bytes.
   * @throws ConfigError with line and column of everything that is wrong
   */
  static fromFile(scope: App, file: string, options: AiPlatformOptions = {}): AiPlatform {
    const read = EnvironmentFile.read(file);
    try {
      return new AiPlatform(scope, read.data as EnvironmentConfig, options);
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      throw new ConfigError(`environment file ${file}`, read.locate(error.failures));
    }
  }

  /** In the order of deployment. */
  get stacks(): readonly PlatformStack[] {
    const { foundation, network, cluster, addons, data, serving, edges } = this;
    return [foundation, network, cluster, addons, data, serving, ...edges].filter((stack) => stack !== undefined);
  }
}

interface Made {
  readonly foundation?: FoundationStack;
  readonly network?: NetworkStack;
  readonly cluster?: ClusterStack;
  readonly addons?: AddonsStack;
  readonly data?: DataStack;
  readonly serving?: ServingStack;
  readonly edges?: readonly EdgeStack[];
}

/**
 * Each stack is tried even where one before it was refused, so that one run shows all that is wrong. Sections go to the constructs as they were
 * given: these fill in defaults themselves, those set on a scope before those of the schema, and know the origin of each value.
 */
function compose(
  scope: App,
  given: EnvironmentConfig,
  { addOns = [] }: AiPlatformOptions,
  values: EnvironmentValues,
  problems: Problems,
  broken: boolean,
): Made {
  const facts: EnvironmentFacts = {
    name: values.name,
    projectId: values.project.id,
    projectNumber: values.project.number,
    region: values.region,
    zones: values.zones,
  };
  const policy = given.policy && problems.attempt("policy", () => new Policy(policyConfigOf(values.policy)));
  const base: PlatformStackProps = {
    policy,
    environment: facts,
    governance: given.governance,
    state: given.state,
  };
  const make = <T>(step: () => T): T | undefined => {
    try {
      return problems.attempt("", step);
    } catch (error) {
      // Half-read values can break a construct in ways of their own; what is wrong with them is known already.
      if (broken) return undefined;
      throw error;
    }
  };

  const hasModels = values.models.length > 0;
  const needsServing = hasModels || values.teams.length > 0 || given.gateway !== undefined;
  const foundation = make(() => {
    const { keys, registry, security, budget } = given;
    const services = servicesOf(values);
    const servesModels = needsServing || given.addons !== undefined;
    const keyPurposes = keyPurposesOf(values);
    return new FoundationStack(scope, {
      ...base,
      keys,
      registry,
      security,
      budget,
      services,
      keyPurposes,
      servesModels,
    });
  });
  const network = make(() => {
    const after = foundation && [foundation];
    return new NetworkStack(scope, { ...base, after, network: given.network, pools: given.cluster.pools });
  });
  const cluster = make(() => {
    return new ClusterStack(scope, {
      ...base,
      cluster: given.cluster,
      maxPodsPerNode: network?.network.maxPodsPerNode ?? values.network.maxPodsPerNode,
      gpuBudget: values.gpuBudget,
      network: network?.network.network ?? STAND_IN.network,
      subnet: network?.network.nodes ?? STAND_IN.subnet,
      controlPlaneSubnet: network?.network.controlPlane,
      nodeNetworks: network?.nodeNetworks,
      keys: {
        secrets: foundation?.keys.key("gke-secrets") ?? STAND_IN.key,
        nodeDisks: foundation?.keys.key("node-disks") ?? STAND_IN.key,
        notifications: foundation?.keys.key("notifications") ?? STAND_IN.key,
        backups: foundation?.keys.key("backups") ?? STAND_IN.key,
      },
      // Operators' images come by the mirrors: a node that may not read them starts no operator.
      registries: foundation ? [foundation.registry, ...foundation.security.mirrors] : [],
    });
  });
  const data = !hasModels
    ? undefined
    : make(() => {
        const predictions = foundation?.keys.key("predictions") ?? STAND_IN.key;
        return new DataStack(scope, { ...base, keys: { predictions } });
      });
  // What is checked against pools and networks is of no use without them.
  if (cluster === undefined || network === undefined) return { foundation, network, cluster, data };
  const hasAddons = given.addons !== undefined || addOns.length > 0;
  const addons = !hasAddons
    ? undefined
    : make(() => {
        const fabrics = fabricsOf(values.cluster.pools, network.nodeNetworks);
        const { googleApis } = given.network;
        return new AddonsStack(scope, {
          ...base,
          cluster: cluster.cluster,
          addons: given.addons,
          addOns,
          fabrics,
          googleApis,
        });
      });
  const serving = !needsServing
    ? undefined
    : make(() => {
        const { plan, nodes } = network.network;
        return new ServingStack(scope, {
          ...base,
          after: addons && [addons],
          cluster: cluster.cluster,
          access: values.addons?.access ?? { via: "connect-gateway" },
          addOns: addons?.installed.ids ?? Object.keys(values.addons?.install ?? {}),
          groups: addons?.groups,
          pools: cluster.pools.map(({ ref }) => ref),
          network: {
            subnet: nodes,
            proxyRange: plan.proxyOnly,
            controlPlaneRange: plan.controlPlane,
            googleApis: given.network.googleApis,
          },
          teams: given.teams ?? [],
          queues: given.queues,
          models: given.models ?? [],
          modelValues: values.models,
          gateway: given.gateway,
          serving: given.serving,
          alerts: given.alerts,
          images: addons?.images,
          keyOf: (purpose) => foundation?.keys.key(purpose) ?? STAND_IN.key,
          modelArmor: foundation?.security.modelArmor?.ref,
          predictions: data?.predictions,
        });
      });
  const edges = edgeMemberships(values.models).map((membership) =>
    make(() => {
      const { teams = [], models = [] } = given;
      const { predictions } = data ?? {};
      const after = serving && [serving];
      return new EdgeStack(scope, {
        ...base,
        after,
        membership,
        teams,
        models,
        modelValues: values.models,
        serving: given.serving,
        alerts: given.alerts,
        predictions,
        googleApis: given.network.googleApis,
      });
    }),
  );
  const made = edges.filter((stack) => stack !== undefined);
  return { foundation, network, cluster, addons, data, serving, edges: made };
}

/** Further networks of GPU nodes, by pool. */
function fabricsOf(
  pools: readonly { readonly name: string; readonly machine: string }[],
  nodeNetworks: ReadonlyMap<string, readonly NodeNetworkRef[]>,
): PoolFabric[] {
  return pools.flatMap(({ name, machine }) => {
    const networks = nodeNetworks.get(name) ?? [];
    return networks.length === 0 ? [] : [{ machine, networks }];
  });
}

function keyPurposesOf({ models }: EnvironmentValues): KeyPurpose[] {
  const surfaces = new Set<string>(models.map(({ surface }) => surface.on));
  return [
    ...(models.length > 0 ? (["predictions", "workflows"] as const) : []),
    ...(["cloud-run", "vertex"] as const).filter((surface) => surfaces.has(surface)),
  ];
}

function servicesOf({ models }: EnvironmentValues): PlatformApi[] {
  if (models.length === 0) return [];
  const surfaces = new Set(models.map(({ surface }) => surface.on));
  return [...SERVING_APIS, ...[...surfaces].flatMap((surface) => SURFACE_APIS[surface] ?? [])];
}

const UNKNOWN = Ref.existing("refused");

// Stand for what a refused stack did not make, so that the stacks after it are still checked; nothing is written then.
const STAND_IN = {
  network: { id: UNKNOWN, name: UNKNOWN },
  subnet: { id: UNKNOWN, name: UNKNOWN, podRange: "pods", serviceRange: "services" },
  key: { id: UNKNOWN },
};

// No stack can be made without these, and nothing more be checked.
const FRAME = ["name", "project", "region", "zones", "governance", "state"];
const SECTIONS = ["network", "cluster", "teams", "models"];

function canCompose(problems: Problems): boolean {
  return !problems.failures.some(
    ({ path }) => FRAME.includes(path.split(/[.[]/, 1)[0]!) || SECTIONS.includes(path) || path === "",
  );
}

function subjectOf(config: EnvironmentConfig | undefined): string {
  return `environment ${config?.name ?? ""}`.trim();
}
