import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { TerraformGraph } from "../../lib/core";
import { EncryptionKeys, KEY_PURPOSES, type EncryptionKeysConfig, type KeyPurpose } from "../../lib/security";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf, testEnvironment } from "../stacks/platform";

/** Written out here, not read from the library: a right too many must turn a test red. */
const AGENTS: Readonly<Record<KeyPurpose, readonly string[]>> = {
  "gke-secrets": ["service-123456789012@container-engine-robot.iam.gserviceaccount.com"],
  "node-disks": ["service-123456789012@compute-system.iam.gserviceaccount.com"],
  notifications: ["service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"],
  backups: ["service-123456789012@gcp-sa-gkebackup.iam.gserviceaccount.com"],
  artifacts: ["service-123456789012@gcp-sa-artifactregistry.iam.gserviceaccount.com"],
  logs: ["service-123456789012@gcp-sa-logging.iam.gserviceaccount.com"],
  secrets: ["service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com"],
  predictions: ["service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"],
  workflows: ["service-123456789012@gcp-sa-workflows.iam.gserviceaccount.com"],
  "cloud-run": ["service-123456789012@serverless-robot-prod.iam.gserviceaccount.com"],
  vertex: ["service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"],
};
const purposes = Object.keys(AGENTS) as KeyPurpose[];

function keysStack(props?: EncryptionKeysConfig): SynthesizedStack {
  return stackOf((stack) => void new EncryptionKeys(stack, "keys", { ...props, purposes }));
}

function refusal(props: EncryptionKeysConfig) {
  return failuresOf(() => new EncryptionKeys(anyStack(), "keys", props));
}

function keyAddress(stack: SynthesizedStack, purpose: KeyPurpose): string {
  return stack.resources("google_kms_crypto_key").find(({ config }) => config["name"] === purpose)!.address;
}

function grantsOn(stack: SynthesizedStack, purpose: KeyPurpose) {
  const key = `\${${keyAddress(stack, purpose)}.id}`;
  return stack.resources("google_kms_crypto_key_iam_member").filter(({ config }) => config["crypto_key_id"] === key);
}

describe("encryption keys", () => {
  test("are one ring, one key a purpose, the grants on them, and nothing else", () => {
    const stack = keysStack();
    stack.onlyTypes("google_kms_key_ring", "google_kms_crypto_key", "google_kms_crypto_key_iam_member");
    const [ring] = stack.resources("google_kms_key_ring");
    expect(ring!.config).toMatchObject({ name: "test-platform", project: "acme-test", location: "europe-west4" });
    expect(Object.keys(KEY_PURPOSES)).toEqual(purposes);
    const keys = stack.resources("google_kms_crypto_key").map(({ config }) => config);
    expect(keys.map((key) => key["name"]).sort()).toEqual([...purposes].sort());
    for (const key of keys) expect(key["key_ring"]).toBe(`\${${ring!.address}.id}`);
  });

  test("cannot be destroyed by Terraform, nor can their ring", () => {
    const stack = keysStack();
    const guarded = [...stack.resources("google_kms_key_ring"), ...stack.resources("google_kms_crypto_key")];
    expect(guarded).toHaveLength(1 + purposes.length);
    for (const { config } of guarded) expect(config["lifecycle"]).toEqual({ prevent_destroy: true });
  });

  test.each(purposes)("%s: a symmetric software key, rotated every 90 days, restorable for 30", (purpose) => {
    keysStack().has("google_kms_crypto_key", {
      name: purpose,
      purpose: "ENCRYPT_DECRYPT",
      rotation_period: "7776000s",
      destroy_scheduled_duration: "2592000s",
      version_template: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protection_level: "SOFTWARE" },
    });
  });

  test("rotate, stay restorable, and are kept in hardware as set", () => {
    const stack = keysStack({ name: "vault", rotationDays: 30, destroyDelayDays: 120, protection: "hsm" });
    stack.has("google_kms_key_ring", { name: "test-vault" });
    for (const { config } of stack.resources("google_kms_crypto_key")) {
      expect(config).toMatchObject({
        rotation_period: "2592000s",
        destroy_scheduled_duration: "10368000s",
        version_template: { protection_level: "HSM" },
      });
    }
  });
});

describe("rights on keys", () => {
  test.each(purposes)("%s: exactly its service agents may encrypt and decrypt", (purpose) => {
    const grants = grantsOn(keysStack(), purpose).map(
      ({ config }) => `${String(config["role"])} ${String(config["member"])}`,
    );
    expect(grants).toEqual(
      AGENTS[purpose].map((email) => `roles/cloudkms.cryptoKeyEncrypterDecrypter serviceAccount:${email}`),
    );
  });

  test("nobody else has any right on anything", () => {
    const rights = keysStack()
      .resources()
      .filter(({ type }) => type.includes("_iam_"));
    expect(rights).toHaveLength(purposes.flatMap((purpose) => AGENTS[purpose]).length);
  });
});

describe("whoever uses a key", () => {
  test.each(purposes)("%s: in the same stack waits for every grant on it, and for no other", (purpose) => {
    const stack = stackOf((s) => {
      const { id } = new EncryptionKeys(s, "keys", { purposes }).key(purpose);
      new PubsubTopic(s, "user", { name: "user", kmsKeyName: id.from(s), dependsOn: id.dependencies(s) });
    });
    const user = stack.only("google_pubsub_topic");
    expect(user["kms_key_name"]).toBe(`\${${keyAddress(stack, purpose)}.id}`);
    expect(user["depends_on"]).toEqual(grantsOn(stack, purpose).map(({ address }) => address));
    const graph = new TerraformGraph(stack.json);
    for (const { address } of grantsOn(stack, purpose)) {
      expect(graph.waitsFor("google_pubsub_topic.user", address)).toBe(true);
    }
  });

  test("in another stack names it in full, and that stack is deployed after", () => {
    const out = synthesize((app) => {
      const first = new PlatformStack(app, "first", testEnvironment);
      const second = new PlatformStack(app, "second", testEnvironment);
      const { id } = new EncryptionKeys(first, "keys").key("notifications");
      new PubsubTopic(second, "user", { name: "u", kmsKeyName: id.from(second), dependsOn: id.dependencies(second) });
      expect(second.dependencies).toEqual([first]);
    });
    const user = out.stack("test-second").only("google_pubsub_topic");
    expect(user["kms_key_name"]).toBe(
      "projects/acme-test/locations/europe-west4/keyRings/test-platform/cryptoKeys/notifications",
    );
    expect(user["depends_on"] ?? []).toEqual([]);
  });
});

describe("refused settings of keys", () => {
  test.each([
    [{ rotationDays: 91 }, "rotationDays", 91, "at most 90"],
    [{ rotationDays: 0 }, "rotationDays", 0, "at least 1"],
    [{ destroyDelayDays: 121 }, "destroyDelayDays", 121, "at most 120"],
    [{ protection: "external" as "hsm" }, "protection", "external", "software, hsm"],
  ])("%j", (props, path, got, allowed) => {
    expect(refusal(props)).toEqual([
      expect.objectContaining({ path, got, allowed: expect.stringContaining(allowed) as string }),
    ]);
  });

  test("a name that the ring cannot have is told with its length", () => {
    expect(refusal({ name: "k".repeat(60) })).toEqual([
      expect.objectContaining({ code: "name-too-long", path: "name", fix: "shorten it by 2" }),
    ]);
  });
});

describe("a key that exists already", () => {
  const id = "projects/p/locations/l/keyRings/r/cryptoKeys/k";

  test("is used by its id, with nothing to wait for", () => {
    const stack = anyStack();
    const key = EncryptionKeys.fromExisting(id);
    expect(key.id.from(stack)).toBe(id);
    expect(key.id.dependencies(stack)).toEqual([]);
  });

  test("may be an expression that only Terraform knows", () => {
    expect(EncryptionKeys.fromExisting("${var.key}").id.value).toBe("${var.key}");
  });

  test.each(["k", "r/k", `${id}/cryptoKeyVersions/1`, `//cloudkms.googleapis.com/${id}`])(
    "%s is no id of a key",
    (given) => {
      expect(failuresOf(() => EncryptionKeys.fromExisting(given))).toEqual([
        {
          code: "wrong-format",
          path: "id",
          message: "is not the id of a key",
          got: given,
          allowed: "projects/P/locations/L/keyRings/R/cryptoKeys/K",
          fix: "give the key's full id, as `gcloud kms keys list` prints it",
        },
      ]);
    },
  );
});
