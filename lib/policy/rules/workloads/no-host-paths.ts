import { blockOf, field } from "./pods";
import { workloadRule } from "./workload-rule";
function isPath(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("/");
}

export const noHostPaths = workloadRule({
  id: "workloads.noHostPaths",
  title: "Pods do not mount the disk of their node",
  severity: "critical",
  rationale: "A path of the node holds the credentials of its kubelet and the files of other pods.",
  fix: "use an emptyDir, a persistent volume or Cloud Storage FUSE",
  controls: [{ framework: "CIS GKE 1.4", id: "4.2.8" }],
  look: ({ blocks }, sight) => {
    for (const { path, block } of blocks) {
      const mounted = blockOf(block, "hostPath");
      sight.refuse(`${path}.hostPath`, mounted ? mounted["path"] : field(block, "hostPath"), "another volume", isPath);
    }
  },
});
