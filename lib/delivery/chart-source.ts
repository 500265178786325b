import type { IConstruct } from "constructs";
import { z } from "zod";
import { CHARTS, type ChartId, type ChartSpec } from "../catalog/charts";
import type { Digest } from "../catalog/images";
import { ConfigError, assertSchema, explained, known, parseValue } from "../core";
import { vendoredChart } from "./vendored-chart";

/** Where charts come from. Their names and versions are the catalogue's, whatever the place. */
export interface ChartSourceConfig {
  /**
   * `upstream`: where each project publishes its charts. `mirror`: a registry of ours that holds copies of all. `folder`: archives or folders in
   * the repository of the environment, which become part of the output.
   * @default "upstream"
   */
  readonly from?: "upstream" | "mirror" | "folder";
  /** With `mirror`: `oci://` and the repository that holds the charts, each under its own name. @default - none */
  readonly registry?: string;
  /** With `folder`: path from where the program runs, or absolute. It holds `<chart>-<version>.tgz` or a folder `<chart>` for each. @default - none */
  readonly path?: string;
  /** Digests by chart, which win over the catalogue's: of an archive with `folder`, else of the manifest in the registry. @default {} */
  readonly digests?: Readonly<Record<string, string>>;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A digest, as a field of several schemas. */
export function digestField(what: string) {
  return explained(z.string().regex(DIGEST).describe(what), "sha256: and 64 hexadecimal digits");
}

const DECIDES = "it decides where charts are read";

export const chartSourceSchema = z.strictObject({
  from: known(z.enum(["upstream", "mirror", "folder"]).describe("Where charts come from"), DECIDES).default("upstream"),
  registry: known(
    explained(
      z
        .string()
        .regex(/^oci:\/\/[^\s/]+(\/[^\s/]+)*$/)
        .describe("Registry that holds copies of all charts"),
      "oci:// and a repository, without a slash at the end",
    ),
    DECIDES,
  ).optional(),
  path: known(z.string().min(1).describe("Folder that holds the charts"), DECIDES).optional(),
  digests: known(z.record(z.string(), digestField("Digest of a chart")).describe("Digests by chart"), DECIDES).default(
    {},
  ),
});

assertSchema<ChartSourceConfig, typeof chartSourceSchema>(true);

/** How a release names its chart. */
export interface ChartLocation {
  readonly chart: string;
  readonly repository?: string;
  readonly version: string;
}

/** Where the charts of a cluster come from. */
export class ChartSource {
  private readonly config: z.output<typeof chartSourceSchema>;

  /** @throws ConfigError for a malformed source, and for a place that is not named */
  constructor(config: ChartSourceConfig = {}) {
    const { value, failures } = parseValue(chartSourceSchema, config, "pass");
    this.config = value as z.output<typeof chartSourceSchema>;
    const asked = { upstream: undefined, mirror: "registry", folder: "path" } as const;
    const place = asked[this.config.from];
    const missing = place !== undefined && this.config[place] === undefined;
    const unknown = Object.keys(this.config.digests ?? {}).filter((id) => !(id in CHARTS));
    const all = [
      ...failures,
      ...(missing && failures.length === 0 ? [noPlace(this.config.from, place)] : []),
      ...unknown.map((id) => noSuchChart(id)),
    ];
    ConfigError.throwIfAny("charts", all);
  }

  /**
   * Where the release at `scope` finds a chart.
   * @throws ConfigError for a vendored chart that is not there or has another content
   */
  locate(scope: IConstruct, id: ChartId): ChartLocation {
    const spec: ChartSpec = CHARTS[id];
    const { from, registry, path, digests } = this.config;
    const given = digests[id] as Digest | undefined;
    switch (from) {
      case "upstream":
        return located(spec, spec.repository, given ?? spec.digest);
      case "mirror":
        // A copy keeps the manifest of an OCI chart; a chart of an https repository gets one when it is pushed.
        return located(spec, registry!, given ?? spec.digest);
      case "folder":
        return { chart: vendoredChart(scope, path!, id, spec, given), version: spec.version };
    }
  }
}

function located({ chart, version }: ChartSpec, repository: string, digest: Digest | undefined): ChartLocation {
  if (!repository.startsWith("oci://")) return { repository, chart, version };
  return { chart: `${repository}/${chart}${digest === undefined ? "" : `@${digest}`}`, version };
}

function noPlace(from: string, path: string) {
  return {
    code: "missing",
    path,
    message: `is required with from: ${from}`,
    fix: `say where the charts are: give ${path}`,
  };
}

function noSuchChart(id: string) {
  return {
    code: "unknown-chart",
    path: `digests.${id}`,
    message: "is not a chart of the catalogue",
    got: id,
    allowed: Object.keys(CHARTS).join(", "),
    fix: "name a chart of the catalogue",
  };
}
