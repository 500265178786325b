import { blockOf, field } from "./pods";
import { isFalse, isTrue, workloadRule } from "./workload-rule";

export const noPrivilegeEscalation = workloadRule({
  id: "workloads.noPrivilegeEscalation",
  title: "Containers cannot gain rights",
  severity: "high",
  rationale: "A set-uid program inside of an image would make its caller root.",
  fix: "set securityContext.allowPrivilegeEscalation = false on every container",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.2.6" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  look: ({ pods, blocks }, sight) => {
    for (const { path, block } of blocks) {
      sight.refuse(`${path}.allowPrivilegeEscalation`, field(block, "allowPrivilegeEscalation"), "false", isTrue);
    }
    for (const { path, block, partial } of pods.flatMap((pod) => pod.containers)) {
      const value = field(blockOf(block, "securityContext"), "allowPrivilegeEscalation");
      sight.demand(`${path}.securityContext.allowPrivilegeEscalation`, value, "false", isFalse, partial);
    }
  },
});
