import type { ITerraformDependable, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { Problems, type Failure } from "../core";
import { delivered } from "./delivered-object";
import { KUBERNETES_KINDS, type TypedConfig } from "./kubernetes-kinds";
import { objectName, type KubernetesObject } from "./kubernetes-object";
import { mapped } from "./kubernetes-shape";
import { StackObjects } from "./stack-objects";

/**
 * A Kubernetes object of a built-in kind as the provider's typed resource, so that a plan shows each of its fields. For what stands on its own
 * and before others: namespaces, identities, rights, quotas. Workloads and custom resources go into a `ManifestRelease`.
 *
 * @param object in the form of the Kubernetes API
 * @param after what must exist before, besides what the object refers to
 * @throws ConfigError for another kind, and for every field that the provider does not have
 */
export function kubernetesResource(
  scope: Construct,
  id: string,
  object: KubernetesObject,
  after: readonly ITerraformDependable[] = [],
): TerraformResource {
  const problems = new Problems();
  const whole = delivered(scope, object);
  const { apiVersion, kind, ...rest } = whole;
  const known = Object.hasOwn(KUBERNETES_KINDS, kind) ? KUBERNETES_KINDS[kind] : undefined;
  const failures: Failure[] = [];
  const config = known && mapped(known.shape, rest, "", failures);
  problems.add(
    "",
    failures.map((failure) => ({ ...failure, path: failure.path.replace(/^\./, "") })),
  );
  if (known?.apiVersion !== apiVersion) problems.add("", [notTyped(object)]);
  problems.add("", StackObjects.add(scope, "", whole));
  problems.throwIfAny(`${objectName(object)} at ${scope.node.path}`);
  return known!.make(scope, id, { ...(config as TypedConfig), dependsOn: [...after] } as never);
}

function notTyped({ apiVersion, kind }: KubernetesObject): Failure {
  const kinds = Object.entries(KUBERNETES_KINDS).map(([name, typed]) => `${typed.apiVersion} ${name}`);
  return {
    code: "not-typed",
    path: "kind",
    message: "is not a kind that is made as a typed resource here",
    got: `${apiVersion} ${kind}`,
    allowed: kinds.join(", "),
    fix: "deliver it in a ManifestRelease, which takes every kind",
  };
}
