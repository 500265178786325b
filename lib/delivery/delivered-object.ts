import type { IConstruct } from "constructs";
import { Governance } from "../core";
import type { KubernetesObject } from "./kubernetes-object";

/** The object with the labels of the governance that holds at `scope`; labels that it has itself stay. */
export function delivered(scope: IConstruct, object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  const labels = { ...Governance.of(scope).labels, ...metadata.labels };
  return { ...object, metadata: { ...metadata, labels } };
}
