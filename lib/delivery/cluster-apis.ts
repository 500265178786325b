import type { IConstruct } from "constructs";
import { Scoped, type ClusterFeature, type Failure } from "../core";
import type { KubernetesObject } from "./kubernetes-object";

/** What a cluster offers besides Kubernetes itself. */
export interface ClusterOffer {
  /** Features that are switched on in it. */
  readonly features: readonly ClusterFeature[];
  /** Ids of the add-ons that are installed in it. */
  readonly addOns: readonly string[];
}

const scoped = new Scoped<ClusterOffer>("cluster-apis");

/** Which custom resources a cluster knows, so that one it does not know is refused before anything is applied. */
export const ClusterApis = {
  /** Sets what the cluster of `scope` and all below it offers. */
  on(scope: IConstruct, offer: ClusterOffer): void {
    scoped.set(scope, offer);
  },

  /** True where `on` was called for exactly this scope. */
  isSetOn(scope: IConstruct): boolean {
    return scoped.own(scope) !== undefined;
  },

  /**
   * Why the cluster would refuse objects: nothing brings their API, or not in this version.
   * @param path of the list of objects, for the failures
   */
  failuresFor(_scope: IConstruct, _path: string, _objects: readonly KubernetesObject[]): Failure[] {
    return [];
  },
};
