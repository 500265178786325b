import type { RulePack } from "../rule";
import { defaultDeny } from "../rules/kubernetes/default-deny";
import { gpuQuota } from "../rules/kubernetes/gpu-quota";
import { noClusterAdmins } from "../rules/kubernetes/no-cluster-admins";
import { noEscalation } from "../rules/kubernetes/no-escalation";
import { noSecretsForPeople } from "../rules/kubernetes/no-secrets-for-people";
import { noWildcardRights } from "../rules/kubernetes/no-wildcard-rights";
import { restrictedNamespaces } from "../rules/kubernetes/restricted-namespaces";

export const kubernetes: RulePack = {
  id: "kubernetes",
  title: "Tenants of a cluster",
  rules: [
    defaultDeny,
    gpuQuota,
    noClusterAdmins,
    noEscalation,
    noSecretsForPeople,
    noWildcardRights,
    restrictedNamespaces,
  ],
};
