import type { ModelValues } from "../config/model-config";

/** Labels of Google's resources take other characters than those of Kubernetes (Resource Manager docs, "Requirements for labels"). */
function googleLabel(value: string): string {
  return value.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}

/**
 * Labels of a model that Google itself serves. The environment's come by the provider; its team pays, and it has an owner of its own. It does
 * not carry `ai-human-stop`: rules read that as the mark of what stops a system, and would no longer look at the model as one.
 */
export function surfaceLabels(config: ModelValues, team: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...team,
    owner: googleLabel(config.owner),
    ...(config.riskTier ? { "ai-risk-tier": config.riskTier } : {}),
    model: config.name,
    "model-version": googleLabel(config.version),
    "inference-server": config.server,
  };
}
