export * from "./model-config";
