export * from "./cloud-run-limits";
export * from "./cloud-run-model";
export * from "./kserve-objects";
export * from "./vertex-model";
