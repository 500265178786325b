import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  Environment,
  Ref,
  assertSchema,
  days,
  explained,
  known,
  parseProps,
  resourceName,
  type KeyRef,
  type RegistryRef,
  type Tokenable,
} from "../core";
import { registryRef } from "./container-registry";

export interface RegistryMirrorConfig {
  /** Repository id, after the environment's name, e.g. `docker-hub`. */
  readonly name: string;
  /** `docker-hub`, or the address of a registry that speaks the Docker protocol, e.g. `https://registry.example`. */
  readonly upstream: string;
  /** Days after which an image that was fetched is dropped; it is fetched again when asked for. @default 90 */
  readonly cacheDays?: number;
}

export const registryMirrorSchema = z.strictObject({
  name: known(z.string().min(1).describe("Repository id, after the environment's name"), "names are made of it"),
  upstream: known(
    explained(
      z
        .string()
        .regex(/^(docker-hub|https:\/\/[^\s/]+)$/)
        .describe("docker-hub, or the https address of a Docker registry"),
      "docker-hub, or https:// and a host",
      "give the registry's https address without a path",
    ),
    "it decides which kind of upstream is written",
  ),
  cacheDays: known(
    z.int().min(1).describe("Days after which an image that was fetched is dropped"),
    "it is converted to seconds",
  ).default(90),
});

assertSchema<RegistryMirrorConfig, typeof registryMirrorSchema>(true);

export type RegistryMirrorProps = Tokenable<RegistryMirrorConfig> & {
  /** Key of purpose `artifacts`. */
  readonly key: KeyRef;
};

/** Images of a registry outside, kept in one of ours: encrypted with a key of ours, scanned, and there when the other is not. */
export class RegistryMirror extends Construct {
  readonly ref: RegistryRef;
  readonly resources: { readonly repository: ArtifactRegistryRepository };

  constructor(scope: Construct, id: string, props: RegistryMirrorProps) {
    super(scope, id);
    const { key, ...plain } = props;
    const config = parseProps(this, "RegistryMirror", registryMirrorSchema, plain);
    const { name: environment, projectId, region } = Environment.of(this);
    const repositoryId = resourceName(this, "name", NAMES.artifactRegistryRepository, environment, config.name);
    const repository = new ArtifactRegistryRepository(this, "repository", {
      repositoryId,
      project: projectId,
      location: region,
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      description: `Mirror of ${config.upstream}`,
      kmsKeyName: key.id.from(this),
      remoteRepositoryConfig: {
        description: config.upstream,
        dockerRepository:
          config.upstream === "docker-hub"
            ? { publicRepository: "DOCKER_HUB" }
            : { customRepository: { uri: config.upstream } },
      },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicyDryRun: false,
      cleanupPolicies: [
        {
          id: "drop-old",
          action: "DELETE",
          condition: { tagState: "ANY", olderThan: days(config.cacheDays) },
        },
      ],
      dependsOn: key.id.dependencies(this),
    });
    this.resources = { repository };
    this.ref = registryRef(projectId, region, Ref.to(repository, repository.repositoryId, repositoryId));
  }
}
