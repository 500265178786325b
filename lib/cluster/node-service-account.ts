import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  known,
  parseProps,
  Ref,
  resourceName,
  type RegistryRef,
  type ServiceAccountRef,
  type Tokenable,
} from "../core";
import { recordGrant } from "../iam/grant";
import { Principals } from "../iam/principal";
import { ServiceAccountGrants } from "../iam/resource-grants";

/** The identity that the nodes of one pool run as. */
export interface NodeServiceAccountConfig {
  /** Last part of the account id, after the environment's name: the pool's name. Refused where the whole exceeds 30 characters. */
  readonly name: string;
  /** What runs as this account. */
  readonly description: string;
}

export const nodeServiceAccountSchema = z.strictObject({
  name: known(
    z.string().min(1).describe("Last part of the account id: the pool's name"),
    "the account id is made of it",
  ),
  description: z.string().max(256).describe("What runs as this account"),
});

assertSchema<NodeServiceAccountConfig, typeof nodeServiceAccountSchema>(true);

export type NodeServiceAccountProps = Tokenable<NodeServiceAccountConfig> & {
  /** Docker repositories that the nodes may pull from. */
  readonly registries: readonly RegistryRef[];
  /** Whether images stream from these, which counts as use of the services of their projects. @default false */
  readonly streamsImages?: boolean;
};

/**
 * A dedicated service account for nodes: what the kubelet, the logging and the metrics agents of one pool may do, and no
 * more. Workloads have identities of their own through Workload Identity.
 */
export class NodeServiceAccount extends Construct {
  /** The account; its email is ready after the grants, so that no node starts without them. */
  readonly ref: ServiceAccountRef;
  /** Who may run nodes as it. */
  readonly grants: ServiceAccountGrants;
  readonly resources: {
    readonly account: ServiceAccount;
    readonly nodeRole: ProjectIamMember;
    readonly pullRoles: readonly ArtifactRegistryRepositoryIamMember[];
    /** One for each project that images stream from. */
    readonly streamRoles: readonly ProjectIamMember[];
  };

  constructor(scope: Construct, id: string, props: NodeServiceAccountProps) {
    super(scope, id);
    const { registries, streamsImages = false, ...plain } = props;
    const config = parseProps(this, "NodeServiceAccount", nodeServiceAccountSchema, plain);
    const environment = Environment.of(this);
    const accountId = resourceName(this, "name", NAMES.serviceAccount, environment.name, config.name);

    const account = new ServiceAccount(this, "account", {
      accountId,
      displayName: `Nodes of ${config.name}`,
      description: config.description,
    });
    const literal = `${accountId}@${environment.projectId}.iam.gserviceaccount.com`;
    const email = Ref.to(this, account.email, literal);
    const { label } = Principals.serviceAccount({ email });
    // The one role that GKE asks of a node (docs, "Use least privilege service accounts"): logs, metrics, autoscaling metrics.
    const nodeRole = new ProjectIamMember(this, "node-role", {
      project: environment.projectId,
      role: "roles/container.defaultNodeServiceAccount",
      member: account.member,
    });
    recordGrant(nodeRole, { principal: label, reason: "nodes write logs and metrics" });
    const pullRoles = registries.map((registry) =>
      recordGrant(this.pullFrom(registry, account), { principal: label, reason: "nodes pull images" }),
    );
    const streamed = streamsImages ? [...new Set(registries.map(({ project }) => project))] : [];
    const streamRoles = streamed.map((project) =>
      recordGrant(this.streamFrom(project, account), { principal: label, reason: "nodes start on images that stream" }),
    );

    this.resources = { account, nodeRole, pullRoles, streamRoles };
    this.ref = { email: email.after(nodeRole, ...pullRoles, ...streamRoles) };
    this.grants = new ServiceAccountGrants(this, this.ref);
  }

  /** An account that exists already, with at least `roles/container.defaultNodeServiceAccount`. */
  static fromExisting(email: string): ServiceAccountRef {
    return { email: Ref.existing(email) };
  }

  private pullFrom(registry: RegistryRef, account: ServiceAccount): ArtifactRegistryRepositoryIamMember {
    const { projectId } = Environment.of(this);
    // Repositories of two projects may have one name.
    const from = registry.project === projectId ? [] : [registry.project];
    const id = ["pull", ...from, registry.location, registry.repository.value].join("-");
    return new ArtifactRegistryRepositoryIamMember(this, id, {
      project: registry.project,
      location: registry.location,
      repository: registry.repository.from(this),
      role: "roles/artifactregistry.reader",
      member: account.member,
      dependsOn: registry.repository.dependencies(this),
    });
  }

  // GKE docs, "Use Image streaming", requirements, read 2026-11-21. Without it images are pulled whole, and nothing says why.
  private streamFrom(project: string, account: ServiceAccount): ProjectIamMember {
    return new ProjectIamMember(this, `stream-${project}`, {
      project,
      role: "roles/serviceusage.serviceUsageConsumer",
      member: account.member,
    });
  }
}
