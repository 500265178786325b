import { AttachedCluster, GIB } from "../../cluster";
import type { ClusterRef, EnvironmentFacts, Failure } from "../../core";
import type { ModelValues } from "../config/model-config";
import { gib } from "../capacity/replica-resources";
import { weightsOf } from "../pod/weights";
import { edgeGroup, type EdgeSurface } from "./edge-nodes";
import { edgeWeightBytes } from "./edge-rules";

/** A model on the edge, with its place in the environment's list. */
export interface EdgeModel {
  readonly index: number;
  readonly config: ModelValues;
  readonly surface: EdgeSurface;
}

/** Names of the fleet memberships that models run on, each once, in the order of the models. */
export function edgeMemberships(models: readonly ModelValues[]): string[] {
  return [...new Set(models.flatMap(({ surface }) => (surface.on === "edge" ? [surface.membership] : [])))];
}

/** The models of one membership. */
export function edgeModels(models: readonly ModelValues[], membership: string): EdgeModel[] {
  return models.flatMap((config, index) => {
    const { surface } = config;
    return surface.on === "edge" && surface.membership === membership ? [{ index, config, surface }] : [];
  });
}

/** The cluster that a model's surface tells of; its membership is one of the fleet in the environment's project. */
export function edgeCluster(
  { membership, location, version, managedPrometheus }: EdgeSurface,
  { projectId, projectNumber }: Pick<EnvironmentFacts, "projectId" | "projectNumber">,
): ClusterRef {
  return AttachedCluster.fromMembership({
    name: membership,
    location,
    project: projectId,
    projectNumber,
    version,
    features: managedPrometheus ? ["managed-prometheus"] : [],
  });
}

/** What models of one cluster say differently of it, and weights that one group of nodes does not hold together. */
export function edgeClusterFailures(models: readonly EdgeModel[]): Failure[] {
  const [first] = models;
  const differences = models.flatMap((model) =>
    (["location", "version", "managedPrometheus"] as const).flatMap((field) => differing(field, model, first!)),
  );
  const groups = [...new Set(models.map(({ surface }) => edgeGroup(surface)))];
  const inGroups = groups.flatMap((group) => {
    const members = models.filter(({ surface }) => edgeGroup(surface) === group);
    const unlike = members.flatMap((model) =>
      (["nodes", "cacheGb"] as const).flatMap((field) => differing(field, model, members[0]!)),
    );
    return [...unlike, ...cacheFailures(group, members)];
  });
  return [...differences, ...inGroups];
}

function differing(field: keyof EdgeSurface, { index, surface }: EdgeModel, first: EdgeModel): Failure[] {
  const said = JSON.stringify(first.surface[field]);
  if (JSON.stringify(surface[field]) === said) return [];
  return [
    {
      code: "edge-differs",
      path: `models[${index}].surface.${field}`,
      message: `is not what model ${first.config.name} says of the same ${field === "nodes" || field === "cacheGb" ? "nodes" : "cluster"}`,
      got: surface[field],
      allowed: said,
      fix: "say the same for all models there, or give nodes that differ a nodeGroup of their own",
    },
  ];
}

function cacheFailures(group: string, models: readonly EdgeModel[]): Failure[] {
  // Weights that two models take from one image lie on a node once.
  const apart = new Map(models.map((model) => [imageOf(model) ?? model.config.name, model]));
  const parts = [...apart.values()].map(({ config }) => ({ name: config.name, bytes: edgeWeightBytes(config) }));
  const inAll = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const least = Math.min(...models.map(({ surface }) => surface.cacheGb));
  // One model alone is told so itself.
  if (inAll <= least * GIB || parts.filter(({ bytes }) => bytes > 0).length < 2) return [];
  return [
    {
      code: "edge-cache-shared",
      path: `models[${models[0]!.index}].surface.cacheGb`,
      message: `is too little for all models on nodes ${group}: ${parts.map(({ name, bytes }) => `${name} ${gib(bytes)}`).join(" + ")} = ${gib(inAll)}`,
      got: least,
      allowed: `at least ${Math.ceil(inAll / GIB)}`,
      fix: "give the nodes more room for weights, or the models groups of their own",
    },
  ];
}

function imageOf({ config }: EdgeModel): string | undefined {
  const weights = weightsOf(config);
  return weights?.from === "image" ? weights.image : undefined;
}
