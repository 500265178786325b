import { RotationTopic, Secret, type SecretConfig } from "../../lib/security";
import { Ref, TerraformGraph } from "../../lib/core";
import type { SynthesizedStack } from "../../lib/testing";
import type { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";
import { keyOf, waitsForAgent } from "./keys";

const SECRET = "google_secret_manager_secret";
const VERSION = "google_secret_manager_secret_version";
const rotation = { first: "2027-01-15T06:00:00Z" };
const rotationTopic = Ref.existing("projects/acme-test/topics/t");

function make(stack: PlatformStack, props: Partial<SecretConfig> & { rotationTopic?: Ref } = {}): Secret {
  return new Secret(stack, "secret", { name: "hub-token", ...props, key: keyOf(stack, "secrets") });
}

function secretStack(props?: Partial<SecretConfig> & { rotationTopic?: Ref }): SynthesizedStack {
  return stackOf((stack) => void make(stack, props));
}

describe("a secret", () => {
  test("lies in the environment's region only, encrypted once Secret Manager may use the key", () => {
    const stack = secretStack();
    const [secret] = stack.resources(SECRET);
    const { replication } = secret!.config as any;
    expect(replication.user_managed.replicas).toHaveLength(1);
    expect(replication.user_managed.replicas[0].location).toBe("europe-west4");
    expect(replication.user_managed.replicas[0].customer_managed_encryption.kms_key_name).toMatch(/kms_crypto_key\./);
    expect(waitsForAgent(stack, secret!, /gcp-sa-secretmanager/)).toBe(true);
  });

  test("is not destroyed by Terraform, and its versions can be restored for 30 days", () => {
    secretStack().has(SECRET, {
      secret_id: "test-hub-token",
      deletion_protection: true,
      version_destroy_ttl: "2592000s",
    });
  });

  test("has no value of Terraform's by default", () => {
    const stack = secretStack();
    stack.absent(VERSION);
    expect(stack.json).not.toHaveProperty("variable");
  });

  test("takes a value through an ephemeral variable into a write-only attribute, and nowhere else", () => {
    const stack = secretStack({ valueVersion: 3 });
    const [[name, variable]] = Object.entries((stack.json as any).variable) as [[string, any]];
    expect(variable).toMatchObject({ type: "string", sensitive: true, ephemeral: true });
    expect(variable).not.toHaveProperty("default");
    stack.has(VERSION, { secret_data_wo: `\${var.${name}}`, secret_data_wo_version: 3 });
    expect(stack.only(VERSION)).not.toHaveProperty("secret_data");
    expect(JSON.stringify(stack.json).split(`var.${name}`)).toHaveLength(2);
  });

  test("announces that it is due, from the first time on every 90 days", () => {
    secretStack({ rotation, rotationTopic }).has(SECRET, {
      topics: [{ name: "projects/acme-test/topics/t" }],
      rotation: { next_rotation_time: "2027-01-15T06:00:00Z", rotation_period: "7776000s" },
      lifecycle: { ignore_changes: ["rotation[0].next_rotation_time"] },
    });
  });

  test("is refused a rotation that nobody hears of", () => {
    expect(failuresOf(() => make(anyStack(), { rotation }))).toEqual([
      expect.objectContaining({ code: "missing", path: "rotationTopic" }),
    ]);
  });

  test("that exists already is known by its id, and by nothing else", () => {
    expect(Secret.fromExisting("projects/p/secrets/s").id.value).toBe("projects/p/secrets/s");
    expect(failuresOf(() => Secret.fromExisting("projects/p/secrets/s/versions/1"))).toEqual([
      expect.objectContaining({ code: "wrong-format", path: "id" }),
    ]);
  });
});

describe("the topic of rotations", () => {
  const stack = stackOf((s) => {
    const topic = new RotationTopic(s, "topic", { key: keyOf(s, "notifications") });
    new Secret(s, "secret", {
      name: "a",
      rotation,
      rotationTopic: topic.ref,
      key: { id: Ref.existing("projects/p/locations/l/keyRings/r/cryptoKeys/k") },
    });
  });

  test("is encrypted, in the region, and Secret Manager may publish to it before a secret names it", () => {
    stack.has("google_pubsub_topic", {
      name: "test-secret-rotation",
      message_storage_policy: { allowed_persistence_regions: ["europe-west4"] },
    });
    expect(stack.only("google_pubsub_topic")["kms_key_name"]).toMatch(/google_kms_crypto_key\./);
    stack.has("google_pubsub_topic_iam_member", {
      role: "roles/pubsub.publisher",
      member: "serviceAccount:service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com",
    });
    const [publisher] = stack.resources("google_pubsub_topic_iam_member");
    const [secret] = stack.resources(SECRET);
    expect(new TerraformGraph(stack.json).waitsFor(secret!.address, publisher!.address)).toBe(true);
  });
});
