import type { ITerraformDependable, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { CHARTS, type ChartId } from "../../catalog/charts";
import type { AddOnContext } from "../add-on";
import { ChartRelease } from "../chart-release";
import type { KubernetesObject } from "../kubernetes-object";
import { ManifestRelease } from "../manifest-release";
import { operatorNamespace } from "../operator-namespace";

/** An operator as its chart brings it. */
export interface Operator {
  readonly chart: ChartId;
  readonly values: object;
  /** Rights that it cannot start without; made after its namespace and before its chart. @default - none */
  readonly rights?: (namespace: TerraformResource) => readonly ITerraformDependable[];
  /** Objects by which managed Prometheus reads its metrics; left out where the cluster has none. @default - none */
  readonly metrics?: readonly KubernetesObject[];
}

/**
 * Installs an operator: its namespace and rights, its chart, then what reads its metrics.
 * @returns what whoever needs the operator waits for
 */
export function installOperator(
  scope: Construct,
  context: AddOnContext,
  { chart, values, rights = () => [], metrics = [] }: Operator,
): readonly ITerraformDependable[] {
  const { namespace: name } = CHARTS[chart];
  const namespace = operatorNamespace(scope, name, context);
  const { dependables } = new ChartRelease(scope, "chart", {
    chart,
    source: context.charts,
    values,
    after: [...context.after, namespace, ...rights(namespace)],
  });
  if (metrics.length === 0 || !context.cluster.features.includes("managed-prometheus")) return dependables;
  const collected = new ManifestRelease(scope, "metrics", {
    name: `${chart}-metrics`,
    namespace: name,
    objects: metrics,
    after: dependables,
  });
  return [...dependables, ...collected.dependables];
}

/** An image of a chart as most charts' values take it: repository, and the tag with its digest. */
export function pinnedImage({ images }: Pick<AddOnContext, "images">, chart: ChartId, name: string) {
  const { registry, path, pinnedTag } = images.ofChart(chart, name);
  return { repository: `${registry}/${path}`, tag: pinnedTag, pullPolicy: "IfNotPresent" };
}
