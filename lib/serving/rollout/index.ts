export * from "./analysis-goals";
export * from "./analysis-queries";
export * from "./analysis-templates";
export * from "./argo-rollout";
export * from "./compared-answers";
export * from "./rollout-program";
export * from "./rollout-target";
export * from "./rollout-workflow";
