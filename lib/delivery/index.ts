export * from "./kubernetes-object";
