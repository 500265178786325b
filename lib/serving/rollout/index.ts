export * from "./rollout-checks";
export * from "./rollout-config";
