import { SERVING_POD_LABELS } from "../../catalog/server-metrics";
import { candidateReplicas, mostReplicas } from "./replica-counts";
import type { ModelValues } from "./model-config";

/** Which of the two versions of a model that may run side by side. */
export type VariantName = "stable" | "candidate";

/** One version of a model, with what it runs. */
export interface Variant {
  readonly variant: VariantName;
  /** Name of its Deployment and what belongs to it. */
  readonly name: string;
  /** What was asked for, as if this version were the only one. */
  readonly config: ModelValues;
  /** Most replicas of all versions of the model together, for which there must be room. */
  readonly together: number;
}

/** The stable version, and the one under test where there is one. */
export function variantsOf(config: ModelValues): readonly Variant[] {
  const together = mostReplicas(config);
  const stable: Variant = { variant: "stable", name: config.name, config, together };
  if (config.candidate === undefined) return [stable];
  const { version, image = config.image, source = config.source, args = config.args } = config.candidate;
  return [
    stable,
    {
      variant: "candidate",
      name: `${config.name}-candidate`,
      config: { ...config, version, image, source, args, replicas: candidateReplicas(config)! },
      together,
    },
  ];
}

/** Labels that select the pods of all versions of a model. */
export function selectorOf(name: string): Record<string, string> {
  return { [SERVING_POD_LABELS.model]: name, "app.kubernetes.io/component": "model-server" };
}

/** Labels that select the pods of one version. */
export function variantSelector({ variant, config }: Variant): Record<string, string> {
  return { ...selectorOf(config.name), [SERVING_POD_LABELS.variant]: variant };
}

/** Longest label value (Kubernetes docs, "Labels and Selectors"). */
const LABEL_LENGTH = 63;

/**
 * Labels of every object of a model. What governance says of the environment stays, but the model has an owner and perhaps a risk tier of its
 * own, and its team pays.
 */
export function modelLabels(
  config: ModelValues,
  governance: Readonly<Record<string, string>>,
  team: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...governance,
    ...team,
    owner: config.owner,
    ...(config.riskTier ? { "ai-risk-tier": config.riskTier } : {}),
    ...selectorOf(config.name),
    "app.kubernetes.io/part-of": `models-of-${config.team}`.slice(0, LABEL_LENGTH),
    "app.kubernetes.io/managed-by": "cdktf-ai-platform",
    [SERVING_POD_LABELS.version]: config.version,
    // What stops it: a contract of this library that the rule ai-governance.humanStop reads.
    "ai-human-stop": "kill-switch",
    // Dashboards of GKE find model servers by these two.
    "ai.gke.io/model": config.name,
    "ai.gke.io/inference-server": config.server,
  };
}

/** Labels of the objects of one version. */
export function variantLabels(labels: Readonly<Record<string, string>>, { variant, config }: Variant) {
  return { ...labels, [SERVING_POD_LABELS.version]: config.version, [SERVING_POD_LABELS.variant]: variant };
}
