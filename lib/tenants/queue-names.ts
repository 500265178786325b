/** Cluster queue of all model servers, and the local queue that leads to it. */
export const SERVING_QUEUE = "serving";

/** Local queue of a team's jobs. */
export const BATCH_QUEUE = "batch";
