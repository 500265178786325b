import type { Construct } from "constructs";
import type { NodePoolRef } from "../lib/cluster";
import { Problems, type ClusterRef } from "../lib/core";
import { ClusterAccess, ClusterApis } from "../lib/delivery";
import { AlertChannels, type AlertChannelsConfig } from "../lib/monitoring";
import type { GoogleApis } from "../lib/network";
import {
  ModelServer,
  edgeCluster,
  edgeClusterFailures,
  edgeGroup,
  edgeModels,
  edgeNodes,
  isStopped,
  poolDemandFailures,
  predictionLogVariables,
  type EdgeModel,
  type KillSwitchConfig,
  type ModelConfig,
  type ModelValues,
  type PredictionLog,
} from "../lib/serving";
import { Team, type TeamConfig } from "../lib/tenants";
import { watchModel } from "./model-alert";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

export interface EdgeStackProps extends PlatformStackProps {
  /** Name of the cluster's fleet membership: `surface.membership` of its models. */
  readonly membership: string;
  /** All teams of the environment: those with a model here get a namespace. */
  readonly teams: readonly TeamConfig[];
  /** All models of the environment as they were given, and the same with their defaults: those of other surfaces are left to others. */
  readonly models: readonly ModelConfig[];
  readonly modelValues: readonly ModelValues[];
  /** What is stopped. @default - nothing */
  readonly serving?: Pick<KillSwitchConfig, "stopped">;
  /**
   * Where answers are logged. A server has to exchange the token that `GOOGLE_APPLICATION_CREDENTIALS` tells of, as Google's client libraries
   * do: there is no metadata server.
   * @default - nowhere
   */
  readonly predictions?: PredictionLog;
  /**
   * Who is told when a model does not answer. The stack makes channels of its own: Google names one by a number that no other stack knows
   * before. Only where managed Prometheus is installed in the cluster: nothing else tells of it.
   * @default - nobody
   */
  readonly alerts?: AlertChannelsConfig;
  /** Ids of the add-ons that are installed in the cluster; none is installed here. @default [] */
  readonly addOns?: readonly string[];
  /** Addresses that Google APIs are reached at from the site. @default "private" */
  readonly googleApis?: GoogleApis;
}

/**
 * Teams and model servers in one cluster outside of Google Cloud, reached through the Connect Gateway. Each edge cluster is a stack of its own: a
 * site that is offline holds up no other.
 *
 * The groups of the teams come through the gateway by rights that the environment's serving stack gives: they hold for the whole fleet.
 */
export class EdgeStack extends PlatformStack {
  readonly cluster: ClusterRef;
  /** By name. */
  readonly teams: ReadonlyMap<string, Team>;
  /** By name of the model. */
  readonly models: ReadonlyMap<string, ModelServer>;

  /** @throws ConfigError with the failures of all its models; paths as in the environment file */
  constructor(scope: Construct, props: EdgeStackProps) {
    super(scope, `edge-${props.membership}`, props);
    const here = edgeModels(props.modelValues, props.membership);
    const problems = new Problems(here.length > 0 ? edgeClusterFailures(here) : [noModels(props)]);
    problems.throwIfAny(this.node.path);
    this.cluster = edgeCluster(here[0]!.surface, props.environment);
    const { features, version } = this.cluster;
    ClusterApis.on(this, { features, gkeVersion: version, addOns: props.addOns ?? [] });
    ClusterAccess.on(this, this.cluster, { via: "connect-gateway" });
    this.teams = this.makeTeams(here, props, problems);
    const models = new Map<string, ModelServer>();
    for (const model of here) {
      const team = this.teams.get(model.config.team);
      const made = team && problems.attempt(`models[${model.index}]`, () => this.serve(model, team, props));
      if (made) models.set(model.config.name, made);
    }
    const servers = [...models.values()].map(({ ref }) => ref);
    problems.add("", poolDemandFailures(servers, groupsOf(here)));
    const { alerts } = features.includes("managed-prometheus") ? props : {};
    const channels = alerts && problems.attempt("alerts", () => new AlertChannels(this, "alerts", alerts));
    if (channels) {
      const watch = { cluster: this.cluster, channels: channels.ref, predictions: props.predictions };
      for (const server of models.values()) watchModel(this, server, watch);
    }
    problems.throwIfAny(this.node.path);
    this.models = models;
  }

  private makeTeams(
    here: readonly EdgeModel[],
    { teams, googleApis }: EdgeStackProps,
    problems: Problems,
  ): ReadonlyMap<string, Team> {
    const made = new Map<string, Team>();
    for (const [index, team] of teams.entries()) {
      if (!here.some(({ config }) => config.team === team.name)) continue;
      const one = problems.attempt(`teams[${index}]`, () => {
        const { cluster } = this;
        return new Team(this, `team-${team.name}`, { ...team, cluster, googleApis, opensGateway: false });
      });
      if (one) made.set(team.name, one);
    }
    return made;
  }

  private serve({ index, config, surface }: EdgeModel, team: Team, props: EdgeStackProps): ModelServer {
    const { predictions, serving } = props;
    const topic = predictions?.ref.id.from(this);
    const { claim } = surface;
    const server = new ModelServer(this, `model-${config.name}`, {
      ...props.models[index]!,
      cluster: this.cluster,
      teamRef: team.ref,
      pools: [edgeNodes(surface, config)],
      stopped: isStopped(serving?.stopped ?? [], config.name),
      variables: topic === undefined ? {} : predictionLogVariables(this, config, topic),
      ...(claim === undefined
        ? {}
        : { cachedWeights: { persistentVolumeClaim: { claimName: claim, readOnly: true } } }),
    });
    const reason = `The server of model ${config.name} logs what it answers`;
    predictions?.grants.publish(server.ref.principal, { reason, at: server }).applyBefore(server.resources.release);
    return server;
  }
}

/** The groups of nodes that models ask for, each once, with all that its nodes have. */
function groupsOf(models: readonly EdgeModel[]): NodePoolRef[] {
  const surfaces = new Map(models.map(({ surface }) => [edgeGroup(surface), surface]));
  return [...surfaces.values()].map((surface) => edgeNodes(surface, { gpus: 1 }));
}

function noModels({ membership }: EdgeStackProps) {
  return {
    code: "no-edge-model",
    path: "membership",
    message: "is of a cluster that no model runs on",
    got: membership,
    fix: "give a model surface: { on: edge } with this membership, or leave the stack out",
  };
}
