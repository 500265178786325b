import type { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn } from "../add-on";
import { ChartRelease } from "../chart-release";
import { operatorNamespace } from "../operator-namespace";
import { CONTAINER_SECURITY, POD_SECURITY, operatorSchema, resourcesOf, type OperatorConfig } from "./operator-config";

/** JobSet: training runs of many jobs that start and fail together. */
export type JobSetConfig = OperatorConfig;

export const jobSetSchema = operatorSchema;

assertSchema<JobSetConfig, typeof jobSetSchema>(true);

const NAMESPACE = CHARTS.jobset.namespace;

export function jobSet({ replicas }: z.output<typeof jobSetSchema>): AddOn {
  return {
    id: "jobset",
    title: "JobSet",
    install(scope, context) {
      const namespace = operatorNamespace(scope, NAMESPACE, context);
      const { registry, path, pinnedTag } = context.images.ofChart("jobset", "jobset");
      // The chart has no value for a priority class. GKE's own component `JOBSET` measures job sets.
      return new ChartRelease(scope, "chart", {
        chart: "jobset",
        source: context.charts,
        values: {
          image: { repository: `${registry}/${path}`, tag: pinnedTag, pullPolicy: "IfNotPresent" },
          controller: {
            replicas,
            leaderElection: { enable: true },
            resources: resourcesOf("200m", "512Mi", "1"),
            securityContext: CONTAINER_SECURITY,
            podSecurityContext: POD_SECURITY,
            podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
          },
          certManager: { enable: false },
          prometheus: { enable: false },
        },
        after: [...context.after, namespace],
      }).dependables;
    },
  };
}
