import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { RightOn } from "../catalog/roles";
import type { ClusterFeature, ClusterRef } from "../core";
import type { ChartSource } from "./chart-source";
import type { ImageSource } from "./image-source";

/**
 * Something that is installed in a cluster once, for all that runs there: an operator, its custom resources, a proxy. Ours and those of third
 * parties are alike; each is a plain object.
 *
 * @example
 * ```ts
 * const qdrant: AddOn = {
 *   id: "qdrant",
 *   title: "Qdrant operator",
 *   requires: ["cert-manager"],
 *   groups: ["qdrant.example"],
 *   install(scope, context) {
 *     const namespace = operatorNamespace(scope, "qdrant-system", context);
 *     const objects = [deploymentOfTheOperator];
 *     return new ManifestRelease(scope, "operator", {
 *       name: "qdrant",
 *       namespace: "qdrant-system",
 *       objects,
 *       after: [...context.after, namespace],
 *     }).dependables;
 *   },
 * };
 * new AddonsStack(app, { …, addOns: [qdrant] });
 * ```
 */
export interface AddOn {
  /** Unique in a cluster, kebab-case. */
  readonly id: string;
  /** What it is called in messages. */
  readonly title: string;
  /** Ids of the add-ons that must be there too; they are installed before. @default [] */
  readonly requires?: readonly string[];
  /** Ids of the add-ons that must not be there, e.g. another owner of the same custom resources. @default [] */
  readonly conflicts?: readonly string[];
  /** Features that the cluster must have. @default [] */
  readonly features?: readonly ClusterFeature[];
  /** Groups of the custom resources that it brings, where `lib/catalog/kubernetes-apis.ts` does not have them. @default [] */
  readonly groups?: readonly string[];
  /**
   * Makes what it consists of.
   * @param scope a construct of its own
   * @returns what whoever needs it waits for
   */
  install(scope: Construct, context: AddOnContext): readonly ITerraformDependable[];
}

/** What an add-on is given. */
export interface AddOnContext {
  readonly cluster: ClusterRef;
  /** Where charts come from. */
  readonly charts: ChartSource;
  /** Where images come from. */
  readonly images: ImageSource;
  /** Addresses at which pods reach Google's APIs. */
  readonly googleApiRanges: readonly string[];
  /** What must exist before its pods: what the add-ons that it requires made, the priority class of operators. */
  readonly after: readonly ITerraformDependable[];
  /** Kubernetes priority class of operators. */
  readonly priorityClass: string;
  /** True where an add-on of this id is installed too. */
  readonly installed: (id: string) => boolean;
  /** Gives a Kubernetes service account of the add-on a right on the project, before its pods start. */
  readonly grant: (need: AddOnGrant) => readonly ITerraformDependable[];
}

/** A right that an add-on needs in Google Cloud. */
export interface AddOnGrant {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** A right on projects in the catalogue of reviewed roles. */
  readonly right: RightOn<"google_project">;
  /** Why, for the report of rights. */
  readonly reason: string;
}
