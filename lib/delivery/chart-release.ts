import type { ITerraformDependable } from "cdktf";
import { Release } from "@cdktf/provider-helm/lib/release";
import { Construct } from "constructs";
import { CHARTS, type ChartId } from "../catalog/charts";
import { Problems } from "../core";
import type { ChartSource } from "./chart-source";
import { terraformYaml } from "./object-values";
import { releaseNameFailures } from "./release-name";

export interface ChartReleaseProps {
  /** Chart of the catalogue. */
  readonly chart: ChartId;
  /** Where charts come from. */
  readonly source: ChartSource;
  /** Name of the release. @default - the chart's */
  readonly name?: string;
  /** Namespace, which exists already. @default - the catalogue's for this chart */
  readonly namespace?: string;
  /** Values, as the chart reads them. @default {} */
  readonly values?: object;
  /** What must exist before. @default - nothing */
  readonly after?: readonly ITerraformDependable[];
  /** Seconds that Helm waits for pods to be ready, before it rolls back. @default 600 */
  readonly timeoutSeconds?: number;
}

const TIMEOUT_SECONDS = 600;

/** Helm's record of each revision is a Secret of up to a megabyte. */
export const KEPT_REVISIONS = 5;

/** What every release of ours has: it is applied whole or rolled back, and never makes a namespace that nobody labelled. */
export const WHOLE_OR_NOTHING = {
  createNamespace: false,
  atomic: true,
  wait: true,
  waitForJobs: true,
  cleanupOnFail: true,
  maxHistory: KEPT_REVISIONS,
} as const;

/** One chart of the catalogue, in the one version that it names, by its digest where one is known. */
export class ChartRelease extends Construct {
  /** What whoever needs it waits for. */
  readonly dependables: readonly ITerraformDependable[];
  readonly resources: { readonly release: Release };

  /** @throws ConfigError for a name that Helm refuses and for a vendored chart that is not what it should be */
  constructor(scope: Construct, id: string, props: ChartReleaseProps) {
    super(scope, id);
    const { chart, source, values = {}, after = [], timeoutSeconds = TIMEOUT_SECONDS } = props;
    const { name = CHARTS[chart].chart, namespace = CHARTS[chart].namespace } = props;
    const problems = new Problems(releaseNameFailures(this, namespace, name));
    const location = problems.attempt("charts", () => source.locate(this, chart));
    problems.throwIfAny(`ChartRelease at ${this.node.path}`);
    const release = new Release(this, "release", {
      ...WHOLE_OR_NOTHING,
      ...location!,
      name,
      namespace,
      timeout: timeoutSeconds,
      values: [terraformYaml(values)],
      dependsOn: [...after],
    });
    this.resources = { release };
    this.dependables = [release];
  }
}
