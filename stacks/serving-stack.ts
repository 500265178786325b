import type { Construct } from "constructs";
import { Problems, type ClusterRef, type SubnetRef } from "../lib/core";
import { ClusterAccess, ClusterApis, type ClusterAccessConfig, type ImageSource } from "../lib/delivery";
import type { NodePoolRef } from "../lib/cluster";
import { AlertChannels, type AlertChannelsConfig } from "../lib/monitoring";
import type { GoogleApis } from "../lib/network";
import type { ModelArmorRef } from "../lib/security";
import {
  Gateway,
  KillSwitch,
  Model,
  isStopped,
  poolDemandFailures,
  queueDemandFailures,
  type GatewayConfig,
  type KillSwitchConfig,
  type ModelConfig,
  type ModelSurroundings,
  type ModelValues,
  type PredictionLog,
} from "../lib/serving";
import { Tenants, type QueuesConfig, type Team, type TeamConfig } from "../lib/tenants";
import { watchModel, watchRollout, type ModelWatch } from "./model-alert";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

/** What of the network a gateway and the pods behind it need to know. */
export interface ServingNetwork {
  /** Subnet of the nodes. */
  readonly subnet: SubnetRef;
  /** Range of the proxy-only subnet. */
  readonly proxyRange: string;
  /** Range of the control plane's private endpoint. */
  readonly controlPlaneRange: string;
  /** Addresses that Google APIs are reached at. @default "private" */
  readonly googleApis?: GoogleApis;
}

export interface ServingStackProps extends PlatformStackProps {
  readonly cluster: ClusterRef;
  readonly access: ClusterAccessConfig;
  /** Ids of the add-ons that the cluster has. */
  readonly addOns: readonly string[];
  /** Groups of custom resources that add-ons of others bring. @default - none */
  readonly groups?: readonly string[];
  readonly pools: readonly NodePoolRef[];
  readonly network: ServingNetwork;
  readonly teams: readonly TeamConfig[];
  readonly queues?: QueuesConfig;
  /** Models as they were given, and the same with their defaults. */
  readonly models: readonly ModelConfig[];
  readonly modelValues: readonly ModelValues[];
  readonly gateway?: GatewayConfig;
  /** What is stopped, and who decides that. */
  readonly serving?: KillSwitchConfig;
  readonly alerts?: AlertChannelsConfig;
  readonly modelArmor?: ModelArmorRef;
  /** Where images of the catalogue come from. @default - their own registries */
  readonly images?: ImageSource;
  readonly predictions?: PredictionLog;
  /** The key of one purpose: `EncryptionKeys.key`. */
  readonly keyOf: ModelSurroundings["keyOf"];
}

/** Teams, the gateway, model servers, and the switch that stops them. */
export class ServingStack extends PlatformStack {
  readonly tenants: Tenants;
  /** Absent where no model has a route. */
  readonly gateway?: Gateway;
  /** By name of the model. */
  readonly models: ReadonlyMap<string, Model>;
  readonly killSwitch?: KillSwitch;

  /** @throws ConfigError with the failures of all its constructs; paths as in the environment file */
  constructor(scope: Construct, props: ServingStackProps) {
    super(scope, "serving", props);
    const { cluster, teams, queues, pools, network, modelValues } = props;
    const problems = new Problems();
    ClusterApis.on(this, { features: cluster.features, addOns: props.addOns, groups: props.groups });
    ClusterAccess.on(this, cluster, props.access);
    const tenants = problems.attempt("", () => {
      return new Tenants(this, "tenants", { teams, queues, cluster, pools, googleApis: network.googleApis });
    });
    const channels = props.alerts && problems.attempt("alerts", () => new AlertChannels(this, "alerts", props.alerts!));
    const gateway = props.gateway && this.makeGateway(props.gateway, props, tenants, problems);
    const models = new Map<string, Model>();
    for (const [index, model] of props.models.entries()) {
      // Sites outside of Google Cloud have stacks of their own.
      if (modelValues[index]!.surface.on === "edge") continue;
      const team = tenants?.teams.get(model.team);
      const own = new Problems();
      const made = team && own.attempt("", () => this.serve(model, modelValues[index]!, team, gateway, props));
      if (made) models.set(model.name, made);
      // What is wrong with the gateway was said; that there is none is not so.
      const refused = props.gateway && !gateway;
      problems.add(
        `models[${index}]`,
        own.failures.filter(({ code }) => !(refused && code === "no-gateway")),
      );
    }
    const servers = [...models.values()].flatMap(({ server }) => server ?? []);
    const placed = servers.map(({ ref }) => ref);
    problems.add("", poolDemandFailures(placed, pools));
    problems.add("", queueDemandFailures(placed, tenants?.queues?.plan ?? []));
    const inCluster = modelValues.filter(runsInCluster);
    const killSwitch =
      gateway && props.serving
        ? problems.attempt("serving", () => {
            return new KillSwitch(this, "kill-switch", {
              ...props.serving!,
              stopped: props.serving!.stopped?.filter(
                (name) => !modelValues.some((m) => m.name === name && !runsInCluster(m)),
              ),
              models: inCluster,
              hosts: gateway.ref.hosts,
              policy: gateway.edge.ref,
              namespace: gateway.ref.namespace,
              cluster,
              channels: channels?.ref.ids,
              after: gateway.resources.release.dependables,
            });
          })
        : undefined;
    if (channels) this.watch(models, modelValues, { cluster, channels: channels.ref, predictions: props.predictions });
    problems.throwIfAny(this.node.path);
    this.tenants = tenants!;
    this.gateway = gateway;
    this.models = models;
    this.killSwitch = killSwitch;
  }

  private makeGateway(
    config: GatewayConfig,
    { cluster, teams, network, modelValues, modelArmor, images }: ServingStackProps,
    tenants: Tenants | undefined,
    problems: Problems,
  ): Gateway | undefined {
    const { subnet, proxyRange, controlPlaneRange } = network;
    const own = new Problems();
    const gateway = own.attempt("", () => {
      return new Gateway(this, "gateway", {
        ...config,
        subnet,
        proxyRange,
        controlPlaneRange,
        cluster,
        models: modelValues.filter(runsInCluster),
        namespaces: teams.map(({ name }) => name),
        modelArmor,
        images,
        after: [...(tenants?.teams.values() ?? [])].flatMap(({ ref }) => ref.ready),
      });
    });
    for (const failure of own.failures) {
      problems.add(failure.path.startsWith("models[") ? "" : "gateway", [failure]);
    }
    return gateway;
  }

  private serve(
    model: ModelConfig,
    values: ModelValues,
    team: Team,
    gateway: Gateway | undefined,
    { cluster, pools, serving, predictions, network, keyOf }: ServingStackProps,
  ): Model {
    return new Model(this, `model-${model.name}`, model, values, {
      cluster,
      pools,
      teamRef: team.ref,
      gateway: gateway?.ref,
      predictions,
      subnet: network.subnet,
      keyOf,
      stopped: isStopped(serving?.stopped ?? [], model.name),
    });
  }

  private watch(models: ReadonlyMap<string, Model>, modelValues: readonly ModelValues[], watch: ModelWatch): void {
    for (const values of modelValues) {
      const model = models.get(values.name);
      if (model?.server) watchModel(this, model.server, watch);
      if (model) watchRollout(this, model, values, watch);
    }
  }
}

function runsInCluster({ surface }: ModelValues): boolean {
  return surface.on === "gke" || surface.on === "kserve";
}
