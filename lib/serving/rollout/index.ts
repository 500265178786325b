export * from "./analysis-goals";
export * from "./analysis-queries";
export * from "./analysis-variants";
export * from "./rollout-checks";
export * from "./rollout-config";
