import { field } from "./pods";
import { workloadRule } from "./workload-rule";
function isOwn(account: unknown): boolean {
  return typeof account === "string" && account !== "" && account !== "default";
}

export const ownServiceAccount = workloadRule({
  id: "workloads.ownServiceAccount",
  title: "Pods run as an account of their own",
  severity: "medium",
  rationale: "What is given to the default account is given to every pod of its namespace.",
  fix: "set serviceAccountName to an account of the workload",
  controls: [{ framework: "CIS GKE 1.4", id: "4.1.5" }],
  look: ({ pods }, sight) => {
    for (const { path, block } of pods) {
      const account = field(block, "serviceAccountName", "serviceAccount");
      sight.demand(`${path}.serviceAccountName`, account, "an account of the workload", isOwn, false);
    }
  },
});
