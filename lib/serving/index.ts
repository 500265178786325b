export * from "./model-config";
export * from "./model-fields";
export * from "./served-model";
