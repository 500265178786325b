import { ConfigError, Ref, type ClusterFeature, type ClusterRef, type KeyRef } from "../core";

/** A cluster that Google Cloud does not run, as the fleet knows it. */
export interface AttachedClusterConfig {
  /** Name of its fleet membership. */
  readonly name: string;
  /** Location of the membership. @default "global" */
  readonly location?: string;
  /** Id of the fleet's project. */
  readonly project: string;
  /** Number of that project. */
  readonly projectNumber: string;
  /** Kubernetes version, at least its minor: `1.35`. */
  readonly version: string;
  /** What is installed in it besides Kubernetes; the others of GKE's features exist in GKE alone. @default [] */
  readonly features?: readonly Extract<ClusterFeature, "managed-prometheus">[];
}

/**
 * A cluster outside of Google Cloud that is attached to the fleet. Nothing of it is made here: it must be registered, with the identity that
 * Terraform runs as among its administrators, before anything is deployed to it.
 */
export class AttachedCluster implements ClusterRef {
  readonly name: Ref;
  readonly id: Ref;
  readonly location: string;
  readonly project: string;
  /**
   * The fleet's own pool: registering a cluster adds its issuer to the pool of the fleet's project (GKE attached clusters docs, "Workload
   * identity", read 2026-11-21). Clusters of GKE in that project have the same: the same namespace and name is one principal in all of them.
   */
  readonly workloadPool: Ref;
  readonly fleetMembership: Ref;
  readonly version: string;
  readonly multiNetworking = false;
  readonly features: readonly ClusterFeature[];

  private constructor(config: AttachedClusterConfig) {
    const { name, location = "global", project, projectNumber, version, features = [] } = config;
    this.name = Ref.existing(name);
    this.id = Ref.existing(`projects/${project}/locations/${location}/memberships/${name}`);
    this.location = location;
    this.project = project;
    this.workloadPool = Ref.existing(`${project}.svc.id.goog`);
    // `memberships` where those of GKE's own are `gkeMemberships`: the Connect Gateway tells them apart.
    this.fleetMembership = Ref.existing(`projects/${projectNumber}/locations/${location}/memberships/${name}`);
    this.version = version;
    this.features = features;
  }

  /** The cluster behind a membership that exists already. */
  static fromMembership(config: AttachedClusterConfig): ClusterRef {
    return new AttachedCluster(config);
  }

  /** @throws ConfigError always: Google Cloud makes none of its nodes */
  get nodeDiskKey(): KeyRef {
    throw new ConfigError(`attached cluster ${this.name.value}`, [
      {
        code: "no-node-disks",
        path: "nodeDiskKey",
        message: "is a key of disks in Google Cloud, and the nodes of an attached cluster have none",
        fix: "make node pools in a GKE cluster",
      },
    ]);
  }
}
