import type { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn } from "../add-on";
import { ChartRelease } from "../chart-release";
import { operatorNamespace } from "../operator-namespace";
import { CONTAINER_SECURITY, POD_SECURITY, operatorSchema, resourcesOf, type OperatorConfig } from "./operator-config";

/** LeaderWorkerSet: one model server over several nodes. */
export type LeaderWorkerSetConfig = OperatorConfig;

export const leaderWorkerSetSchema = operatorSchema;

assertSchema<LeaderWorkerSetConfig, typeof leaderWorkerSetSchema>(true);

const NAMESPACE = CHARTS.lws.namespace;

export function leaderWorkerSet({ replicas }: z.output<typeof leaderWorkerSetSchema>): AddOn {
  return {
    id: "lws",
    title: "LeaderWorkerSet",
    install(scope, context) {
      const namespace = operatorNamespace(scope, NAMESPACE, context);
      const { registry, path, pinnedTag } = context.images.ofChart("lws", "lws");
      // The chart has no values for a priority class and a disruption budget.
      return new ChartRelease(scope, "chart", {
        chart: "lws",
        source: context.charts,
        values: {
          replicaCount: replicas,
          image: { manager: { repository: `${registry}/${path}`, tag: pinnedTag, pullPolicy: "IfNotPresent" } },
          resources: resourcesOf("200m", "512Mi", "1"),
          podSecurityContext: POD_SECURITY,
          securityContext: CONTAINER_SECURITY,
          enablePrometheus: false,
          enableCertManager: false,
        },
        after: [...context.after, namespace],
      }).dependables;
    },
  };
}
