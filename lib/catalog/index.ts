export * from "./apis";
export * from "./label-fields";
export * from "./machines";
export * from "./names";
export * from "./regions";
export * from "./resource-names";
export * from "./service-agents";
