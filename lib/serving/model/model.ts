import { Construct } from "constructs";
import type { NodePoolRef } from "../../cluster";
import type { ClusterRef, DatasetRef, KeyRef, SubnetRef } from "../../core";
import type { Grant, Principal } from "../../iam";
import type { TeamRef } from "../../tenants/team-ref";
import type { GatewayRef } from "../gateway/gateway-ref";
import type { ModelConfig, ModelValues } from "../config/model-config";
import { ModelServer } from "./model-server";
import { predictionLogVariables, type PredictionLog } from "../prediction-log/prediction-log";
import { shiftsByArgo } from "../rollout/rollout-choice";
import { RolloutWorkflow, type RolloutTarget } from "../rollout";
import { CloudRunModel, VertexModel } from "../surfaces";

/** What a model may stand on and beside, whatever its surface. */
export interface ModelSurroundings {
  readonly cluster: ClusterRef;
  readonly pools: readonly NodePoolRef[];
  /** The team that the model names. */
  readonly teamRef: TeamRef;
  /** @default - a model with a route is refused */
  readonly gateway?: GatewayRef;
  /** Where its answers are logged. @default - nowhere */
  readonly predictions?: PredictionLog;
  /** Dataset that Vertex AI logs requests and answers to. @default - a model there that logs is refused */
  readonly predictionDataset?: DatasetRef;
  /** Subnet that it is reached from where it does not run in the cluster. */
  readonly subnet: SubnetRef;
  /** The key of one purpose: `EncryptionKeys.key`. */
  readonly keyOf: (purpose: "workflows" | "cloud-run" | "vertex") => KeyRef;
  /** True: no replicas, and nobody may call it. @default false */
  readonly stopped?: boolean;
}

/** A model on the surface that it asks for, with what rolls out its next version. */
export class Model extends Construct {
  /** Absent on other surfaces than the environment's cluster. */
  readonly server?: ModelServer;
  /** Absent on other surfaces than Cloud Run. */
  readonly cloudRun?: CloudRunModel;
  /** Absent on other surfaces than Vertex AI. */
  readonly vertex?: VertexModel;
  /** Absent without a rollout, and where Argo Rollouts carries it out. */
  readonly rollout?: RolloutWorkflow;

  /**
   * @param values the model with its defaults
   * @throws ConfigError with everything that speaks against it
   */
  constructor(
    scope: Construct,
    id: string,
    model: ModelConfig,
    private readonly values: ModelValues,
    private readonly surroundings: ModelSurroundings,
  ) {
    super(scope, id);
    const { subnet, keyOf, teamRef, stopped, predictions } = surroundings;
    switch (values.surface.on) {
      case "cloud-run":
        this.cloudRun = new CloudRunModel(this, "service", {
          ...model,
          subnet,
          key: keyOf("cloud-run"),
          teamLabels: teamRef.labels,
          stopped,
          predictions,
        });
        break;
      case "vertex":
        this.vertex = new VertexModel(this, "endpoint", {
          ...model,
          key: keyOf("vertex"),
          workflowsKey: keyOf("workflows"),
          dataset: surroundings.predictionDataset,
          teamLabels: teamRef.labels,
          stopped,
        });
        break;
      default:
        this.server = this.inCluster(model);
    }
    this.rollout = this.shift();
  }

  private inCluster(model: ModelConfig): ModelServer {
    const { predictions, keyOf: _keyOf, subnet: _subnet, predictionDataset: _dataset, ...around } = this.surroundings;
    const topic = predictions?.ref.id.from(this);
    const server = new ModelServer(this, "server", {
      ...model,
      ...around,
      variables: topic === undefined ? {} : predictionLogVariables(this, this.values, topic),
    });
    const log = this.letLog(server.ref.principal);
    log?.applyBefore(server.resources.release);
    return server;
  }

  private letLog(to: Principal): Grant | undefined {
    const reason = `The server of model ${this.values.name} logs what it answers`;
    return this.surroundings.predictions?.grants.publish(to, { reason, at: this });
  }

  private shift(): RolloutWorkflow | undefined {
    const { name, version, rollout, candidate } = this.values;
    const target = this.target();
    if (rollout === undefined || target === undefined) return undefined;
    const key = this.surroundings.keyOf("workflows");
    return new RolloutWorkflow(this, "rollout", {
      name,
      version,
      candidateVersion: candidate?.version,
      rollout,
      target,
      key,
      after: [
        ...(this.server?.resources.release.dependables ?? []),
        ...(this.vertex ? [this.vertex.resources.endpoint] : []),
      ],
    });
  }

  private target(): RolloutTarget | undefined {
    const { cluster, teamRef } = this.surroundings;
    if (this.cloudRun) return { on: "cloud-run", service: this.cloudRun.ref, runsAs: this.cloudRun.ref.account };
    if (this.vertex) return vertexTarget(this.vertex);
    if (this.server === undefined || shiftsByArgo(this.values)) return undefined;
    return { on: "route-weights", model: this.server.ref, cluster, after: teamRef.ready };
  }
}

/** There without a candidate too: a workflow that came and went with each would have to give up its protection against deletion. */
function vertexTarget({ ref: { project, location, endpoint, deployed } }: VertexModel): RolloutTarget {
  const { stable, candidate = stable } = deployed;
  return { on: "vertex", project, location, endpoint, stable, candidate };
}
