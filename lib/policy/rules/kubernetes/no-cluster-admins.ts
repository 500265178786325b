import { blockOf, field } from "../workloads/pods";
import { objectRule } from "./object-rule";
import { at, itemsOf } from "./objects";

/** Subjects that are whoever comes, or all workloads at once. `system:masters` passes every check of the API server. */
const EVERYBODY = /^system:(masters|authenticated|unauthenticated|anonymous|serviceaccounts(:.*)?)$/;

export const noClusterAdmins = objectRule({
  id: "kubernetes.noClusterAdmins",
  title: "Nobody is administrator of the cluster, and everybody is nobody",
  severity: "critical",
  rationale:
    "cluster-admin reads every secret and model; a binding to a system group is one that nobody was asked for.",
  fix: "bind a role with the rights that are used, to a group or one service account. Break-glass access is lent by IAM, for hours",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.1.1" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  kinds: ["RoleBinding", "ClusterRoleBinding"],
  look: (binding, sight) => {
    const role = field(blockOf(binding.block, "roleRef"), "name");
    sight.refuse(at(binding, "roleRef.name"), role, "a narrower role", (it) => it === "cluster-admin");
    for (const [index, subject] of itemsOf(binding.block, "subjects", "subject").entries()) {
      const path = at(binding, `subjects[${index}].name`);
      sight.refuse(path, field(subject, "name"), "a group or one account", (it) => EVERYBODY.test(String(it)));
    }
  },
});
