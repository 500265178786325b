import type { ITerraformDependable } from "cdktf";
import { Release } from "@cdktf/provider-helm/lib/release";
import { Construct } from "constructs";
import { z } from "zod";
import { Problems, assertSchema, known, parseProps } from "../core";
import { WHOLE_OR_NOTHING } from "./chart-release";
import { ClusterApis } from "./cluster-apis";
import { delivered } from "./delivered-object";
import type { KubernetesObject } from "./kubernetes-object";
import { OBJECTS_CHART_VERSION, objectsChart } from "./objects-chart";
import { valuesOf } from "./object-values";
import { releaseNameFailures } from "./release-name";
import { sizeFailures, splitBySize } from "./release-size";
import { StackObjects } from "./stack-objects";

export interface ManifestReleaseConfig {
  /** Name of the release in its namespace. Where the objects need more releases than one, the others are `<name>-2`, `<name>-crds`. */
  readonly name: string;
  /** Namespace that holds Helm's record of the release; it exists already. Objects say their own. */
  readonly namespace: string;
  /** Seconds that Helm waits for pods to be ready and jobs to end, before it rolls back. @default 600 */
  readonly timeoutSeconds?: number;
}

const NAMED = "a release is named by it";

export const manifestReleaseSchema = z.strictObject({
  name: known(z.string().min(1).describe("Name of the release in its namespace"), NAMED),
  namespace: known(z.string().min(1).describe("Namespace that holds Helm's record of the release"), NAMED),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .describe("Seconds that Helm waits for pods to be ready and jobs to end")
    .default(600),
});

assertSchema<ManifestReleaseConfig, typeof manifestReleaseSchema>(true);

export interface ManifestReleaseProps extends ManifestReleaseConfig {
  /** At least one. */
  readonly objects: readonly KubernetesObject[];
  /** What must exist before, besides what the values refer to. @default - nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * Kubernetes objects that are applied, awaited and rolled back as one: a `helm_release` of a chart of ours that renders its values verbatim. It
 * plans with no cluster, and the plan shows the changed line of the changed object. Definitions of custom resources come first, in a release of
 * their own, and stay when it is removed: with them would go every object of their kind.
 */
export class ManifestRelease extends Construct {
  /** What whoever needs the objects waits for. */
  readonly dependables: readonly ITerraformDependable[];
  readonly resources: { readonly releases: readonly Release[] };

  /** @throws ConfigError with everything that is wrong with the objects */
  constructor(scope: Construct, id: string, props: ManifestReleaseProps) {
    super(scope, id);
    const { objects: given, after = [], ...plain } = props;
    const config = parseProps(this, "ManifestRelease", manifestReleaseSchema, plain);
    const problems = new Problems();
    const objects = given.map((object) => kept(delivered(this, object)));
    if (objects.length === 0) problems.add("", [NO_OBJECTS]);
    for (const [index, object] of objects.entries()) {
      const path = `objects[${index}]`;
      const failures = StackObjects.add(this, path, object);
      problems.add("", failures.length > 0 ? failures : sizeFailures(path, object));
    }
    problems.add("", ClusterApis.failuresFor(this, "objects", objects));
    const parts = problems.any ? [] : partsOf(objects);
    const names = parts.map(({ suffix }) => [config.name, suffix].filter(Boolean).join("-"));
    problems.add("", releaseNameFailures(this, config.namespace, ...(names.length > 0 ? names : [config.name])));
    problems.throwIfAny(`ManifestRelease at ${this.node.path}`);
    const releases: Release[] = [];
    for (const [index, part] of parts.entries()) {
      const before = releases.at(-1);
      releases.push(
        new Release(this, part.suffix === "" ? "release" : `release-${part.suffix}`, {
          ...WHOLE_OR_NOTHING,
          name: names[index]!,
          namespace: config.namespace,
          chart: objectsChart(this),
          version: OBJECTS_CHART_VERSION,
          values: [valuesOf(part.objects)],
          timeout: config.timeoutSeconds,
          dependsOn: before ? [...after, before] : [...after],
        }),
      );
    }
    this.resources = { releases };
    this.dependables = releases;
  }
}

const NO_OBJECTS = {
  code: "missing",
  path: "objects",
  message: "is empty: a release of nothing",
  fix: "give at least one object, or leave the release out",
};

/** Objects of one release, and what tells its name from that of the others. */
interface Part {
  readonly suffix: string;
  readonly objects: readonly KubernetesObject[];
}

function partsOf(objects: readonly KubernetesObject[]): Part[] {
  const lists = { crds: objects.filter(isDefinition), "": objects.filter((object) => !isDefinition(object)) };
  return Object.entries(lists).flatMap(([suffix, list]) =>
    splitBySize(list).map((part, index) => ({ suffix: numbered(suffix, index), objects: part })),
  );
}

// The first part of a list has no number, so that the list may grow.
function numbered(suffix: string, index: number): string {
  return [suffix, index === 0 ? "" : String(index + 1)].filter(Boolean).join("-");
}

function isDefinition({ kind }: KubernetesObject): boolean {
  return kind === "CustomResourceDefinition";
}

/** A definition stays when its release is removed: Helm docs, "Tips and tricks". */
function kept(object: KubernetesObject): KubernetesObject {
  if (!isDefinition(object)) return object;
  const annotations = { ...object.metadata.annotations, "helm.sh/resource-policy": "keep" };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
