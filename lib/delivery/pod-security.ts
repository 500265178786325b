/**
 * Labels by which a namespace refuses pods that break the `restricted` standard, as it reads in the cluster's own minor version: an upgrade that
 * tightens the standard then stops no pod that runs today.
 */
export function restrictedPods(clusterVersion: string): Record<string, string> {
  const minor = `v${clusterVersion.split(".").slice(0, 2).join(".")}`;
  return Object.fromEntries(
    ["enforce", "audit", "warn"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, "restricted"],
      [`pod-security.kubernetes.io/${mode}-version`, minor],
    ]),
  );
}

/** Pod Security `restricted`, for pods. */
export const POD_SECURITY = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** Pod Security `restricted`, for containers. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
