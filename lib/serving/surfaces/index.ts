export * from "./cloud-run-limits";
export * from "./cloud-run-model";
