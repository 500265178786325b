import {
  BinaryAuthorizationPolicy,
  ContainerRegistry,
  RegistryMirror,
  type BinaryAuthorizationConfig,
  type RegistryMirrorConfig,
} from "../../lib/security";
import type { SynthesizedStack } from "../../lib/testing";
import type { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";
import { keyOf, waitsForAgent } from "./keys";

const POLICY = "google_binary_authorization_policy";
const REPOSITORY = "google_artifact_registry_repository";
const registries = [
  ContainerRegistry.fromExisting({ project: "acme-test", location: "europe-west4", repository: "r" }),
];

function policy(props: BinaryAuthorizationConfig = {}): SynthesizedStack {
  return stackOf((stack) => void new BinaryAuthorizationPolicy(stack, "policy", { ...props, registries }));
}

describe("the policy on images", () => {
  test("denies every image but those of the platform's registries and Google's own", () => {
    policy().has(POLICY, {
      project: "acme-test",
      global_policy_evaluation_mode: "ENABLE",
      admission_whitelist_patterns: [{ name_pattern: "europe-west4-docker.pkg.dev/acme-test/r/**" }],
      default_admission_rule: { evaluation_mode: "ALWAYS_DENY", enforcement_mode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
    });
  });

  test("only writes to the audit log where that is asked for", () => {
    policy({ enforcement: "audit" }).has(POLICY, {
      default_admission_rule: { enforcement_mode: "DRYRUN_AUDIT_LOG_ONLY" },
    });
  });

  test("asks for signatures on the platform's images too, once there is an attestor", () => {
    const attestors = ["projects/acme-test/attestors/built"];
    const signed = policy({ attestors, allowedImages: ["registry.example/tools/**"] });
    signed.has(POLICY, {
      admission_whitelist_patterns: [{ name_pattern: "registry.example/tools/**" }],
      default_admission_rule: { evaluation_mode: "REQUIRE_ATTESTATION", require_attestations_by: attestors },
    });
  });

  test.each(["*", "**", "*/x"])("refuses to allow %s: that is everything", (image) => {
    const build = () => new BinaryAuthorizationPolicy(anyStack(), "it", { allowedImages: [image], registries });
    expect(failuresOf(build)).toEqual([expect.objectContaining({ code: "wrong-format", path: "allowedImages[0]" })]);
  });
});

function mirror(stack: PlatformStack, props: RegistryMirrorConfig): RegistryMirror {
  return new RegistryMirror(stack, "mirror", { ...props, key: keyOf(stack, "artifacts") });
}

describe("a mirror of a registry", () => {
  const hub = () => stackOf((stack) => void mirror(stack, { name: "docker-hub", upstream: "docker-hub" }));

  test("fetches from Docker Hub what is asked for, and scans it", () => {
    hub().has(REPOSITORY, {
      repository_id: "test-docker-hub",
      mode: "REMOTE_REPOSITORY",
      format: "DOCKER",
      remote_repository_config: { docker_repository: { public_repository: "DOCKER_HUB" } },
      vulnerability_scanning_config: { enablement_config: "INHERITED" },
    });
  });

  test("fetches from any other registry by its address", () => {
    stackOf((stack) => void mirror(stack, { name: "other", upstream: "https://registry.example" })).has(REPOSITORY, {
      remote_repository_config: { docker_repository: { custom_repository: { uri: "https://registry.example" } } },
    });
  });

  test("is encrypted with the key for artifacts, and waits until its service agent may use it", () => {
    const [repository] = hub().resources(REPOSITORY);
    expect(repository!.config["kms_key_name"]).toMatch(/google_kms_crypto_key\./);
    expect(waitsForAgent(hub(), repository!, /gcp-sa-artifactregistry/)).toBe(true);
  });

  test("is known to others by the prefix of its images", () => {
    const { ref } = mirror(anyStack(), { name: "docker-hub", upstream: "docker-hub" });
    expect(ref.url).toBe("europe-west4-docker.pkg.dev/acme-test/test-docker-hub");
  });

  test.each(["http://registry.example", "registry.example", "https://registry.example/path"])(
    "refuses the upstream %s",
    (upstream) => {
      expect(failuresOf(() => mirror(anyStack(), { name: "other", upstream }))).toEqual([
        expect.objectContaining({ code: "wrong-format", path: "upstream" }),
      ]);
    },
  );
});
