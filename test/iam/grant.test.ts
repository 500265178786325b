import { TerraformStack, Token } from "cdktf";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { type Construct } from "constructs";
import { REVIEWED_ROLES, reviewedRole } from "../../lib/catalog/roles";
import { Ref, TerraformGraph } from "../../lib/core";
import {
  BucketGrants,
  CloudRunServiceGrants,
  CustomRole,
  DatasetGrants,
  Grant,
  GrantTargets,
  KeyGrants,
  Principals,
  ProjectGrants,
  RegistryGrants,
  SecretGrants,
  ServiceAccountGrants,
  SubscriptionGrants,
  TopicGrants,
  type BroadGrantOptions,
  type Principal,
} from "../../lib/iam";
import { synthesize } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { Group, anyStack, stackOf, testEnvironment } from "../stacks/platform";
import { KEY, RANK, cluster, models } from "./refs";

const rank = Principals.workload(cluster, { namespace: "search", serviceAccount: "rank" });
const team = Principals.group("ml@acme.example");
const reason = "reads the ranking model at start";

const DAY = "CDKTF_AI_PLATFORM_TODAY";
beforeAll(() => {
  process.env[DAY] = "2026-11-21";
});
afterAll(() => {
  delete process.env[DAY];
});

const registry = {
  project: "acme-test",
  location: "europe-west4",
  repository: Ref.existing("images"),
  url: "europe-west4-docker.pkg.dev/acme-test/images",
};
const secret = { id: Ref.existing("projects/acme-test/secrets/hf-token") };
const topic = { id: Ref.existing("projects/acme-test/topics/events") };
const subscription = { project: "acme-test", name: Ref.existing("events-sub") };
const dataset = { project: "acme-test", dataset: Ref.existing("features") };
const account = { email: Ref.existing("runner@acme-test.iam.gserviceaccount.com") };

describe("each right is one binding on the one resource", () => {
  test.each<[string, (scope: Construct) => Grant, string, Record<string, unknown>]>([
    [
      "to read a bucket",
      (s) => new BucketGrants(s, models).read(rank, { reason }),
      "google_storage_bucket_iam_member",
      { bucket: "acme-test-models", role: "roles/storage.objectViewer", member: RANK },
    ],
    [
      "to write a bucket",
      (s) => new BucketGrants(s, models).write(rank, { reason }),
      "google_storage_bucket_iam_member",
      { bucket: "acme-test-models", role: "roles/storage.objectUser", member: RANK },
    ],
    [
      "to read a secret",
      (s) => new SecretGrants(s, secret).access(rank, { reason }),
      "google_secret_manager_secret_iam_member",
      { secret_id: "projects/acme-test/secrets/hf-token", role: "roles/secretmanager.secretAccessor", member: RANK },
    ],
    [
      "to pull images",
      (s) => new RegistryGrants(s, registry).pull(rank, { reason }),
      "google_artifact_registry_repository_iam_member",
      {
        project: "acme-test",
        location: "europe-west4",
        repository: "images",
        role: "roles/artifactregistry.reader",
        member: RANK,
      },
    ],
    [
      "to push images",
      (s) => new RegistryGrants(s, registry).push(rank, { reason }),
      "google_artifact_registry_repository_iam_member",
      {
        project: "acme-test",
        location: "europe-west4",
        repository: "images",
        role: "roles/artifactregistry.writer",
        member: RANK,
      },
    ],
    [
      "to publish to a topic",
      (s) => new TopicGrants(s, topic).publish(rank, { reason }),
      "google_pubsub_topic_iam_member",
      { topic: "projects/acme-test/topics/events", role: "roles/pubsub.publisher", member: RANK },
    ],
    [
      "to consume a subscription",
      (s) => new SubscriptionGrants(s, subscription).consume(rank, { reason }),
      "google_pubsub_subscription_iam_member",
      { project: "acme-test", subscription: "events-sub", role: "roles/pubsub.subscriber", member: RANK },
    ],
    [
      "to encrypt and decrypt with a key",
      (s) =>
        new KeyGrants(s, { id: Ref.existing(KEY) }).encryptDecrypt(Principals.serviceAgent(s, "compute"), { reason }),
      "google_kms_crypto_key_iam_member",
      {
        crypto_key_id: KEY,
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member: "serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com",
      },
    ],
    [
      "to read a dataset, where a workload has the prefix that the provider asks for",
      (s) => new DatasetGrants(s, dataset).read(rank, { reason }),
      "google_bigquery_dataset_iam_member",
      { project: "acme-test", dataset_id: "features", role: "roles/bigquery.dataViewer", member: `iamMember:${RANK}` },
    ],
    [
      "to write a dataset, where a group has no prefix",
      (s) => new DatasetGrants(s, dataset).write(team, { reason }),
      "google_bigquery_dataset_iam_member",
      {
        project: "acme-test",
        dataset_id: "features",
        role: "roles/bigquery.dataEditor",
        member: "group:ml@acme.example",
      },
    ],
    [
      "to shift the traffic of a Cloud Run service",
      (s) =>
        new CloudRunServiceGrants(s, {
          project: "acme-test",
          location: "europe-west4",
          name: Ref.existing("churn"),
        }).shiftTraffic(team, { reason }),
      "google_cloud_run_v2_service_iam_member",
      {
        project: "acme-test",
        location: "europe-west4",
        name: "churn",
        role: "roles/run.developer",
        member: "group:ml@acme.example",
      },
    ],
    [
      "to run things as a service account",
      (s) => new ServiceAccountGrants(s, account).actAs(team, { reason }),
      "google_service_account_iam_member",
      {
        service_account_id: "projects/-/serviceAccounts/runner@acme-test.iam.gserviceaccount.com",
        role: "roles/iam.serviceAccountUser",
        member: "group:ml@acme.example",
      },
    ],
    [
      "to become a service account",
      (s) => new ServiceAccountGrants(s, account).impersonate(team, { reason }),
      "google_service_account_iam_member",
      {
        service_account_id: "projects/-/serviceAccounts/runner@acme-test.iam.gserviceaccount.com",
        role: "roles/iam.serviceAccountTokenCreator",
        member: "group:ml@acme.example",
      },
    ],
    [
      "to run queries, on the environment's project",
      (s) => new ProjectGrants(s).allow("bigQueryJobUser", rank, { reason }),
      "google_project_iam_member",
      { project: "acme-test", role: "roles/bigquery.jobUser", member: RANK },
    ],
  ])("%s", (_right, give, type, expected) => {
    const stack = stackOf((s) => void give(s));
    stack.onlyTypes(type);
    stack.exactly(type, expected);
  });
});

describe("a grant", () => {
  test("given twice is one binding, with both reasons", () => {
    const stack = stackOf((s) => {
      const first = new BucketGrants(s, models).read(rank, { reason });
      const again = new BucketGrants(new Group(s, "other"), models).read(rank, { reason: "reads embeddings too" });
      expect(again).toBe(first);
      expect(first.reason).toBe("reads the ranking model at start; reads embeddings too");
      expect(new BucketGrants(s, models).read(rank, { reason }).reason).toBe(first.reason);
    });
    stack.count("google_storage_bucket_iam_member", 1);
  });

  test("of another role, to another principal, on another resource or with a condition is another binding", () => {
    const stack = stackOf((s) => {
      const grants = new BucketGrants(s, models);
      grants.read(rank, { reason });
      grants.write(rank, { reason });
      grants.read(team, { reason });
      new BucketGrants(s, { name: Ref.existing("acme-test-logs") }).read(rank, { reason });
      grants.read(rank, { reason, condition: { title: "this year", expression: "request.time < x" } });
    });
    stack.count("google_storage_bucket_iam_member", 5);
  });

  test("has an address that says role, resource and principal, and stays the same whatever else is given", () => {
    const addresses = (build: (grants: BucketGrants) => void) =>
      stackOf((s) => build(new BucketGrants(s, models)))
        .resources()
        .map(({ constructPath }) => constructPath);
    const alone = addresses((g) => void g.read(rank, { reason }));
    expect(alone).toEqual(["test-stack/grants/storage.objectViewer:bucket:acme-test-models:workload:search:rank"]);
    const more = addresses((g) => {
      g.write(team, { reason });
      g.read(rank, { reason });
    });
    expect(more).toEqual(expect.arrayContaining(alone));
  });

  test("on a resource whose name only Terraform will know has an address without it", () => {
    const stack = stackOf((s) => {
      new BucketGrants(s, { name: Ref.existing(Token.asString({ later: true })) }).read(rank, { reason });
    });
    expect(stack.resources()[0]!.constructPath).toBe(
      "test-stack/grants/storage.objectViewer:bucket:workload:search:rank",
    );
  });

  test("to principals whose names differ in punctuation only is not lost", () => {
    const stack = stackOf((s) => {
      const grants = new BucketGrants(s, models);
      grants.read(Principals.workload(cluster, { namespace: "a", serviceAccount: "b.c" }), { reason });
      grants.read(Principals.workload(cluster, { namespace: "a", serviceAccount: "bc" }), { reason });
    });
    stack.count("google_storage_bucket_iam_member", 2);
  });

  test("to the same Kubernetes service account of two projects, made at one place, is refused instead of guessed", () => {
    const other = { ...cluster, workloadPool: Ref.existing("acme-other.svc.id.goog") };
    const stranger = Principals.workload(other, { namespace: "search", serviceAccount: "rank" });
    const stack = anyStack();
    const grants = new BucketGrants(stack, models);
    grants.read(rank, { reason });
    expect(failuresOf(() => grants.read(stranger, { reason }))).toEqual([
      expect.objectContaining({ code: "grants-alike", fix: "make one of the two grants at another construct (at)" }),
    ]);
    expect(grants.read(stranger, { reason, at: new Group(stack, "other") }).resources).toHaveLength(1);
  });

  test("is made where `at` says: a workload of a later stack gets its right there", () => {
    const out = synthesize((app) => {
      const foundation = new PlatformStack(app, "foundation", testEnvironment);
      const serving = new PlatformStack(app, "serving", testEnvironment);
      const bucket = new StorageBucket(foundation, "models", { name: "acme-test-models", location: "EU" });
      const ref = { name: Ref.to(bucket, bucket.name, "acme-test-models") };
      new BucketGrants(foundation, ref).read(rank, { reason, at: serving });
      expect(serving.dependencies).toContain(foundation);
    });
    out.stack("test-foundation").absent("google_storage_bucket_iam_member");
    out.stack("test-serving").has("google_storage_bucket_iam_member", { bucket: "acme-test-models" });
  });

  test("that would make two stacks wait for each other is refused with the way out", () => {
    const foundation = anyStack();
    const later = new PlatformStack(foundation.node.root, "later", {
      ...testEnvironment,
      after: [foundation],
    });
    const pool = Ref.to(later, "${google_container_cluster.c.pool}", "acme-test.svc.id.goog");
    const workload = Principals.workload({ ...cluster, workloadPool: pool }, { namespace: "n", serviceAccount: "s" });
    expect(failuresOf(() => new BucketGrants(foundation, models).read(workload, { reason }))).toEqual([
      expect.objectContaining({
        code: "circular-stacks",
        fix: "make the grant in the principal's stack: pass a construct of it as at",
      }),
    ]);
  });

  test("waits for what its resource and its principal wait for", () => {
    const stack = stackOf((s) => {
      const first = new PubsubTopic(s, "first", { name: "first" });
      const second = new PubsubTopic(s, "second", { name: "second" });
      const bucket = { name: Ref.to(first, "b", "b", [first]) };
      const email = Ref.to(second, "a@p.iam.gserviceaccount.com", "a@p.iam.gserviceaccount.com", [second]);
      new BucketGrants(s, bucket).read(Principals.serviceAccount({ email }), { reason });
    });
    stack.has("google_storage_bucket_iam_member", {
      depends_on: ["google_pubsub_topic.first", "google_pubsub_topic.second"],
    });
  });

  test("comes before the constructs that need it", () => {
    const stack = stackOf((s) => {
      const service = new Group(s, "service");
      new BucketGrants(s, models).read(rank, { reason }).applyBefore(service);
      new PubsubTopic(service, "topic", { name: "made-after-the-call" });
    });
    const [binding] = stack.resources("google_storage_bucket_iam_member");
    const [made] = stack.resources("google_pubsub_topic");
    expect(made!.config["depends_on"]).toEqual([binding!.address]);
  });

  test("can be named by a ref that is of use only after it", () => {
    const stack = stackOf((s) => {
      const agent = Principals.serviceAgent(s, "pubsub");
      const key = Ref.existing(KEY);
      const grant = new KeyGrants(s, { id: key }).encryptDecrypt(agent, { reason });
      const ready = Ref.to(s, KEY, KEY).after(...grant.dependables);
      new PubsubTopic(s, "topic", { name: "t", kmsKeyName: ready.from(s), dependsOn: ready.dependencies(s) });
    });
    const [binding] = stack.resources("google_kms_crypto_key_iam_member");
    const [made] = stack.resources("google_pubsub_topic");
    expect(new TerraformGraph(stack.json).waitsFor(made!.address, binding!.address)).toBe(true);
  });

  test("cannot come before what holds it", () => {
    const holder = new Group(anyStack(), "holder");
    const grant = new BucketGrants(holder, models).read(rank, { reason });
    expect(failuresOf(() => grant.applyBefore(holder))).toEqual([
      expect.objectContaining({
        code: "waits-for-itself",
        message: "holds the grant, and cannot wait for a part of itself",
      }),
    ]);
  });

  test("takes a condition, whose parts may be tokens", () => {
    const condition = {
      title: "only ${var.folder}",
      expression: "resource.name == ${var.name}",
      description: "${var.why}",
    };
    const stack = stackOf((s) => void new BucketGrants(s, models).read(rank, { reason, condition }));
    stack.has("google_storage_bucket_iam_member", { condition });
  });

  test.each<[string, (s: Construct, options: never) => Grant]>([
    ["registry", (s, o) => new RegistryGrants(s, registry).pull(rank, o)],
    ["topic", (s, o) => new TopicGrants(s, topic).publish(rank, o)],
    ["subscription", (s, o) => new SubscriptionGrants(s, subscription).consume(rank, o)],
    ["dataset", (s, o) => new DatasetGrants(s, dataset).read(rank, o)],
    ["service-account", (s, o) => new ServiceAccountGrants(s, account).actAs(team, o)],
  ])("on a %s takes no condition: its policy has none", (kind, give) => {
    const options = { reason, condition: { title: "t", expression: "e" } };
    expect(failuresOf(() => give(anyStack(), options as never))).toEqual([
      expect.objectContaining({
        code: "no-conditions",
        path: "condition",
        message: `is not taken by the policy of a ${kind}`,
      }),
    ]);
  });

  test("without a real reason, with a right unknown, to everyone, is refused with all of it", () => {
    const everyone: Principal = { kind: "group", member: Ref.existing("allUsers"), label: "everyone" };
    const found = failuresOf(() =>
      Grant.reviewed(anyStack(), GrantTargets.bucket(models), "reed", everyone, { reason: "needed" }),
    );
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["unknown-right", "right"],
      ["out-of-range", "reason"],
      ["public-member", "to"],
    ]);
    expect(found[0]).toMatchObject({ got: "reed", allowed: "read, write", fix: 'did you mean "read"?' });
  });

  test("leaves nothing behind where it is refused", () => {
    stackOf((s) => {
      expect(() => new BucketGrants(s, models).read(rank, { reason: "short" })).toThrow(/at least 10 characters/);
    }).count("google_storage_bucket_iam_member", 0);
  });
});

describe("a broad grant", () => {
  const options: BroadGrantOptions = {
    role: "roles/run.developer",
    on: GrantTargets.project("acme-test"),
    to: team,
    reason: "deploys by hand until the pipeline exists",
    owner: "ml-platform-lead",
    expires: "2027-03-31",
  };
  const refusedWith = (change: Partial<BroadGrantOptions>) =>
    failuresOf(() => Grant.broad(anyStack(), { ...options, ...change }));

  test("gives a role that the catalogue does not hold", () => {
    stackOf((s) => void Grant.broad(s, options)).exactly("google_project_iam_member", {
      project: "acme-test",
      role: "roles/run.developer",
      member: "group:ml@acme.example",
    });
  });

  test("gives a custom role, after it was made", () => {
    const stack = stackOf((s) => {
      const role = new CustomRole(s, "role", {
        name: "predictor",
        title: "Predictor",
        description: "Calls endpoints",
        permissions: ["aiplatform.endpoints.predict"],
      });
      Grant.broad(s, { ...options, role: role.ref, to: rank });
    });
    const [role] = stack.resources("google_project_iam_custom_role");
    stack.has("google_project_iam_member", { role: `\${${role!.address}.name}`, member: RANK });
  });

  test.each(["roles/owner", "roles/editor", "roles/viewer", "roles/admin", "roles/writer", "roles/reader"])(
    "never gives the basic role %s",
    (role) => {
      expect(refusedWith({ role })).toEqual([
        expect.objectContaining({
          code: "basic-role",
          path: "role",
          got: role,
          message: "is a basic role: it reaches every service, and takes no conditions",
        }),
      ]);
    },
  );

  test.each([
    "roles/iam.serviceAccountUser",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.workloadIdentityUser",
    "roles/iam.serviceAccountKeyAdmin",
    "roles/resourcemanager.projectIamAdmin",
  ])("never gives %s on a project, not even to a group", (role) => {
    expect(refusedWith({ role })).toEqual([
      expect.objectContaining({
        code: "impersonation-role",
        message: "on a project lets its holder become every service account there, or give itself any role",
      }),
    ]);
  });

  test("may let one service account be used in a way of its own: there it reaches no other", () => {
    const on = GrantTargets.serviceAccount(account);
    stackOf((s) => void Grant.broad(s, { ...options, role: "roles/iam.workloadIdentityUser", on, to: rank })).has(
      "google_service_account_iam_member",
      { role: "roles/iam.workloadIdentityUser", member: RANK },
    );
  });

  test.each<[string, Principal]>([
    ["workload", rank],
    ["service-account", Principals.fromMember("serviceAccount:a@p.iam.gserviceaccount.com")],
  ])("never makes a %s an administrator", (kind, to) => {
    for (const role of ["roles/storage.admin", "roles/compute.networkAdmin"]) {
      expect(refusedWith({ role, to })).toEqual([
        expect.objectContaining({
          code: "admin-role",
          message: `administers a service, and is refused to a ${kind}`,
        }),
      ]);
    }
  });

  test("may make a group an administrator of one service", () => {
    stackOf((s) => void Grant.broad(s, { ...options, role: "roles/container.admin" })).has(
      "google_project_iam_member",
      {
        role: "roles/container.admin",
      },
    );
  });

  test("never gives a service agent's role to anyone else", () => {
    expect(refusedWith({ role: "roles/container.serviceAgent" })).toEqual([
      expect.objectContaining({ code: "service-agent-role" }),
    ]);
  });

  test("is not for a role that needs none", () => {
    expect(refusedWith({ role: "roles/bigquery.jobUser" })).toEqual([
      expect.objectContaining({ code: "reviewed-role", fix: "give it through the grants of the resource" }),
    ]);
  });

  test.each([
    ["2026-11-20", "expired", "is over: the right no longer holds"],
    ["2027-11-22", "out-of-range", "is more than a year away"],
    ["next spring", "wrong-format", "is not of the form asked for"],
  ])("that ends %s is refused", (expires, code, message) => {
    expect(refusedWith({ expires })).toEqual([expect.objectContaining({ code, path: "expires", message })]);
  });

  test.each(["2026-11-21", "2027-11-21"])("that ends %s holds", (expires) => {
    stackOf((s) => void Grant.broad(s, { ...options, expires })).count("google_project_iam_member", 1);
  });

  test("says everything that is wrong with it", () => {
    const found = refusedWith({ role: "owner", reason: "short", owner: "", expires: "2020-01-01" });
    expect(found.map(({ path }) => path)).toEqual(["reason", "owner", "expires", "role"]);
  });

  test("of a role that only Terraform will know is refused", () => {
    expect(refusedWith({ role: "${var.role}" })).toEqual([
      expect.objectContaining({ code: "late-value", path: "role" }),
    ]);
  });
});

test("a role that was reviewed for groups alone is given to no workload", () => {
  const account = Principals.serviceAccount({ email: Ref.existing("runner@acme-test.iam.gserviceaccount.com") });
  expect(failuresOf(() => new ProjectGrants(anyStack()).allow("gatewaySession", account, { reason }))).toMatchObject([
    { code: "not-for-this-principal", path: "to", allowed: "a group" },
  ]);
});

describe("the catalogue of reviewed roles", () => {
  const all = Object.entries(REVIEWED_ROLES).flatMap(([type, rights]) =>
    Object.values(rights).map((reviewed) => ({ type, reviewed })),
  );

  test.each(all)("$reviewed.role on $type says what it allows, and who says so", ({ type, reviewed }) => {
    expect(reviewed.role).toMatch(/^roles\/[a-z]+\.[a-zA-Z]+$/);
    expect(reviewed.on).toContain(type);
    expect(reviewed.allows.length).toBeGreaterThan(10);
    expect(reviewed.source).toMatch(/docs/);
  });

  test("holds no basic and no administrator's role, and none on a project that another resource takes", () => {
    for (const { type, reviewed } of all) {
      // It administers nothing but is called so; workloads do not get it all the same.
      if (reviewed.role === "roles/gkehub.gatewayAdmin") expect(reviewed.onlyFor).toBe("group");
      else expect(reviewed.role).not.toMatch(/admin$/i);
      if (type === "google_project") expect(reviewed.on).toEqual(["google_project"]);
    }
  });

  test("tells a role by its resource", () => {
    expect(reviewedRole("google_storage_bucket", "roles/storage.objectViewer")?.level).toBe("read");
    expect(reviewedRole("google_project", "roles/storage.objectViewer")).toBeUndefined();
    expect(reviewedRole("google_folder", "roles/storage.objectViewer")).toBeUndefined();
  });
});

test("a service account made in the same stack is bound by reference", () => {
  const stack = stackOf((s) => {
    const made = new ServiceAccount(s, "runner", { accountId: "test-runner" });
    const email = Ref.to(made, made.email, "test-runner@acme-test.iam.gserviceaccount.com");
    new BucketGrants(s, models).read(Principals.serviceAccount({ email }), { reason });
    new ServiceAccountGrants(s, { email }).actAs(team, { reason });
    expect(TerraformStack.of(made)).toBe(s);
  });
  stack.has("google_storage_bucket_iam_member", { member: "serviceAccount:${google_service_account.runner.email}" });
  stack.has("google_service_account_iam_member", {
    service_account_id: "projects/-/serviceAccounts/${google_service_account.runner.email}",
  });
});
