import type { RulePack } from "../rule";
import { directWorkloadIdentity } from "../rules/iam/direct-workload-identity";
import { keyUsersMayEncrypt } from "../rules/iam/key-users-may-encrypt";
import { noAdminWorkloads } from "../rules/iam/no-admin-workloads";
import { noAuthoritativeBindings } from "../rules/iam/no-authoritative-bindings";
import { noBasicRoles } from "../rules/iam/no-basic-roles";
import { noDefaultServiceAccounts } from "../rules/iam/no-default-service-accounts";
import { noPublicMembers } from "../rules/iam/no-public-members";
import { noServiceAccountKeys } from "../rules/iam/no-service-account-keys";
import { noUserMembers } from "../rules/iam/no-user-members";
import { noWideImpersonation } from "../rules/iam/no-wide-impersonation";
import { noWildcards } from "../rules/iam/no-wildcards";
import { ownServiceAccounts } from "../rules/iam/own-service-accounts";
import { pinnedFederation } from "../rules/iam/pinned-federation";
import { reviewedProjectRoles } from "../rules/iam/reviewed-project-roles";
import { safeCustomRoles } from "../rules/iam/safe-custom-roles";

export const iam: RulePack = {
  id: "iam",
  title: "Least-privilege identities",
  rules: [
    directWorkloadIdentity,
    keyUsersMayEncrypt,
    noAdminWorkloads,
    noAuthoritativeBindings,
    noBasicRoles,
    noDefaultServiceAccounts,
    noPublicMembers,
    noServiceAccountKeys,
    noUserMembers,
    noWideImpersonation,
    noWildcards,
    ownServiceAccounts,
    pinnedFederation,
    reviewedProjectRoles,
    safeCustomRoles,
  ],
};
