import { TerraformOutput } from "cdktf";
import { PubsubTopicIamMember } from "@cdktf/provider-google/lib/pubsub-topic-iam-member";
import { Ref, TerraformGraph, type ClusterRef } from "../../lib/core";
import { Principals } from "../../lib/iam";
import { PlatformStack } from "../../stacks/platform-stack";
import { gpuCluster, stackOf as clusterStackOf } from "../cluster-constructs/fixture";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack } from "../stacks/platform";
import { RANK, cluster } from "./refs";

const rank = { namespace: "search", serviceAccount: "rank" };

describe("a workload", () => {
  test("is its Kubernetes service account in the pool of the cluster's project, without a Google service account", () => {
    const workload = Principals.workload(cluster, rank);
    expect(workload).toMatchObject({ kind: "workload", label: "workload search/rank" });
    expect(workload.member.value).toBe(RANK);
  });

  test("waits for the cluster in one stack, which makes the pool", () => {
    const stack = clusterStackOf((s) => {
      const { member } = Principals.workload(gpuCluster(s).ref, rank);
      new PubsubTopicIamMember(s, "raw", { topic: "t", role: "roles/pubsub.publisher", member: member.from(s) });
    });
    const [binding] = stack.resources("google_pubsub_topic_iam_member");
    const [made] = stack.resources("google_container_cluster");
    expect(new TerraformGraph(stack.json).waitsFor(binding!.address, made!.address)).toBe(true);
    expect(binding!.config["member"]).toMatch(
      /^principal:\/\/.*\/projects\/123456789012\/.*\/subject\/ns\/search\/sa\/rank$/,
    );
  });

  test("takes the project's number where it is given", () => {
    const { member } = Principals.workload(cluster, { ...rank, projectNumber: "42" });
    expect(member.value).toContain("/projects/42/");
  });

  test("is refused where nothing says the project's number", () => {
    const nameless: ClusterRef = { ...cluster, fleetMembership: Ref.existing("projects/acme/locations/l/x/y") };
    expect(failuresOf(() => Principals.workload(nameless, rank))).toEqual([
      expect.objectContaining({
        code: "missing",
        path: "projectNumber",
        fix: "give the number of the cluster's project",
      }),
    ]);
  });

  test("is refused as the default account of its namespace", () => {
    expect(failuresOf(() => Principals.workload(cluster, { ...rank, serviceAccount: "default" }))).toEqual([
      expect.objectContaining({
        code: "default-account",
        path: "serviceAccount",
        message: "is the account of every pod in the namespace that names none",
      }),
    ]);
  });

  test("with names that Kubernetes refuses is told of all of them", () => {
    const wrong = { namespace: "Search", serviceAccount: "rank_er" };
    expect(failuresOf(() => Principals.workload(cluster, wrong)).map(({ code, path }) => [code, path])).toEqual([
      ["wrong-format", "namespace"],
      ["wrong-format", "serviceAccount"],
    ]);
  });

  test("with a name that only Terraform will know is refused: grants are named after it", () => {
    expect(failuresOf(() => Principals.workload(cluster, { ...rank, namespace: "${var.ns}" }))).toEqual([
      expect.objectContaining({ code: "late-value", path: "namespace" }),
    ]);
  });
});

test("a service account is its address", () => {
  const account = Principals.serviceAccount({ email: Ref.existing("nodes@acme.iam.gserviceaccount.com") });
  expect(account).toMatchObject({
    kind: "service-account",
    label: "service account nodes@acme.iam.gserviceaccount.com",
  });
  expect(account.member.value).toBe("serviceAccount:nodes@acme.iam.gserviceaccount.com");
});

test("a service account of a project that only Terraform will know is labelled by its own name", () => {
  const account = Principals.serviceAccount({ email: Ref.existing("nodes@${var.project}.iam.gserviceaccount.com") });
  expect(account.label).toBe("service account nodes");
});

test.each(["123-compute@developer.gserviceaccount.com", "acme@appspot.gserviceaccount.com"])(
  "the default service account %s is refused",
  (email) => {
    for (const attempt of [
      () => Principals.serviceAccount({ email: Ref.existing(email) }),
      () => Principals.fromMember(`serviceAccount:${email}`),
    ]) {
      expect(failuresOf(attempt)).toEqual([
        expect.objectContaining({
          code: "default-account",
          message: "is a default service account: everything that names no account of its own runs as it",
        }),
      ]);
    }
  },
);

test("a service agent is that of the environment's project", () => {
  const agent = Principals.serviceAgent(anyStack(), "compute");
  expect(agent).toMatchObject({ kind: "service-agent", label: "service agent compute" });
  expect(agent.member.value).toBe("serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com");
});

test("a group is its address, and nothing else is a group", () => {
  expect(Principals.group("ml@acme.example").member.value).toBe("group:ml@acme.example");
  expect(failuresOf(() => Principals.group("ml"))).toEqual([
    expect.objectContaining({ code: "wrong-format", path: "email", message: "is not an e-mail address" }),
  ]);
});

test("a federated identity is what its federation gives", () => {
  const principal = Ref.existing(
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/s",
  );
  expect(Principals.federated({ principal, label: "github acme/platform" })).toEqual({
    kind: "federated",
    member: principal,
    label: "github acme/platform",
  });
});

test("a federated identity that is a whole pool is refused", () => {
  const principal = Ref.existing(
    "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*",
  );
  expect(failuresOf(() => Principals.federated({ principal, label: "all" }))).toEqual([
    expect.objectContaining({ code: "whole-pool", path: "principal" }),
  ]);
});

const POOLS = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools";

test.each([
  ["group:ml@acme.example", "group", "group ml@acme.example"],
  ["serviceAccount:a@p.iam.gserviceaccount.com", "service-account", "service account a@p.iam.gserviceaccount.com"],
  [
    "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com",
    "service-agent",
    "service agent service-1@gcp-sa-pubsub.iam.gserviceaccount.com",
  ],
  [RANK, "workload", "workload search/rank"],
  [`principal:${POOLS}/ci/subject/repo:o/r`, "federated", "federated ci/subject/repo:o/r"],
  [`principalSet:${POOLS}/ci/attribute.repository/o`, "federated", "federated ci/attribute.repository/o"],
])("the member %s is known for what it is", (member, kind, label) => {
  const principal = Principals.fromMember(member);
  expect(principal).toMatchObject({ kind, label });
  expect(principal.member.value).toBe(member);
});

test.each([
  ["allUsers", "public-member", "is everyone on the internet"],
  ["allAuthenticatedUsers", "public-member", "is everyone on the internet"],
  ["user:a@acme.example", "person", "is one person: rights would stay when the person changes teams"],
  ["domain:acme.example", "whole-domain", "is everyone in an organisation"],
  ["deleted:serviceAccount:a@b.c?uid=1", "deleted-member", "was deleted: Terraform takes no deleted principals"],
  ["projectEditor:acme", "basic-role-holders", "is whoever holds a basic role on a project"],
  [
    "serviceAccount:acme.svc.id.goog[search/rank]",
    "indirect-workload",
    "is the old form of a Kubernetes service account, which needs a Google service account besides",
  ],
  [`principalSet:${POOLS}/ci/*`, "whole-pool", "is a whole pool, namespace, cluster or project of identities"],
  [
    `principalSet:${POOLS}/ci/attribute.repository/*`,
    "whole-pool",
    "is a whole pool, namespace, cluster or project of identities",
  ],
  [
    `principalSet:${POOLS}/p.svc.id.goog/namespace/n`,
    "whole-pool",
    "is a whole pool, namespace, cluster or project of identities",
  ],
  ["robot:x", "wrong-format", "is no member that IAM knows"],
  ["serviceAccount:${x.email}", "late-value", "must be known when the program runs: who gets a right is checked then"],
])("the member %s gets no rights (%s), and is told why", (member, code, message) => {
  expect(failuresOf(() => Principals.fromMember(member))).toEqual([
    expect.objectContaining({ code, path: "member", message, got: member, fix: expect.stringMatching(/\w/) }),
  ]);
});

test("a principal crosses stacks by its literal member, and the stack waits", () => {
  const home = anyStack();
  const { member } = Principals.workload(
    { ...cluster, workloadPool: Ref.to(home, "${google_container_cluster.c.pool}", "acme-test.svc.id.goog") },
    rank,
  );
  const elsewhere = new PlatformStack(home.node.root, "serving", {
    environment: home.environment,
    governance: home.governance.config,
    state: { backend: "local" },
  });
  new TerraformOutput(elsewhere, "member", { value: member.from(elsewhere) });
  expect(member.from(elsewhere)).toBe(RANK);
  expect(elsewhere.dependencies).toContain(home);
});
