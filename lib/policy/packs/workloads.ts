import type { RulePack } from "../rule";
import { boundedResources } from "../rules/workloads/bounded-resources";
import { noHostNamespaces } from "../rules/workloads/no-host-namespaces";
import { noHostPaths } from "../rules/workloads/no-host-paths";
import { noMountedTokens } from "../rules/workloads/no-mounted-tokens";
import { noPrivilegeEscalation } from "../rules/workloads/no-privilege-escalation";
import { noPrivileged } from "../rules/workloads/no-privileged";
import { noRemoteCode } from "../rules/workloads/no-remote-code";
import { noSecretsInEnv } from "../rules/workloads/no-secrets-in-env";
import { nonRoot } from "../rules/workloads/non-root";
import { ownServiceAccount } from "../rules/workloads/own-service-account";
import { pinnedCharts } from "../rules/workloads/pinned-charts";
import { pinnedImages } from "../rules/workloads/pinned-images";

export const workloads: RulePack = {
  id: "workloads",
  title: "Hardened Kubernetes workloads",
  rules: [
    boundedResources,
    noHostNamespaces,
    noHostPaths,
    noMountedTokens,
    noPrivilegeEscalation,
    noPrivileged,
    noRemoteCode,
    noSecretsInEnv,
    nonRoot,
    ownServiceAccount,
    pinnedCharts,
    pinnedImages,
  ],
};
