import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { BigqueryDatasetIamMember } from "@cdktf/provider-google/lib/bigquery-dataset-iam-member";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import { IapWebIamMember } from "@cdktf/provider-google/lib/iap-web-iam-member";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { PubsubSubscriptionIamMember } from "@cdktf/provider-google/lib/pubsub-subscription-iam-member";
import { PubsubTopicIamMember } from "@cdktf/provider-google/lib/pubsub-topic-iam-member";
import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { StorageManagedFolderIamMember } from "@cdktf/provider-google/lib/storage-managed-folder-iam-member";
import type { ITerraformDependable, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import type { GrantableType } from "../catalog/roles";
import {
  Ref,
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

/** Restricts a grant, e.g. to some objects of a bucket, or until a day. */
export interface GrantCondition {
  /** Short name, e.g. `only the checkpoints folder`. */
  readonly title: string;
  /** In the Common Expression Language, e.g. `resource.name.startsWith("projects/_/buckets/b/objects/checkpoints/")`. */
  readonly expression: string;
  /** What it is for. @default - none */
  readonly description?: string;
}

/** One binding, as it is to be written. */
export interface Binding {
  readonly role: string;
  readonly member: string;
  readonly condition?: GrantCondition;
  readonly dependsOn: ITerraformDependable[];
}

/** A resource that rights can be given on. */
export interface GrantTarget {
  readonly type: GrantableType;
  /** What the resource is, in one word. */
  readonly kind: string;
  /** What tells it from others of its type. */
  readonly name: Ref;
  /** Whether its policy takes conditions: IAM docs, resource types that accept conditional role bindings, read 2026-11-21. */
  readonly takesConditions: boolean;
  readonly bind: (scope: Construct, id: string, binding: Binding) => TerraformResource;
}

/** Makers of the resources that rights can be given on, ours and those that exist already. */
export const GrantTargets = {
  bucket({ name }: BucketRef): GrantTarget {
    return {
      type: "google_storage_bucket",
      kind: "bucket",
      name,
      takesConditions: true,
      bind: (scope, id, binding) => new StorageBucketIamMember(scope, id, { bucket: name.from(scope), ...binding }),
    };
  },

  managedFolder({ bucket, folder }: ManagedFolderRef): GrantTarget {
    return {
      type: "google_storage_managed_folder",
      kind: "folder",
      name: folder.map((path) => `${bucket}/${path}`),
      takesConditions: true,
      bind: (scope, id, binding) =>
        new StorageManagedFolderIamMember(scope, id, { bucket, managedFolder: folder.from(scope), ...binding }),
    };
  },

  secret({ id: secret }: SecretRef): GrantTarget {
    return {
      type: "google_secret_manager_secret",
      kind: "secret",
      name: secret,
      takesConditions: true,
      bind: (scope, id, binding) =>
        new SecretManagerSecretIamMember(scope, id, { secretId: secret.from(scope), ...binding }),
    };
  },

  registry({ project, location, repository }: RegistryRef): GrantTarget {
    return {
      type: "google_artifact_registry_repository",
      kind: "registry",
      name: repository.map((name) => `projects/${project}/locations/${location}/repositories/${name}`),
      takesConditions: false,
      bind: (scope, id, binding) =>
        new ArtifactRegistryRepositoryIamMember(scope, id, {
          project,
          location,
          repository: repository.from(scope),
          ...binding,
        }),
    };
  },

  topic({ id: topic }: TopicRef): GrantTarget {
    return {
      type: "google_pubsub_topic",
      kind: "topic",
      name: topic,
      takesConditions: false,
      bind: (scope, id, binding) => new PubsubTopicIamMember(scope, id, { topic: topic.from(scope), ...binding }),
    };
  },

  subscription({ project, name }: SubscriptionRef): GrantTarget {
    return {
      type: "google_pubsub_subscription",
      kind: "subscription",
      name: name.map((short) => `projects/${project}/subscriptions/${short}`),
      takesConditions: false,
      bind: (scope, id, binding) =>
        new PubsubSubscriptionIamMember(scope, id, { project, subscription: name.from(scope), ...binding }),
    };
  },

  key({ id: key }: KeyRef): GrantTarget {
    return {
      type: "google_kms_crypto_key",
      kind: "key",
      name: key,
      takesConditions: true,
      bind: (scope, id, binding) => new KmsCryptoKeyIamMember(scope, id, { cryptoKeyId: key.from(scope), ...binding }),
    };
  },

  dataset({ project, dataset }: DatasetRef): GrantTarget {
    return {
      type: "google_bigquery_dataset",
      kind: "dataset",
      name: dataset.map((id) => `projects/${project}/datasets/${id}`),
      takesConditions: false,
      bind: (scope, id, { member, ...binding }) =>
        new BigqueryDatasetIamMember(scope, id, {
          project,
          datasetId: dataset.from(scope),
          member: datasetMember(member),
          ...binding,
        }),
    };
  },

  serviceAccount({ email }: ServiceAccountRef): GrantTarget {
    // The project is in the address: `-` has IAM find it there.
    const name = email.map((address) => `projects/-/serviceAccounts/${address}`);
    return {
      type: "google_service_account",
      kind: "service-account",
      name,
      takesConditions: false,
      bind: (scope, id, binding) =>
        new ServiceAccountIamMember(scope, id, { serviceAccountId: name.from(scope), ...binding }),
    };
  },

  cloudRunService({ project, location, name: service }: CloudRunServiceRef): GrantTarget {
    return {
      type: "google_cloud_run_v2_service",
      kind: "cloud-run-service",
      name: service.map((name) => `projects/${project}/locations/${location}/services/${name}`),
      takesConditions: false,
      bind: (scope, id, binding) =>
        new CloudRunV2ServiceIamMember(scope, id, { project, location, name: service.from(scope), ...binding }),
    };
  },

  /** Everything in a project that Identity-Aware Proxy guards. */
  proxied(projectId: string): GrantTarget {
    return {
      type: "google_iap_web",
      kind: "proxied-services",
      name: Ref.existing(projectId),
      takesConditions: true,
      bind: (scope, id, binding) => new IapWebIamMember(scope, id, { project: projectId, ...binding }),
    };
  },

  project(projectId: string): GrantTarget {
    return {
      type: "google_project",
      kind: "project",
      name: Ref.existing(projectId),
      takesConditions: true,
      bind: (scope, id, binding) => new ProjectIamMember(scope, id, { project: projectId, ...binding }),
    };
  },
};

// google 6.50.0, iam_bigquery_member_dataset.go: a dataset's access list has a place of its own for what is neither account nor group, and
// the provider fails on a bare `principal://` at apply, not at plan.
function datasetMember(member: string): string {
  return /^principal(Set)?:\/\//.test(member) ? `iamMember:${member}` : member;
}
