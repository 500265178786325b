import { NodeServiceAccount } from "../../lib/cluster";
import { TerraformGraph } from "../../lib/core";
import { KeyGrants, Principals, RegistryGrants, SecretGrants, ServiceAccountGrants } from "../../lib/iam";
import { ContainerRegistry, EncryptionKeys, Secret } from "../../lib/security";
import { anyStack, stackOf } from "../stacks/platform";
import { KEY, RANK, cluster } from "./refs";

const rank = Principals.workload(cluster, { namespace: "search", serviceAccount: "rank" });
const group = Principals.group("ml@acme.example");
const reason = "needs it for a test of grants";
const key = EncryptionKeys.fromExisting(KEY);

describe("constructs give rights on what they make", () => {
  test("a registry: to pull and to push", () => {
    const stack = stackOf((s) => {
      const { grants } = new ContainerRegistry(s, "images", { key });
      grants.pull(rank, { reason });
      grants.push(group, { reason });
    });
    const { address } = stack.resources("google_artifact_registry_repository")[0]!;
    const on = { project: "acme-test", location: "europe-west4", repository: `\${${address}.repository_id}` };
    stack.count("google_artifact_registry_repository_iam_member", 2);
    const binding = "google_artifact_registry_repository_iam_member";
    stack.has(binding, { ...on, role: "roles/artifactregistry.reader", member: RANK });
    stack.has(binding, { ...on, role: "roles/artifactregistry.writer", member: "group:ml@acme.example" });
  });

  test("keys: each of its own, once its service agents have theirs", () => {
    const stack = stackOf((s) => {
      const keys = new EncryptionKeys(s, "keys");
      keys.grants("secrets").encryptDecrypt(rank, { reason });
      keys.grants("secrets").encryptDecrypt(rank, { reason });
    });
    const made = stack.resources("google_kms_crypto_key").find(({ config }) => config["name"] === "secrets")!;
    const onKey = stack
      .resources("google_kms_crypto_key_iam_member")
      .filter(({ config }) => config["crypto_key_id"] === `\${${made.address}.id}`);
    expect(onKey).toHaveLength(2);
    const given = onKey.find(({ config }) => config["member"] === RANK)!;
    const agent = onKey.find((binding) => binding !== given)!;
    expect(given.config["role"]).toBe("roles/cloudkms.cryptoKeyEncrypterDecrypter");
    expect(new TerraformGraph(stack.json).waitsFor(given.address, agent.address)).toBe(true);
  });

  test("a secret: to read its values", () => {
    const stack = stackOf((s) => {
      new Secret(s, "token", { name: "hf-token", key }).grants.access(rank, { reason });
    });
    const { address } = stack.resources("google_secret_manager_secret")[0]!;
    stack.exactly("google_secret_manager_secret_iam_member", {
      secret_id: `\${${address}.id}`,
      role: "roles/secretmanager.secretAccessor",
      member: RANK,
    });
  });

  test("the account of nodes: to run things as it", () => {
    const stack = stackOf((s) => {
      const nodes = new NodeServiceAccount(s, "nodes", { name: "pool", description: "Nodes", registries: [] });
      nodes.grants.actAs(group, { reason });
    });
    const { address } = stack.resources("google_service_account")[0]!;
    stack.has("google_service_account_iam_member", {
      service_account_id: `projects/-/serviceAccounts/\${${address}.email}`,
      role: "roles/iam.serviceAccountUser",
      member: "group:ml@acme.example",
    });
  });

  test("nothing is bound until a right is given", () => {
    const stack = stackOf((s) => {
      new ContainerRegistry(s, "images", { key });
      new Secret(s, "token", { name: "hf-token", key });
    });
    stack.absent("google_artifact_registry_repository_iam_member");
    stack.absent("google_secret_manager_secret_iam_member");
  });
});

test("what exists already takes the same rights, by its literal names", () => {
  const stack = stackOf((s) => {
    const registry = ContainerRegistry.fromExisting({ project: "p", location: "eu", repository: "images" });
    new RegistryGrants(s, registry).pull(rank, { reason });
    new KeyGrants(s, key).encryptDecrypt(rank, { reason });
    new SecretGrants(s, Secret.fromExisting("projects/p/secrets/t")).access(rank, { reason });
    new ServiceAccountGrants(s, NodeServiceAccount.fromExisting("n@p.iam.gserviceaccount.com")).actAs(group, {
      reason,
    });
  });
  stack.has("google_artifact_registry_repository_iam_member", { project: "p", location: "eu", repository: "images" });
  stack.has("google_kms_crypto_key_iam_member", { crypto_key_id: KEY });
  stack.has("google_secret_manager_secret_iam_member", { secret_id: "projects/p/secrets/t" });
  stack.has("google_service_account_iam_member", {
    service_account_id: "projects/-/serviceAccounts/n@p.iam.gserviceaccount.com",
  });
});

test("the ref of a construct and its grants are of one resource", () => {
  const stack = anyStack();
  const registry = new ContainerRegistry(stack, "images", { key });
  const first = registry.grants.pull(rank, { reason });
  expect(new RegistryGrants(stack, registry.ref).pull(rank, { reason })).toBe(first);
});
