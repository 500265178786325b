import type { IConstruct } from "constructs";
import { customApisOf, customKind, type ApiOwner, type CustomApi } from "../catalog/kubernetes-apis";
import { renamedApi } from "../catalog/renamed-apis";
import { isBelow } from "../cluster/gke-version";
import { Scoped, useNearest, type ClusterFeature, type Failure } from "../core";
import { objectName, type KubernetesObject } from "./kubernetes-object";

/** What a cluster offers besides Kubernetes itself. */
export interface ClusterOffer {
  /** Features that are switched on in it. */
  readonly features: readonly ClusterFeature[];
  /** Ids of the add-ons that are installed in it. */
  readonly addOns: readonly string[];
  /** Groups of custom resources that something else brings, e.g. an add-on of a third party. @default [] */
  readonly groups?: readonly string[];
  /** GKE version of the cluster. @default - not known: what a version brings is taken to be there */
  readonly gkeVersion?: string;
}

const scoped = new Scoped<ClusterOffer>("cluster-apis");

/** Which custom resources a cluster knows, so that one it does not know is refused before anything is applied. */
export const ClusterApis = {
  /** Sets what the cluster of `scope` and all below it offers; an inner scope wins over an outer one. */
  on(scope: IConstruct, offer: ClusterOffer): void {
    scoped.set(scope, offer);
  },

  /** What the cluster of `scope` offers; undefined where `on` was never called above it. */
  of(scope: IConstruct): ClusterOffer | undefined {
    return scoped.find(scope);
  },

  /** True where `on` was called for exactly this scope. */
  isSetOn(scope: IConstruct): boolean {
    return scoped.own(scope) !== undefined;
  },

  /**
   * Why the cluster would refuse objects: nothing brings their API, or not in this version. Nothing is said where `on` was never called.
   * Definitions of custom resources among the objects bring their groups.
   * @param path of the list of objects, for the failures
   */
  failuresFor(scope: IConstruct, path: string, objects: readonly KubernetesObject[]): Failure[] {
    const offer = scoped.find(scope);
    if (offer === undefined) return [];
    const brought = [...(offer.groups ?? []), ...objects.flatMap(definedGroup)];
    return objects.flatMap((object, index) => apiFailures(`${path}[${index}]`, object, offer, brought));
  },
};

function definedGroup({ kind, ["spec"]: spec }: KubernetesObject): string[] {
  const group = (spec as { group?: unknown } | undefined)?.group;
  return kind === "CustomResourceDefinition" && typeof group === "string" ? [group] : [];
}

function apiFailures(
  path: string,
  object: KubernetesObject,
  offer: ClusterOffer,
  brought: readonly string[],
): Failure[] {
  const { apiVersion, kind } = object;
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  if (isBuiltIn(group!) || brought.includes(group!)) return [];
  const renamed = renamedApi(apiVersion, kind);
  if (renamed) {
    const { apiVersion: nowVersion, kind: nowKind } = renamed.now;
    const now = nowKind === undefined ? nowVersion : `${nowVersion} ${nowKind}`;
    return [
      {
        code: "dead-api",
        path,
        message: "is of an API that is gone or on its way out",
        got: `${apiVersion} ${kind}`,
        allowed: now,
        fix: renamed.fix,
      },
    ];
  }
  const found = customKind(group!, kind);
  if (found === undefined) return [unknownApi(path, object, group!)];
  const { api, kind: known } = found;
  const versions = known.versions.map((v) => v.version);
  return [
    ...(isOffered(api, offer) ? [] : [notOffered(path, object, api.owner)]),
    ...oldClusterFailures(path, object, known.minGkeVersion, offer.gkeVersion),
    ...(versions.includes(version!) ? [] : [wrongVersion(path, object, group!, versions)]),
    ...(known.namespaced === (object.metadata.namespace !== undefined)
      ? []
      : [wrongScope(path, object, known.namespaced)]),
  ];
}

// Kubernetes API conventions: groups of Kubernetes itself have no dot, or end in .k8s.io; those of its SIGs' custom resources do too, and are
// in the catalogue.
function isBuiltIn(group: string): boolean {
  return !group.includes(".") || BUILT_IN_GROUPS.has(group);
}

/** Groups with a dot that every API server of Kubernetes 1.34 serves (kubernetes v1.34.4, pkg/apis). */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

function isOffered({ owner }: CustomApi, { features, addOns }: ClusterOffer): boolean {
  switch (owner.by) {
    case "gke":
      return true;
    case "add-on":
      return addOns.includes(owner.id);
    case "cluster-feature":
      return features.includes(owner.feature);
  }
}

function nameOf(owner: ApiOwner): string {
  switch (owner.by) {
    case "gke":
      return "GKE";
    case "add-on":
      return `add-on ${owner.id}`;
    case "cluster-feature":
      return `cluster feature ${owner.feature}`;
  }
}

function notOffered(path: string, object: KubernetesObject, owner: ApiOwner): Failure {
  return {
    code: "api-not-installed",
    path,
    message: `${objectName(object)} is of an API that nothing brings to this cluster: ${nameOf(owner)} does`,
    got: `${object.apiVersion} ${object.kind}`,
    fix: owner.by === "add-on" ? `install add-on ${owner.id}` : `switch on ${nameOf(owner)}`,
  };
}

function oldClusterFailures(path: string, object: KubernetesObject, minimum?: string, version?: string): Failure[] {
  if (minimum === undefined || version === undefined || !isBelow(version, minimum)) return [];
  return [
    {
      code: "gke-too-old",
      path,
      message: `${objectName(object)} is of an API that GKE ${version} does not bring yet`,
      got: version,
      allowed: `${minimum} or later`,
      fix: "give the cluster a later version",
    },
  ];
}

function unknownApi(path: string, object: KubernetesObject, group: string): Failure {
  const kinds = customApisOf(group).flatMap((api) => Object.keys(api.kinds));
  const fix = "name its group in the apis of the add-on that brings it";
  return {
    code: "unknown-api",
    path,
    message: `${objectName(object)} is of an API that nothing is known to bring`,
    got: `${object.apiVersion} ${object.kind}`,
    ...(kinds.length > 0 ? { allowed: `of ${group}: ${kinds.join(", ")}` } : {}),
    fix: kinds.length > 0 ? useNearest(object.kind, kinds, fix) : fix,
  };
}

function wrongVersion(path: string, object: KubernetesObject, group: string, versions: readonly string[]): Failure {
  return {
    code: "api-version-not-served",
    path,
    message: `${objectName(object)} is of a version that its API does not serve`,
    got: object.apiVersion,
    allowed: versions.map((version) => `${group}/${version}`).join(", "),
    fix: `write ${group}/${versions[0]}`,
  };
}

function wrongScope(path: string, object: KubernetesObject, namespaced: boolean): Failure {
  return {
    code: "wrong-scope",
    path: `${path}.metadata.namespace`,
    message: namespaced
      ? "is missing: objects of this kind live in a namespace"
      : "is given: objects of this kind belong to the whole cluster",
    got: objectName(object),
    fix: namespaced ? "name the namespace" : "leave the namespace out",
  };
}
