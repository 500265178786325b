import { TerraformGraph } from "../../lib/core";
import { ContainerRegistry, EncryptionKeys, type ContainerRegistryConfig } from "../../lib/security";
import type { SynthesizedStack } from "../../lib/testing";
import { type PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const TYPE = "google_artifact_registry_repository";

function registry(stack: PlatformStack, props: ContainerRegistryConfig = {}): ContainerRegistry {
  return new ContainerRegistry(stack, "registry", {
    ...props,
    key: new EncryptionKeys(stack, "keys").key("artifacts"),
  });
}

function registryStack(props?: ContainerRegistryConfig): SynthesizedStack {
  return stackOf((stack) => void registry(stack, props));
}

describe("the registry of images", () => {
  test("is a Docker repository of the environment's project and region", () => {
    registryStack().has(TYPE, {
      repository_id: "test-images",
      project: "acme-test",
      location: "europe-west4",
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
    });
  });

  test("keeps a tag on the image that it was given to", () => {
    registryStack().has(TYPE, { docker_config: { immutable_tags: true } });
  });

  test("scans for vulnerabilities", () => {
    registryStack().has(TYPE, { vulnerability_scanning_config: { enablement_config: "INHERITED" } });
  });

  test("deletes what no tag names after 30 days, and keeps the 10 latest versions", () => {
    registryStack().has(TYPE, {
      cleanup_policy_dry_run: false,
      cleanup_policies: [
        { id: "delete-untagged", action: "DELETE", condition: { tag_state: "UNTAGGED", older_than: "2592000s" } },
        { id: "keep-recent", action: "KEEP", most_recent_versions: { keep_count: 10 } },
      ],
    });
  });

  test("cleans up as set", () => {
    registryStack({ name: "models", untaggedDays: 7, keepVersions: 3 }).has(TYPE, {
      repository_id: "test-models",
      cleanup_policies: [
        { condition: { tag_state: "UNTAGGED", older_than: "604800s" } },
        { most_recent_versions: { keep_count: 3 } },
      ],
    });
  });

  test("is encrypted with the key for artifacts, and waits until its service agent may use it", () => {
    const stack = registryStack();
    const key = stack.resources("google_kms_crypto_key").find(({ config }) => config["name"] === "artifacts")!;
    const grant = stack
      .resources("google_kms_crypto_key_iam_member")
      .find(({ config }) => config["crypto_key_id"] === `\${${key.address}.id}`)!;
    const [repository] = stack.resources(TYPE);
    expect(repository!.config["kms_key_name"]).toBe(`\${${key.address}.id}`);
    expect(grant.config["member"]).toMatch(/@gcp-sa-artifactregistry\.iam/);
    expect(new TerraformGraph(stack.json).waitsFor(repository!.address, grant.address)).toBe(true);
  });

  test("is known to others by its place and the prefix of its images", () => {
    const stack = anyStack();
    const { ref } = registry(stack);
    expect(ref).toMatchObject({
      project: "acme-test",
      location: "europe-west4",
      url: "europe-west4-docker.pkg.dev/acme-test/test-images",
    });
    expect(ref.repository.value).toBe("test-images");
  });

  test.each([
    [{ untaggedDays: 0 }, "untaggedDays"],
    [{ keepVersions: 0 }, "keepVersions"],
  ])("refuses %j: nothing would be left", (props, path) => {
    expect(failuresOf(() => registry(anyStack(), props))).toEqual([
      expect.objectContaining({ code: "out-of-range", path, allowed: "at least 1" }),
    ]);
  });

  test("refuses a name that Artifact Registry refuses", () => {
    expect(failuresOf(() => registry(anyStack(), { name: "Images" }))).toEqual([
      expect.objectContaining({ code: "name-malformed", path: "name", got: "test-Images" }),
    ]);
  });
});

test("a registry that exists already has the same facts, and makes nothing", () => {
  const ref = ContainerRegistry.fromExisting({ project: "p", location: "us", repository: "r" });
  expect(ref).toMatchObject({ project: "p", location: "us", url: "us-docker.pkg.dev/p/r" });
  expect(ref.repository.from(anyStack())).toBe("r");
});
