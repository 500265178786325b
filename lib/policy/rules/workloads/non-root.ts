import { blockOf, field } from "./pods";
import { isFalse, isTrue, workloadRule } from "./workload-rule";

export const nonRoot = workloadRule({
  id: "workloads.nonRoot",
  title: "Containers do not run as root",
  severity: "high",
  rationale: "Root in a container is root for the kernel, and one flaw away from the node.",
  fix: "set securityContext.runAsNonRoot = true on the pod, and an image with a user of its own",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.2.7" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  look: ({ pods, blocks }, sight) => {
    for (const { path, block } of blocks) {
      sight.refuse(`${path}.runAsUser`, field(block, "runAsUser"), "a user above 0", (user) => Number(user) === 0);
      sight.refuse(`${path}.runAsNonRoot`, field(block, "runAsNonRoot"), "true", isFalse);
    }
    for (const pod of pods) {
      const ofPod = field(blockOf(pod.block, "securityContext"), "runAsNonRoot");
      for (const { path, block, partial } of pod.containers) {
        const value = field(blockOf(block, "securityContext"), "runAsNonRoot") ?? ofPod;
        sight.demand(`${path}.securityContext.runAsNonRoot`, value, "true", isTrue, partial);
      }
    }
  },
});
