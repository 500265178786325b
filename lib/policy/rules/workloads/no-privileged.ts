import { blockOf, field } from "./pods";
import { isTrue, workloadRule } from "./workload-rule";
const ROOT_CAPABILITIES = ["ALL", "SYS_ADMIN"];

function addsRoot(capabilities: unknown): boolean {
  return Array.isArray(capabilities) && capabilities.some((name) => ROOT_CAPABILITIES.includes(String(name)));
}

export const noPrivileged = workloadRule({
  id: "workloads.noPrivileged",
  title: "No privileged containers",
  severity: "critical",
  rationale: "A privileged container is root on its node, and reads the models and tokens of all that runs there.",
  fix: "remove privileged and the capability; ask for a device by its resource (nvidia.com/gpu)",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.2.1" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  look: ({ blocks }, sight) => {
    for (const { path, block } of blocks) {
      sight.refuse(`${path}.privileged`, field(block, "privileged"), "false", isTrue);
      sight.refuse(
        `${path}.capabilities.add`,
        field(blockOf(block, "capabilities"), "add"),
        "no such capability",
        addsRoot,
      );
    }
  },
});
