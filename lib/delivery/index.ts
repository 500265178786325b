export * from "./cluster-access";
export * from "./cluster-apis";
export * from "./kubernetes-object";
export * from "./kubernetes-resource";
export * from "./manifest-release";
