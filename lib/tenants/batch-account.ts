/** Kubernetes service account that a team's jobs run as. */
export const BATCH_ACCOUNT = "batch";
