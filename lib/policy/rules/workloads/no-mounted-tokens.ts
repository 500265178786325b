import { field } from "./pods";
import { isFalse, isTrue, workloadRule } from "./workload-rule";
const NAME = "automountServiceAccountToken";

export const noMountedTokens = workloadRule({
  id: "workloads.noMountedTokens",
  title: "Pods hold no token of the cluster",
  severity: "medium",
  rationale: "Every pod gets a token of the Kubernetes API unless told otherwise; serving a model needs none.",
  fix: "set automountServiceAccountToken = false. Workload Identity works without it",
  controls: [{ framework: "CIS GKE 1.4", id: "4.1.6" }],
  look: ({ pods, blocks }, sight) => {
    for (const { path, block } of blocks) {
      sight.refuse(`${path}.automountServiceAccountToken`, field(block, NAME), "false", isTrue);
    }
    for (const { path, block, partial } of pods) {
      sight.demand(`${path}.automountServiceAccountToken`, field(block, NAME), "false", isFalse, partial);
    }
  },
});
