import { field } from "./pods";
import { isTrue, workloadRule } from "./workload-rule";

export const noHostNamespaces = workloadRule({
  id: "workloads.noHostNamespaces",
  title: "Pods stay out of the namespaces of their node",
  severity: "critical",
  rationale: "There a pod sees the traffic, processes and metadata of all others, the tokens of the node included.",
  fix: "remove hostNetwork, hostPID and hostIPC",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.2.2" },
    { framework: "CIS GKE 1.4", id: "4.2.3" },
    { framework: "CIS GKE 1.4", id: "4.2.4" },
  ],
  look: ({ blocks }, sight) => {
    for (const { path, block } of blocks) {
      for (const name of ["hostNetwork", "hostPID", "hostIPC"]) {
        sight.refuse(`${path}.${name}`, field(block, name), "false", isTrue);
      }
    }
  },
});
