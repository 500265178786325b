import { z } from "zod";
import { CHARTS, type ChartId, type ChartSpec } from "../catalog/charts";
import type { Digest } from "../catalog/images";
import { ConfigError, assertSchema, explained, known, parseValue } from "../core";
import { digestField } from "./chart-source";

/** Where images of add-ons come from. */
export interface ImageSourceConfig {
  /**
   * Repositories that hold copies, by the registry they copy, e.g. `quay.io: europe-west4-docker.pkg.dev/acme-prod/prod-quay`. Nodes without a way
   * to the internet need one for each registry. @default {}
   */
  readonly mirrors?: Readonly<Record<string, string>>;
  /** Digests by repository, for images that the catalogue knows no digest of, e.g. `registry.k8s.io/kueue/kueue`. @default {} */
  readonly digests?: Readonly<Record<string, string>>;
}

const NAMES_IMAGES = "images are named by it";

export const imageSourceSchema = z.strictObject({
  mirrors: known(
    z
      .record(
        z.string(),
        explained(
          z
            .string()
            .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/)
            .describe("Repository that holds copies"),
          "a registry and a path without https://",
        ),
      )
      .describe("Repositories that hold copies, by the registry they copy"),
    NAMES_IMAGES,
  ).default({}),
  digests: known(
    z.record(z.string(), digestField("Digest of an image")).describe("Digests by repository"),
    NAMES_IMAGES,
  ).default({}),
});

assertSchema<ImageSourceConfig, typeof imageSourceSchema>(true);

/** An image as charts take it: in parts. */
export interface ImageParts {
  /** `quay.io`, or the mirror's `europe-west4-docker.pkg.dev/acme-prod/prod-quay`. */
  readonly registry: string;
  /** `argoproj/argo-rollouts`. */
  readonly path: string;
  /** `v1.9.1`. */
  readonly tag: string;
  readonly digest?: Digest;
  /** `v1.9.1@sha256:…` where the digest is known: for charts that know no digest. */
  readonly pinnedTag: string;
  /** All of it. */
  readonly reference: string;
  /** True where neither a mirror nor a digest says more than the chart itself does. */
  readonly isCharts: boolean;
}

/** What is known of an image. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: Digest;
}

/** Where the images of a cluster's add-ons come from. */
export class ImageSource {
  private readonly config: z.output<typeof imageSourceSchema>;

  /** @throws ConfigError for a malformed source */
  constructor(config: ImageSourceConfig = {}) {
    const { value, failures } = parseValue(imageSourceSchema, config, "pass");
    ConfigError.throwIfAny("images", failures);
    this.config = value as z.output<typeof imageSourceSchema>;
  }

  /**
   * An image that a chart of the catalogue runs.
   * @param name last part of its repository, as the catalogue has it
   */
  ofChart(chart: ChartId, name: string): ImageParts {
    const { images }: ChartSpec = CHARTS[chart];
    return this.image(images.find(({ repository }) => repository.endsWith(`/${name}`))!);
  }

  /** The image as pods name it. */
  image({ repository, tag, digest: catalogued }: ImageName): ImageParts {
    const [upstream, ...rest] = repository.split("/");
    const { mirrors, digests } = this.config;
    const digest = (digests[repository] as Digest | undefined) ?? catalogued;
    const registry = mirrors[upstream!] ?? upstream!;
    const path = rest.join("/");
    const pinnedTag = digest === undefined ? tag : `${tag}@${digest}`;
    const isCharts = registry === upstream && digest === undefined;
    return { registry, path, tag, digest, pinnedTag, isCharts, reference: `${registry}/${path}:${pinnedTag}` };
  }
}
