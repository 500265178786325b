export * from "./container-registry";
export * from "./encryption-keys";
export * from "./project-services";
