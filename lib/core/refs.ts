import type { Ref } from "./ref";

/** A VPC network. */
export interface NetworkRef {
  /** `projects/P/global/networks/N`. */
  readonly id: Ref;
  /** `N`. */
  readonly name: Ref;
}

/** A subnet, with the names of its secondary ranges where it has some. */
export interface SubnetRef {
  /** `projects/P/regions/R/subnetworks/S`. */
  readonly id: Ref;
  /** `S`. */
  readonly name: Ref;
  /** Name of the secondary range for pods. */
  readonly podRange?: string;
  /** Name of the secondary range for services. */
  readonly serviceRange?: string;
}

/** A network and a subnet of it, as a further interface of a node. */
export interface NodeNetworkRef {
  readonly network: NetworkRef;
  readonly subnet: SubnetRef;
}

/** A Cloud KMS key that service agents of one purpose may use. */
export interface KeyRef {
  /** `projects/P/locations/L/keyRings/R/cryptoKeys/K`. Ready after the grants to its service agents. */
  readonly id: Ref;
}

/** A Google service account. */
export interface ServiceAccountRef {
  /** `name@project.iam.gserviceaccount.com`. */
  readonly email: Ref;
}

/** A Docker repository in Artifact Registry. */
export interface RegistryRef {
  readonly project: string;
  readonly location: string;
  /** Repository id. */
  readonly repository: Ref;
  /** `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY`. */
  readonly url: string;
}

/** A Cloud Storage bucket. */
export interface BucketRef {
  readonly name: Ref;
}

/** A managed folder of a Cloud Storage bucket, whose objects have rights of their own. */
export interface ManagedFolderRef {
  readonly bucket: string;
  /** Path with a slash at its end. */
  readonly folder: Ref;
}

/** A secret in Secret Manager: never its value. */
export interface SecretRef {
  /** `projects/P/secrets/S`. */
  readonly id: Ref;
}

/** A Pub/Sub topic. */
export interface TopicRef {
  /** `projects/P/topics/T`. */
  readonly id: Ref;
}

/** A Pub/Sub subscription, with the parts of its name that its policy is addressed by. */
export interface SubscriptionRef {
  readonly project: string;
  readonly name: Ref;
}

/** A Cloud Run service, with the parts of its name that its policy is addressed by. */
export interface CloudRunServiceRef {
  readonly project: string;
  readonly location: string;
  readonly name: Ref;
}

/** A BigQuery dataset. */
export interface DatasetRef {
  readonly project: string;
  /** Id within the project. */
  readonly dataset: Ref;
}

/**
 * What a cluster can do that not every cluster can: switched on when it is made, and the reason why Kubernetes objects of some kinds exist in it.
 * `hpa-performance` is the autoscaler that reads metrics from pods itself.
 */
export type ClusterFeature =
  "managed-prometheus" | "gateway-api" | "secret-manager" | "gcs-fuse" | "multi-networking" | "hpa-performance";

/** A GKE cluster, as others may know it. */
export interface ClusterRef {
  readonly name: Ref;
  /** `projects/P/locations/L/clusters/C`. */
  readonly id: Ref;
  readonly location: string;
  readonly project: string;
  /** `P.svc.id.goog`; of use only once the cluster exists. */
  readonly workloadPool: Ref;
  /** Membership of the project's fleet: `projects/N/locations/L/gkeMemberships/C`. */
  readonly fleetMembership: Ref;
  /** Key for the boot disks of nodes. */
  readonly nodeDiskKey: KeyRef;
  /** GKE version asked for: `1.34` or `1.34.5-gke.1153000`. */
  readonly version: string;
  /** True where nodes may have more than one network. */
  readonly multiNetworking: boolean;
  /** What is switched on in it. */
  readonly features: readonly ClusterFeature[];
}
