import type { z } from "zod";
import { assertSchema } from "../../core";
import type { AddOn } from "../add-on";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator, pinnedImage } from "./operator";
import { operatorSchema, resourcesOf, type OperatorConfig } from "./operator-config";

/** LeaderWorkerSet: one model server over several nodes. */
export type LeaderWorkerSetConfig = OperatorConfig;

export const leaderWorkerSetSchema = operatorSchema;

assertSchema<LeaderWorkerSetConfig, typeof leaderWorkerSetSchema>(true);

export function leaderWorkerSet({ replicas }: z.output<typeof leaderWorkerSetSchema>): AddOn {
  return {
    id: "lws",
    title: "LeaderWorkerSet",
    install(scope, context) {
      // The chart has no values for a priority class and a disruption budget.
      return installOperator(scope, context, {
        chart: "lws",
        values: {
          replicaCount: replicas,
          image: { manager: pinnedImage(context, "lws", "lws") },
          resources: resourcesOf("200m", "512Mi", "1"),
          podSecurityContext: POD_SECURITY,
          securityContext: CONTAINER_SECURITY,
          enablePrometheus: false,
          enableCertManager: false,
        },
      });
    },
  };
}
