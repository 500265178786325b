import { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { Scoped, nameFailure, type Failure, type NameLimit } from "../core";

/** Helm, pkg/chartutil/validate_name.go: 53 characters, so that the names of charts' objects stay below 63. */
const RELEASE_NAME: NameLimit = {
  resourceType: "helm_release",
  minLength: 1,
  maxLength: 53,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  allowed: "lower-case letters, digits and dashes, starting and ending with a letter or digit",
};

/** Kubernetes docs, "Object names and IDs": RFC 1123 label. */
const NAMESPACE_NAME: NameLimit = { ...RELEASE_NAME, resourceType: "a namespace", maxLength: 63 };

const names = new Scoped<Map<string, IConstruct>>("release-names");

/** Why a release cannot have these names in its namespace; those that it can have are taken from then on. */
export function releaseNameFailures(scope: IConstruct, namespace: string, ...wanted: readonly string[]): Failure[] {
  const stack = TerraformStack.of(scope);
  const taken = names.own(stack) ?? new Map<string, IConstruct>();
  names.set(stack, taken);
  const malformed = [
    nameFailure("namespace", NAMESPACE_NAME, namespace),
    ...wanted.map((name) => nameFailure("name", RELEASE_NAME, name)),
  ].filter((failure) => failure !== undefined);
  const doubles = wanted.flatMap((name): Failure[] => {
    const holder = taken.get(`${namespace}/${name}`);
    if (holder === undefined) return [];
    return [
      {
        code: "duplicate-release",
        path: "name",
        message: `is the name of another release in namespace ${namespace}: of ${holder.node.path}`,
        got: name,
        fix: "give each release of a namespace a name of its own",
      },
    ];
  });
  if (malformed.length + doubles.length === 0) for (const name of wanted) taken.set(`${namespace}/${name}`, scope);
  return [...malformed, ...doubles];
}
