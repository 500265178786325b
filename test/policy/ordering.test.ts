import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ContainerCluster } from "@cdktf/provider-google/lib/container-cluster";
import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsKeyRing } from "@cdktf/provider-google/lib/kms-key-ring";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { synthesize } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { stackOf, testEnvironment } from "../stacks/platform";

const KEY = "projects/acme-test/locations/europe-west4/keyRings/ring/cryptoKeys/key";

function addKey(stack: PlatformStack): KmsCryptoKey {
  const ring = new KmsKeyRing(stack, "ring", { name: "ring", location: "europe-west4" });
  return new KmsCryptoKey(stack, "key", { name: "key", keyRing: ring.id });
}

const repository = { repositoryId: "images", location: "europe-west4", format: "DOCKER" };
const member = "serviceAccount:acme-test.svc.id.goog[team/model]";

describe("the ordering check at synth", () => {
  test("a key that is named before it is created is found, with where and how to mend it", () => {
    expect(() =>
      stackOf((stack) => {
        addKey(stack);
        new ArtifactRegistryRepository(stack, "repository", { ...repository, kmsKeyName: KEY });
      }),
    ).toThrow(
      /test-stack google_artifact_registry_repository.repository kms_key_name: names google_kms_crypto_key.key of the same stack without waiting for it/,
    );
  });

  test("a key that is named, and waited for, passes", () => {
    stackOf((stack) => {
      const key = addKey(stack);
      new ArtifactRegistryRepository(stack, "repository", { ...repository, kmsKeyName: KEY, dependsOn: [key] });
    });
  });

  test("waiting through another resource is enough", () => {
    stackOf((stack) => {
      const key = addKey(stack);
      const first = new ArtifactRegistryRepository(stack, "first", { ...repository, kmsKeyName: key.id });
      new ArtifactRegistryRepository(stack, "second", {
        ...repository,
        repositoryId: "more",
        kmsKeyName: KEY,
        dependsOn: [first],
      });
    });
  });

  test("a Workload Identity binding before the cluster that brings the identity pool is found", () => {
    expect(() =>
      stackOf((stack) => {
        new ContainerCluster(stack, "cluster", {
          name: "c",
          workloadIdentityConfig: { workloadPool: "acme-test.svc.id.goog" },
        });
        new StorageBucketIamMember(stack, "binding", { bucket: "b", role: "roles/storage.objectViewer", member });
      }),
    ).toThrow(/google_storage_bucket_iam_member.binding member: names google_container_cluster.cluster/);
  });

  test("a service account's address, written out, is found too", () => {
    expect(() =>
      stackOf((stack) => {
        new ServiceAccount(stack, "sa", { accountId: "reader" });
        new StorageBucketIamMember(stack, "binding", {
          bucket: "b",
          role: "roles/storage.objectViewer",
          member: "serviceAccount:reader@acme-test.iam.gserviceaccount.com",
        });
      }),
    ).toThrow(/names google_service_account.sa/);
  });

  test("a name in words for people is no use of the resource", () => {
    stackOf((stack) => {
      addKey(stack);
      new ArtifactRegistryRepository(stack, "repository", { ...repository, description: `not encrypted with ${KEY}` });
    });
  });

  const twoStacks = (link: (user: PlatformStack, owner: PlatformStack) => void) =>
    synthesize((app) => {
      const user = new PlatformStack(app, "user", testEnvironment);
      const owner = new PlatformStack(app, "owner", testEnvironment);
      addKey(owner);
      new ArtifactRegistryRepository(user, "repository", { ...repository, kmsKeyName: KEY });
      link(user, owner);
    });

  test("a name of a resource of a stack that is not deployed before is found", () => {
    expect(() => twoStacks(() => undefined)).toThrow(
      /names google_kms_crypto_key.key of stack test-owner, which is not deployed before test-user/,
    );
    expect(() => twoStacks((user, owner) => owner.addDependency(user))).toThrow(/name-of-later-stack/);
  });

  test("a name of a resource of an earlier stack passes", () => {
    twoStacks((user, owner) => user.addDependency(owner));
  });
});
