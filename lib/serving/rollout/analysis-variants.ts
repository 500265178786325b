import { SERVING_LABELS } from "../../catalog/server-metrics";
import { matcher, type Matchers } from "./promql";

/** One version of a model, as its series are told from those of the other. */
export interface Variant {
  /** Series that its own pods, revision or deployed model give. */
  readonly served: Matchers;
  /** Series that judges and jobs report of it, by the model's name and version. */
  readonly judged: Matchers;
}

/** The two versions that are compared. */
export interface Variants {
  readonly stable: Variant;
  readonly candidate: Variant;
}

/** A model whose two versions are told apart. */
export interface ComparedModel {
  readonly name: string;
  readonly namespace: string;
  /** Version under test, as the registry knows it. */
  readonly candidateVersion: string;
  /** Cluster whose series count. @default - all of the project: a model's name and namespace must then be in one cluster only */
  readonly cluster?: string;
}

/**
 * Labels of what judges and drift jobs report of a model: they stand outside of its pods and name it themselves.
 */
const JUDGED_LABELS = { model: "model", version: "version" } as const;

/** Names of the arguments of an analysis that Argo Rollouts fills with the hashes of the two revisions. */
export const REVISION_ARGUMENTS = { stable: "stable-hash", candidate: "candidate-hash" } as const;

/** The two revisions of an Argo Rollout. Its stable version is whichever was there before: any but the candidate's. */
export function revisionVariants(model: ComparedModel): Variants {
  return pair(model, SERVING_LABELS.revision, {
    stable: `{{args.${REVISION_ARGUMENTS.stable}}}`,
    candidate: `{{args.${REVISION_ARGUMENTS.candidate}}}`,
  });
}

/** The stable version and the candidate beside it, each a Deployment of its own behind one route. */
export function deploymentVariants(model: ComparedModel): Variants {
  return pair(model, SERVING_LABELS.variant, { stable: "stable", candidate: "candidate" });
}

/** Stand for the names of the two versions on a surface that names them itself; `RolloutWorkflow` puts the names in when it has read them. */
export const VARIANT_PLACEHOLDERS = { stable: "@stable@", candidate: "@candidate@" } as const;

/**
 * Versions on a surface outside of Kubernetes.
 * @param label label that tells them apart, e.g. `revision_name`
 * @param matchers what picks the service or endpoint
 */
export function surfaceVariants(
  model: Pick<ComparedModel, "name" | "candidateVersion">,
  label: string,
  matchers: Matchers,
): Variants {
  const served = (variant: string) => `${matchers},${matcher(label, "=", variant)}`;
  return {
    stable: { served: served(VARIANT_PLACEHOLDERS.stable), judged: judgedMatchers(model, "!=") },
    candidate: { served: served(VARIANT_PLACEHOLDERS.candidate), judged: judgedMatchers(model, "=") },
  };
}

function pair(model: ComparedModel, label: string, values: Readonly<Record<keyof Variants, string>>): Variants {
  const common = [
    ...(model.cluster === undefined ? [] : [matcher("cluster", "=", model.cluster)]),
    matcher("namespace", "=", model.namespace),
    matcher(SERVING_LABELS.model, "=", model.name),
  ];
  const served = (value: string) => [...common, matcher(label, "=", value)].join(",");
  return {
    stable: { served: served(values.stable), judged: judgedMatchers(model, "!=") },
    candidate: { served: served(values.candidate), judged: judgedMatchers(model, "=") },
  };
}

function judgedMatchers(model: Pick<ComparedModel, "name" | "candidateVersion">, operator: "=" | "!="): Matchers {
  return [
    matcher(JUDGED_LABELS.model, "=", model.name),
    matcher(JUDGED_LABELS.version, operator, model.candidateVersion),
  ].join(",");
}
