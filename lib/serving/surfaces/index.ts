export * from "./cloud-run-limits";
export * from "./cloud-run-model";
export * from "./edge-clusters";
export * from "./edge-nodes";
export * from "./kserve-objects";
export * from "./vertex-deployment";
export * from "./vertex-model";
