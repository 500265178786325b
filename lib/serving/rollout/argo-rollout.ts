import type { KubernetesObject } from "../../delivery";
import type { PodTemplate } from "../pod/pod-template";
import type { ServedModel } from "../config/served-model";
import { analysisTemplates, ANALYSIS_ARGUMENTS } from "./analysis-templates";
import type { RolloutValues } from "../config/rollout-config";

/** How the pods of a model are exchanged, besides what its rollout says. */
export interface ArgoRolloutPlan {
  readonly rollout: RolloutValues;
  /** Replicas, where no autoscaler sets them. @default - an autoscaler does */
  readonly replicas?: number;
  /** Labels that select the pods; they cannot change later. */
  readonly selector: Readonly<Record<string, string>>;
  /** Seconds that one replica may take to start: without progress for twice as long, the rollout goes back. */
  readonly startupSeconds: number;
  /**
   * True where the pool holds twice the replicas. The stable version then keeps all of its pods until the end, so that going back takes no start
   * of a server; else it gives up pods as the new one gains them.
   */
  readonly spareCapacity: boolean;
  /** Cluster whose series count. @default - all of the project */
  readonly cluster?: string;
}

/** Name under which Argo Rollouts knows the plugin for the Gateway API. */
export const GATEWAY_PLUGIN = "argoproj-labs/gatewayAPI";

/** Seconds that pods stay after a shift of weights: a load balancer of Google needs about a minute to tell all its proxies. */
const WEIGHTS_SETTLE_SECONDS = 120;

// The default of 10 keeps ten ReplicaSets a model; two revisions back is what the rollback window looks at.
const KEPT_REVISIONS = 3;

/**
 * The model's `Rollout`, in place of its Deployment, and the analysis that decides over each step. The route of the model must name the stable
 * Service and `<name>-canary`; the plugin moves their weights. A canary pod starts before it gets requests: Argo Rollouts sets a weight only
 * once as many pods as the weight asks for are ready, one at least.
 */
export function argoRollout(model: ServedModel, podTemplate: PodTemplate, plan: ArgoRolloutPlan): KubernetesObject[] {
  const { rollout, spareCapacity } = plan;
  const templates = analysisTemplates(model, rollout, plan.cluster);
  const runOf = (template: KubernetesObject) => ({
    templates: [{ templateName: template.metadata.name }],
    args: ANALYSIS_ARGUMENTS,
  });
  return [
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: model.name, namespace: model.namespace, labels: model.labels },
      spec: {
        ...(plan.replicas === undefined ? {} : { replicas: plan.replicas }),
        revisionHistoryLimit: KEPT_REVISIONS,
        rollbackWindow: { revisions: KEPT_REVISIONS - 1 },
        progressDeadlineSeconds: 2 * plan.startupSeconds,
        progressDeadlineAbort: true,
        analysis: { successfulRunHistoryLimit: KEPT_REVISIONS, unsuccessfulRunHistoryLimit: KEPT_REVISIONS },
        selector: { matchLabels: plan.selector },
        template: podTemplate,
        strategy: {
          canary: {
            stableService: model.service.name,
            canaryService: canaryService(model),
            trafficRouting: {
              plugins: { [GATEWAY_PLUGIN]: { httpRoute: model.name, namespace: model.namespace } },
            },
            dynamicStableScale: !spareCapacity,
            // Argo Rollouts refuses it where the stable version gives up pods on the way.
            ...(spareCapacity ? { scaleDownDelaySeconds: WEIGHTS_SETTLE_SECONDS } : {}),
            abortScaleDownDelaySeconds: WEIGHTS_SETTLE_SECONDS,
            // From the first weight on, to the end: what is bad must not wait for the end of its step.
            analysis: { ...runOf(templates.watch), startingStep: 1 },
            steps: rollout.steps.flatMap((percent) => [
              { setWeight: percent },
              { analysis: runOf(templates.requests) },
              { analysis: runOf(templates.verdict) },
            ]),
          },
        },
      },
    },
    templates.requests,
    templates.watch,
    templates.verdict,
  ];
}

/** Service of the version under test, beside the stable one. */
export function canaryService({ name }: Pick<ServedModel, "name">): string {
  return `${name}-canary`;
}
