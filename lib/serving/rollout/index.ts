export * from "./analysis-goals";
export * from "./analysis-queries";
export * from "./analysis-templates";
export * from "./analysis-variants";
export * from "./argo-rollout";
export * from "./rollout-checks";
export * from "./rollout-config";
