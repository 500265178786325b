import { SERVING_POD_LABELS } from "../../catalog/server-metrics";
import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { EndpointPickerRef } from "../gateway/gateway-ref";
import { PICKER_PORT } from "./inference-pool-picker";
import type { ServedModel } from "../config/served-model";

const INFERENCE = "inference.networking.k8s.io";

/** Which pods of a model a pool holds. */
export type Variant = "stable" | "candidate";

/** Pools and their endpoint pickers by name: those of the version under test stand beside those of the stable one. */
export function poolName(model: string, variant: Variant): string {
  return variant === "stable" ? model : `${model}-candidate`;
}

export function pickerName(pool: string): string {
  return `${pool}-epp`;
}

/** Labels of the pods of a variant. */
export function variantPods(
  { selector }: Pick<ServedModel, "selector">,
  variant: Variant,
): Readonly<Record<string, string>> {
  return { ...selector, [SERVING_POD_LABELS.variant]: variant };
}

/** The replicas of one variant of a language model, and the endpoint picker that chooses among them. */
export function poolObject(
  model: Pick<ServedModel, "name" | "selector" | "service">,
  variant: Variant,
  failureMode: EndpointPickerRef["failureMode"],
  metadataOf: (name: string) => ObjectMetadata,
): KubernetesObject {
  const name = poolName(model.name, variant);
  return {
    apiVersion: `${INFERENCE}/v1`,
    kind: "InferencePool",
    metadata: metadataOf(name),
    spec: {
      selector: { matchLabels: variantPods(model, variant) },
      targetPorts: [{ number: model.service.port }],
      appProtocol: "http",
      endpointPickerRef: {
        group: "",
        kind: "Service",
        name: pickerName(name),
        port: { number: PICKER_PORT },
        failureMode,
      },
    },
  };
}

/**
 * Priorities that callers may ask for, in the pool of the stable version: an objective belongs to one pool, so the version under test, whose few
 * requests nobody can choose, treats all alike.
 */
export function objectiveObjects(
  model: string,
  priorities: EndpointPickerRef["priorities"],
  metadataOf: (name: string) => ObjectMetadata,
): KubernetesObject[] {
  return Object.entries(priorities).map(([objective, priority]) => ({
    apiVersion: "llm-d.ai/v1alpha2",
    kind: "InferenceObjective",
    metadata: metadataOf(`${model}-${objective}`),
    spec: { poolRef: { group: INFERENCE, kind: "InferencePool", name: poolName(model, "stable") }, priority },
  }));
}
