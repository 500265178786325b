export * from "./model-config";
export * from "./model-fields";
export * from "./prediction-log";
export * from "./prediction-log-config";
export * from "./prediction-record";
export * from "./served-model";
export * from "./surface-config";
