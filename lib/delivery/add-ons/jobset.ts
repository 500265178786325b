import type { z } from "zod";
import { assertSchema } from "../../core";
import type { AddOn } from "../add-on";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator, pinnedImage } from "./operator";
import { operatorSchema, resourcesOf, type OperatorConfig } from "./operator-config";

/** JobSet: training runs of many jobs that start and fail together. */
export type JobSetConfig = OperatorConfig;

export const jobSetSchema = operatorSchema;

assertSchema<JobSetConfig, typeof jobSetSchema>(true);

export function jobSet({ replicas }: z.output<typeof jobSetSchema>): AddOn {
  return {
    id: "jobset",
    title: "JobSet",
    install(scope, context) {
      // The chart has no value for a priority class. GKE's own component `JOBSET` measures job sets.
      return installOperator(scope, context, {
        chart: "jobset",
        values: {
          image: pinnedImage(context, "jobset", "jobset"),
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
      });
    },
  };
}
