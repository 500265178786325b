import type { ModelConfig } from "../../lib/serving";
import type { QueuesConfig, TeamConfig } from "../../lib/tenants";
import type { ApiObject } from "./api/objects";
import { Problems } from "./checks";
import type { EnvironmentData, SynthesizedEnvironment, SynthesizedStack } from "./environments";
import { edgeNodesOf } from "./nodes/edge-nodes";
import { nodesOf } from "./nodes/gke-nodes";

type EdgeModel = ModelConfig & { readonly surface: EdgeSurface };
type EdgeSurface = Extract<ModelConfig["surface"], { readonly on: "edge" }>;

/** One cluster that an environment has objects in: its own on GKE, or one at the edge. */
export interface SynthesizedCluster {
  /** As checks call it: `prod`, `staging edge-plant-1`. */
  readonly name: string;
  readonly environment: SynthesizedEnvironment;
  readonly nodes: readonly ApiObject[];
  /** The stacks that hold its objects, in the order of their deployment. */
  readonly layers: readonly Layer[];
  readonly teams: readonly TeamConfig[];
  readonly queues?: QueuesConfig;
  readonly models: readonly ModelConfig[];
}

export interface Layer {
  readonly layer: string;
  readonly stack: SynthesizedStack;
}

/** The clusters of an environment that have objects. Models on Cloud Run and Vertex AI are in none. */
export function clustersOf(environment: SynthesizedEnvironment): SynthesizedCluster[] {
  const { data } = environment;
  return [ownCluster(environment, data), ...edgeClusters(environment, data)].filter(({ layers }) => layers.length > 0);
}

function ownCluster(environment: SynthesizedEnvironment, data: EnvironmentData): SynthesizedCluster {
  const { name, stacks } = environment;
  const { teams = [], queues, models = [] } = data;
  return {
    name,
    environment,
    nodes: nodesOf(stacks.get("cluster")!.json),
    layers: ["addons", "serving"].flatMap((layer) => layerOf(environment, layer)),
    teams,
    queues,
    models: models.filter(({ surface }) => surface === undefined || surface.on === "gke"),
  };
}

function edgeClusters(environment: SynthesizedEnvironment, data: EnvironmentData): SynthesizedCluster[] {
  const models = (data.models ?? []).filter((model): model is EdgeModel => model.surface?.on === "edge");
  return [...new Set(models.map(({ surface }) => surface.membership))].map((membership) => {
    const own = models.filter(({ surface }) => surface.membership === membership);
    const layers = layerOf(environment, `edge-${membership}`);
    if (layers.length === 0) throw new Problems([`${environment.name}: no stack of the edge cluster ${membership}`]);
    return {
      name: `${environment.name} edge-${membership}`,
      environment,
      nodes: edgeNodesOf(own.map(({ surface }) => surface)),
      layers,
      teams: (data.teams ?? []).filter(({ name }) => own.some(({ team }) => team === name)),
      models: own,
    };
  });
}

function layerOf({ stacks }: SynthesizedEnvironment, layer: string): Layer[] {
  const stack = stacks.get(layer);
  return stack ? [{ layer, stack }] : [];
}

export function objectsOf({ layers }: SynthesizedCluster): ApiObject[] {
  return layers.flatMap(({ stack }) => stack.objects);
}
