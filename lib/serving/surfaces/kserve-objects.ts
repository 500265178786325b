import type { KubernetesObject } from "../../delivery";
import { modelObjects, templateOf, type ComposedModel } from "../model/composed-model";
import type { ModelValues } from "../config/model-config";
import { variantsOf, type Variant } from "../config/model-variant";
import type { PodTemplate } from "../pod/pod-template";

/** Name that KServe finds the server's container by. */
const SERVER_CONTAINER = "kserve-container";

/** KServe's name of the Deployment behind a service in its Standard mode. */
export function predictorName({ name }: Pick<ModelValues, "name">): string {
  return `${name}-predictor`;
}

/**
 * A model as an `InferenceService` of KServe, in its Standard mode. The pods are those of a model server of ours, with the same security, probes
 * and resources; KServe makes the Deployment of them. It neither routes nor scales: the objects beside it do, as for any model, because its
 * routes are not such as GKE's Gateway takes, and it scales by CPU.
 */
export function kserveObjects(model: ComposedModel): KubernetesObject[] {
  const composed = { ...model, byArgo: false };
  const { name } = model.served;
  const beside = modelObjects(composed).filter(({ kind }) => kind !== "Deployment");
  // The candidate has a fixed number of replicas: KServe's validation takes no autoscaling fields of a canary.
  const kept = beside.filter((object) => scaledName(object) === undefined || scaledName(object) === name);
  return [...kept.map((object) => retargeted(object, name)), inferenceService(composed)];
}

function scaledName({ spec }: KubernetesObject): string | undefined {
  return (spec as { readonly scaleTargetRef?: { readonly name: string } } | undefined)?.scaleTargetRef?.name;
}

function retargeted(object: KubernetesObject, name: string): KubernetesObject {
  if (scaledName(object) === undefined) return object;
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: predictorName({ name }) };
  return { ...object, spec: { ...(object["spec"] as object), scaleTargetRef: target } };
}

function inferenceService(model: ComposedModel): KubernetesObject {
  const { name, namespace, labels, stopped, config } = model.served;
  const [stable, candidate] = variantsOf(config);
  return {
    apiVersion: "serving.kserve.io/v1beta1",
    kind: "InferenceService",
    metadata: {
      name,
      namespace,
      labels,
      annotations: {
        "serving.kserve.io/deploymentMode": "Standard",
        // Who scales is ours; by default KServe would make an autoscaler by CPU.
        "serving.kserve.io/autoscalerClass": "external",
        ...(stopped ? { "serving.kserve.io/stop": "true" } : {}),
      },
    },
    spec: {
      predictor: {
        ...predictor(model, stable!),
        minReplicas: config.replicas.min,
        maxReplicas: config.replicas.max,
      },
      ...(candidate
        ? {
            canary: [
              {
                // The weights of our own route say how many requests it gets; KServe's, which are not made, would send none.
                trafficPercent: 0,
                predictor: { name: "candidate", ...predictor(model, candidate), minReplicas: 1, maxReplicas: 1 },
              },
            ],
          }
        : {}),
    },
  };
}

function predictor(model: ComposedModel, variant: Variant): object {
  const { metadata, spec }: PodTemplate = templateOf(model, variant);
  const [server, ...others] = spec["containers"] as readonly object[];
  return {
    labels: metadata.labels,
    ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
    ...spec,
    containers: [{ ...server, name: SERVER_CONTAINER }, ...others],
  };
}
