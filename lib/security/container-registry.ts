import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  Environment,
  Ref,
  assertSchema,
  days,
  known,
  parseProps,
  resourceName,
  type KeyRef,
  type RegistryRef,
  type Tokenable,
} from "../core";
import { RegistryGrants } from "../iam/resource-grants";

export interface ContainerRegistryConfig {
  /** Repository id, after the environment's name. @default "images" */
  readonly name?: string;
  /** What it holds, for people. @default "Container images that the platform's clusters may run" */
  readonly description?: string;
  /** Days after which images without a tag are deleted. @default 30 */
  readonly untaggedDays?: number;
  /** Versions of an image that are kept whatever their age. @default 10 */
  readonly keepVersions?: number;
}

export const containerRegistrySchema = z.strictObject({
  name: known(
    z.string().min(1).describe("Repository id, after the environment's name"),
    "names are made of it",
  ).default("images"),
  description: z
    .string()
    .max(200)
    .describe("What it holds, for people")
    .default("Container images that the platform's clusters may run"),
  untaggedDays: known(
    z.int().min(1).describe("Days after which images without a tag are deleted"),
    "it is converted to seconds",
  ).default(30),
  keepVersions: z.int().min(1).describe("Versions of an image that are kept whatever their age").default(10),
});

assertSchema<ContainerRegistryConfig, typeof containerRegistrySchema>(true);

export type ContainerRegistryProps = Tokenable<ContainerRegistryConfig> & {
  /** Key of purpose `artifacts`. */
  readonly key: KeyRef;
};

/** A Docker repository whose tags never move, encrypted with a key of ours, scanned, and cleaned of what no tag names. */
export class ContainerRegistry extends Construct {
  readonly ref: RegistryRef;
  /** Who may pull and push. */
  readonly grants: RegistryGrants;
  readonly resources: { readonly repository: ArtifactRegistryRepository };

  constructor(scope: Construct, id: string, { key, ...props }: ContainerRegistryProps) {
    super(scope, id);
    const config = parseProps(this, "ContainerRegistry", containerRegistrySchema, props);
    const { name: environment, projectId, region } = Environment.of(this);
    const repositoryId = resourceName(this, "name", NAMES.artifactRegistryRepository, environment, config.name);
    const repository = new ArtifactRegistryRepository(this, "repository", {
      repositoryId,
      project: projectId,
      location: region,
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
      description: config.description,
      kmsKeyName: key.id.from(this),
      dockerConfig: { immutableTags: true },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicyDryRun: false,
      cleanupPolicies: [
        {
          id: "delete-untagged",
          action: "DELETE",
          condition: { tagState: "UNTAGGED", olderThan: days(config.untaggedDays) },
        },
        { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: config.keepVersions } },
      ],
      dependsOn: key.id.dependencies(this),
    });
    this.resources = { repository };
    this.ref = registryRef(projectId, region, Ref.to(repository, repository.repositoryId, repositoryId));
    this.grants = new RegistryGrants(this, this.ref);
  }

  /** A Docker repository that exists already. */
  static fromExisting(of: {
    readonly project: string;
    readonly location: string;
    readonly repository: string;
  }): RegistryRef {
    return registryRef(of.project, of.location, Ref.existing(of.repository));
  }
}

/** What others may know of a Docker repository. */
export function registryRef(project: string, location: string, repository: Ref): RegistryRef {
  return { project, location, repository, url: `${location}-docker.pkg.dev/${project}/${repository.value}` };
}
