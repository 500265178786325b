import type { Construct } from "constructs";
import type { GrantableType, RightOn } from "../catalog/roles";
import {
  Environment,
  type BucketRef,
  type CloudRunServiceRef,
  type DatasetRef,
  type KeyRef,
  type ManagedFolderRef,
  type RegistryRef,
  type SecretRef,
  type ServiceAccountRef,
  type SubscriptionRef,
  type TopicRef,
} from "../core";
import { Grant, type GrantOptions } from "./grant";
import { GrantTargets, type GrantTarget } from "./grant-target";
import type { Principal } from "./principal";

/** The rights that can be given on one resource. It decides nothing itself: roles come from the catalogue. */
class ResourceGrants<T extends GrantableType> {
  /**
   * @param scope where bindings are made, if a grant names no other place
   * @param target what they are on
   */
  protected constructor(
    private readonly scope: Construct,
    private readonly target: GrantTarget,
  ) {}

  protected give(right: RightOn<T>, to: Principal, options: GrantOptions): Grant {
    return Grant.reviewed(this.scope, this.target, right, to, options);
  }
}

/** Rights on a Cloud Storage bucket. */
export class BucketGrants extends ResourceGrants<"google_storage_bucket"> {
  constructor(scope: Construct, bucket: BucketRef) {
    super(scope, GrantTargets.bucket(bucket));
  }

  /** To list and read objects. */
  read(to: Principal, options: GrantOptions): Grant {
    return this.give("read", to, options);
  }

  /** To list, read, create, overwrite and delete objects. */
  write(to: Principal, options: GrantOptions): Grant {
    return this.give("write", to, options);
  }
}

/** Rights on a managed folder of a Cloud Storage bucket. */
export class ManagedFolderGrants extends ResourceGrants<"google_storage_managed_folder"> {
  constructor(scope: Construct, folder: ManagedFolderRef) {
    super(scope, GrantTargets.managedFolder(folder));
  }

  /** To list and read the objects below it. */
  read(to: Principal, options: GrantOptions): Grant {
    return this.give("read", to, options);
  }
}

/** Rights on one secret. */
export class SecretGrants extends ResourceGrants<"google_secret_manager_secret"> {
  constructor(scope: Construct, secret: SecretRef) {
    super(scope, GrantTargets.secret(secret));
  }

  /** To read the secret's values. */
  access(to: Principal, options: GrantOptions): Grant {
    return this.give("access", to, options);
  }
}

/** Rights on a repository in Artifact Registry. */
export class RegistryGrants extends ResourceGrants<"google_artifact_registry_repository"> {
  constructor(scope: Construct, registry: RegistryRef) {
    super(scope, GrantTargets.registry(registry));
  }

  /** To list and download. */
  pull(to: Principal, options: GrantOptions): Grant {
    return this.give("pull", to, options);
  }

  /** To download and upload, not to delete. */
  push(to: Principal, options: GrantOptions): Grant {
    return this.give("push", to, options);
  }
}

/** Rights on a Pub/Sub topic. */
export class TopicGrants extends ResourceGrants<"google_pubsub_topic"> {
  constructor(scope: Construct, topic: TopicRef) {
    super(scope, GrantTargets.topic(topic));
  }

  /** To publish messages. */
  publish(to: Principal, options: GrantOptions): Grant {
    return this.give("publish", to, options);
  }
}

/** Rights on a Pub/Sub subscription. */
export class SubscriptionGrants extends ResourceGrants<"google_pubsub_subscription"> {
  constructor(scope: Construct, subscription: SubscriptionRef) {
    super(scope, GrantTargets.subscription(subscription));
  }

  /** To pull and acknowledge messages. */
  consume(to: Principal, options: GrantOptions): Grant {
    return this.give("consume", to, options);
  }
}

/** Rights on a Cloud KMS key. */
export class KeyGrants extends ResourceGrants<"google_kms_crypto_key"> {
  constructor(scope: Construct, key: KeyRef) {
    super(scope, GrantTargets.key(key));
  }

  /** To encrypt and decrypt with the key: what the service agent of a service needs before it can store anything under the key. */
  encryptDecrypt(to: Principal, options: GrantOptions): Grant {
    return this.give("encryptDecrypt", to, options);
  }
}

/** Rights on a Cloud Run service. */
export class CloudRunServiceGrants extends ResourceGrants<"google_cloud_run_v2_service"> {
  constructor(scope: Construct, service: CloudRunServiceRef) {
    super(scope, GrantTargets.cloudRunService(service));
  }

  /** To send requests to it. */
  invoke(to: Principal, options: GrantOptions): Grant {
    return this.give("invoke", to, options);
  }

  /** To change the service, its split of requests included. */
  shiftTraffic(to: Principal, options: GrantOptions): Grant {
    return this.give("shiftTraffic", to, options);
  }
}

/** Rights on a BigQuery dataset. Queries need `bigQueryJobUser` on a project besides. */
export class DatasetGrants extends ResourceGrants<"google_bigquery_dataset"> {
  constructor(scope: Construct, dataset: DatasetRef) {
    super(scope, GrantTargets.dataset(dataset));
  }

  /** To read data and metadata. */
  read(to: Principal, options: GrantOptions): Grant {
    return this.give("read", to, options);
  }

  /** To read, create, change and delete tables. */
  write(to: Principal, options: GrantOptions): Grant {
    return this.give("write", to, options);
  }
}

/** Rights on a service account: who may run things as it, or become it. Given on the account, never on the project. */
export class ServiceAccountGrants extends ResourceGrants<"google_service_account"> {
  constructor(scope: Construct, account: ServiceAccountRef) {
    super(scope, GrantTargets.serviceAccount(account));
  }

  /** To make resources that run as the account: for deployers. */
  actAs(to: Principal, options: GrantOptions): Grant {
    return this.give("actAs", to, options);
  }

  /** To get short-lived tokens of the account and sign as it. */
  impersonate(to: Principal, options: GrantOptions): Grant {
    return this.give("impersonate", to, options);
  }
}

/** A right that can only be given on a whole project. */
export type ProjectRight = RightOn<"google_project">;

/** Rights that no narrower resource has a policy for: a short list, each reviewed. */
export class ProjectGrants extends ResourceGrants<"google_project"> {
  /** @param projectId by default the environment's */
  constructor(scope: Construct, projectId: string = Environment.of(scope).projectId) {
    super(scope, GrantTargets.project(projectId));
  }

  /** To do what the right allows anywhere in the project, unless a condition narrows it. */
  allow(right: ProjectRight, to: Principal, options: GrantOptions): Grant {
    return this.give(right, to, options);
  }
}
