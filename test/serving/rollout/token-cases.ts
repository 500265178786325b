import { ClusterAccess } from "../../../lib/delivery";
import { RolloutWorkflow, rolloutWorkflowSchema, type RolloutWorkflowConfig } from "../../../lib/serving";
import type { TokenCase } from "../../security-foundation/token-cases";
import { cluster, key, served } from "./served";

export const ROLLOUT_TOKEN_CASE: TokenCase = {
  name: "RolloutWorkflow",
  schema: rolloutWorkflowSchema,
  samples: [
    {
      name: "n",
      version: "v1",
      candidateVersion: "v2",
      rollout: {
        steps: [5, 10],
        stepMinutes: 10,
        minRequests: 100,
        maxStepMinutes: 60,
        failureLimit: 1,
        shadow: 10,
        rollback: true,
        checks: {
          errors: { timesStable: 1.5, acceptedRatio: 0.01 },
          latency: { timesStable: 1.3, firstTokenSeconds: 1, betweenTokensSeconds: 0.1, requestSeconds: 30 },
          quality: {
            keptConfidence: 0.9,
            hallucinationTimesStable: 1.5,
            acceptedHallucinationRatio: 0.05,
            acceptedDriftScore: 0.25,
          },
        },
      },
    },
  ],
  build: (stack, props: RolloutWorkflowConfig) => {
    ClusterAccess.on(stack, cluster, { via: "connect-gateway" });
    new RolloutWorkflow(stack, "it", { ...props, key, target: { on: "route-weights", model: served(), cluster } });
  },
};
