import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { NodeServiceAccount } from "../../lib/cluster";
import { Ref } from "../../lib/core";
import {
  BucketGrants,
  DatasetGrants,
  DeployerIdentities,
  Grant,
  GrantTargets,
  Principals,
  RegistryGrants,
  grantRecords,
  iamReport,
  recordGrant,
  renderIamReport,
  type GrantRecord,
  type IamReportRow,
} from "../../lib/iam";
import { ContainerRegistry, EncryptionKeys } from "../../lib/security";
import { synthesize } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { gpuCluster, stackOf as clusterStackOf } from "../cluster-constructs/fixture";
import { testEnvironment } from "../stacks/platform";
import { RANK, cluster, models } from "./refs";

const DAY = "CDKTF_AI_PLATFORM_TODAY";
beforeAll(() => {
  process.env[DAY] = "2026-11-21";
});
afterAll(() => {
  delete process.env[DAY];
});

const reason = "reads the ranking model at start";
const team = Principals.group("ml@acme.example");

/** The report of one stack. */
function reportOf(build: (stack: PlatformStack) => void): readonly IamReportRow[] {
  let records: ReadonlyMap<string, GrantRecord> = new Map();
  const { json, name } = synthesize((app) => {
    build(new PlatformStack(app, "stack", testEnvironment));
    records = grantRecords(app);
  }).stack();
  return iamReport([{ name, json }], records);
}

function rowsOf(build: (stack: PlatformStack) => void): Partial<IamReportRow>[] {
  return [...reportOf(build)];
}

const rank = Principals.workload(cluster, { namespace: "search", serviceAccount: "rank" });

describe("the report of rights", () => {
  test("has a row for a grant: who may do what, on what, if what, why, and where it is written", () => {
    const condition = {
      title: "rank only",
      expression: 'resource.name.startsWith("projects/_/buckets/b/objects/rank/")',
    };
    expect(rowsOf((s) => void new BucketGrants(s, models).read(rank, { reason, condition }))).toEqual([
      {
        principal: RANK,
        label: "workload search/rank",
        role: "roles/storage.objectViewer",
        resource: "storage_bucket acme-test-models",
        condition: 'rank only: resource.name.startsWith("projects/_/buckets/b/objects/rank/")',
        reason,
        constructPath: "test-stack/grants/storage.objectViewer:bucket:acme-test-models:workload:search:rank:rank:only",
        stack: "test-stack",
        broad: false,
      },
    ]);
  });

  test("shows a broad grant with its owner and its end", () => {
    const [row] = rowsOf(
      (s) =>
        void Grant.broad(s, {
          role: "roles/run.developer",
          on: GrantTargets.project("acme-test"),
          to: team,
          reason: "deploys by hand for now",
          owner: "ml-platform-lead",
          expires: "2027-03-31",
        }),
    );
    expect(row).toMatchObject({ broad: true, owner: "ml-platform-lead", expires: "2027-03-31" });
    expect(row).toMatchObject({ resource: "project acme-test", reason: "deploys by hand for now" });
  });

  test("shows bindings that no grant wrote, and says that nobody gave a reason", () => {
    const rows = rowsOf((s) => {
      new ProjectIamMember(s, "raw", { project: "acme-test", role: "roles/editor", member: "user:a@acme.example" });
    });
    expect(rows).toEqual([
      {
        principal: "user:a@acme.example",
        label: "user:a@acme.example",
        role: "roles/editor",
        resource: "project acme-test",
        reason: "not given",
        constructPath: "test-stack/raw",
        stack: "test-stack",
        broad: true,
      },
    ]);
  });

  test("shows the reason that a construct gives for a binding of its own", () => {
    const [row] = rowsOf((s) => {
      const binding = new ProjectIamMember(s, "raw", {
        project: "acme-test",
        role: "roles/container.defaultNodeServiceAccount",
        member: "serviceAccount:nodes@acme-test.iam.gserviceaccount.com",
      });
      recordGrant(binding, { principal: "nodes of pool l4", reason: "nodes write their logs and metrics" });
    });
    expect(row).toMatchObject({
      label: "nodes of pool l4",
      reason: "nodes write their logs and metrics",
      resource: "project acme-test",
      broad: false,
    });
  });

  test("calls a binding that no grant wrote broad only where its role is not a reviewed one of its resource", () => {
    const rows = rowsOf((s) => {
      for (const [id, role] of [
        ["a", "roles/storage.objectViewer"],
        ["b", "roles/storage.legacyBucketOwner"],
      ] as const) {
        new StorageBucketIamMember(s, id, { bucket: "b", role, member: "group:ml@acme.example" });
      }
    });
    expect(rows.map(({ role, broad }) => [role, broad])).toEqual([
      ["roles/storage.legacyBucketOwner", true],
      ["roles/storage.objectViewer", false],
    ]);
  });

  test("believes what is written, not what the grant meant to write", () => {
    const [row] = rowsOf((s) => {
      const grant = new BucketGrants(s, models).read(rank, { reason });
      grant.resources[0]!.addOverride("role", "roles/storage.admin");
    });
    expect(row).toMatchObject({ role: "roles/storage.admin", broad: true, reason });
  });

  test("shows why constructs bind what they always need: every binding has a reason, and none a bare member for a principal", () => {
    const rows = reportOf((s) => {
      new EncryptionKeys(s, "keys");
      const registries = [ContainerRegistry.fromExisting({ project: "p", location: "eu", repository: "images" })];
      new NodeServiceAccount(s, "nodes", { name: "l4-pool", description: "Nodes", registries });
      const repository = { forge: "github", repository: "acme/platform", ownerId: "42" } as const;
      new DeployerIdentities(s, "deployers", { ...repository, stateBucket: "acme-state" });
    });
    expect(rows.filter((row) => row.reason === "not given")).toEqual([]);
    expect(rows.filter((row) => row.label === row.principal)).toEqual([]);
    const nodes = { label: "service account test-l4-pool@acme-test.iam.gserviceaccount.com", broad: false };
    const wanted = [
      { label: "service agent compute", broad: false, reason: "encrypts what the key node-disks protects" },
      { ...nodes, role: "roles/container.defaultNodeServiceAccount", reason: "nodes write logs and metrics" },
      { ...nodes, role: "roles/artifactregistry.reader", reason: "nodes pull images" },
      { label: "deployer plan", role: "roles/dns.reader", reason: "reads private zones" },
      { label: "deployer plan", resource: "storage_bucket acme-state", reason: "reads Terraform's state" },
      { label: "deployer apply", resource: "storage_bucket acme-state", reason: "reads and writes Terraform's state" },
      { label: "federated repo:acme/platform:pull_request", reason: "jobs log in as the account that plans" },
      { label: "deployer apply", role: "roles/resourcemanager.projectIamAdmin", broad: true },
    ];
    for (const row of wanted) expect(rows).toContainEqual(expect.objectContaining(row));
  });

  test("names what references stand for, so that a row can be read", () => {
    const rows = rowsOf((s) => {
      const account = new ServiceAccount(s, "runner", { accountId: "test-runner" });
      const bucket = new StorageBucket(s, "bucket", { name: "acme-models", location: "EU" });
      const name = Ref.to(bucket, bucket.name, "acme-models");
      const email = Ref.to(account, account.email, "test-runner@acme-test.iam.gserviceaccount.com");
      new BucketGrants(s, { name }).read(Principals.serviceAccount({ email }), { reason });
      new ProjectIamMember(s, "raw", { project: "acme-test", role: "roles/logging.logWriter", member: account.member });
    });
    const runner = "test-runner@acme-test.iam.gserviceaccount.com";
    expect(rows).toEqual([
      expect.objectContaining({ principal: `serviceAccount:${runner}`, role: "roles/logging.logWriter" }),
      expect.objectContaining({
        principal: `serviceAccount:${runner}`,
        label: `service account ${runner}`,
        resource: "storage_bucket acme-models",
      }),
    ]);
  });

  test("names the pool of a cluster made in the same stack, and a key by its full name", () => {
    let records: ReadonlyMap<string, GrantRecord> = new Map();
    const { json, name } = clusterStackOf((s) => {
      const made = gpuCluster(s);
      const workload = Principals.workload(made.ref, { namespace: "search", serviceAccount: "rank" });
      new BucketGrants(s, models).read(workload, { reason });
      new EncryptionKeys(s, "keys");
      records = grantRecords(s);
    });
    const rows = iamReport([{ name, json }], records);
    expect(rows.map((row) => row.principal)).toContain(RANK.replace("acme-test", "acme-ai-prod"));
    expect(rows.map((row) => row.resource)).toContain(
      "kms_crypto_key projects/acme-ai-prod/locations/europe-west4/keyRings/prod-platform/cryptoKeys/node-disks",
    );
    expect(JSON.stringify(rows)).not.toContain("${");
  });

  test("leaves an expression that only Terraform will know as it is", () => {
    const [row] = rowsOf((s) => {
      new ProjectIamMember(s, "raw", { project: "p", role: "roles/logging.logWriter", member: "${data.x.y.member}" });
    });
    expect(row).toMatchObject({ principal: "${data.x.y.member}", label: "${data.x.y.member}" });
  });

  test("shows the principal of a dataset without the provider's prefix, and a registry by its place", () => {
    const rows = rowsOf((s) => {
      new DatasetGrants(s, { project: "acme-test", dataset: Ref.existing("features") }).read(rank, { reason });
      new RegistryGrants(s, { project: "p", location: "eu", repository: Ref.existing("images"), url: "u" }).pull(rank, {
        reason,
      });
    });
    expect(rows.map(({ principal, resource }) => [principal, resource])).toEqual([
      [RANK, "artifact_registry_repository p/eu/images"],
      [RANK, "bigquery_dataset acme-test/features"],
    ]);
  });

  test("has broad rights first, then is sorted by principal, role and resource over all stacks", () => {
    const member = (role: string, who: string) => ({ project: "p", role, member: `group:${who}@acme.example` });
    const json = (rights: Record<string, object>) => ({ resource: { google_project_iam_member: rights } }) as never;
    const rows = iamReport(
      [
        { name: "b", json: json({ x: member("roles/logging.logWriter", "z"), y: member("roles/run.developer", "z") }) },
        { name: "a", json: json({ x: member("roles/logging.logWriter", "a"), y: member("roles/run.admin", "z") }) },
      ],
      new Map(),
    );
    expect(rows.map(({ stack, role, principal }) => [stack, role, principal])).toEqual([
      ["a", "roles/run.admin", "group:z@acme.example"],
      ["b", "roles/run.developer", "group:z@acme.example"],
      ["a", "roles/logging.logWriter", "group:a@acme.example"],
      ["b", "roles/logging.logWriter", "group:z@acme.example"],
    ]);
  });

  test("reads a condition that is written as a list of one, as Terraform has blocks", () => {
    const condition = [{ title: "this year", expression: "request.time < x" }];
    const x = { project: "p", role: "roles/logging.logWriter", member: "group:a@b.example", condition };
    const [row] = iamReport([{ name: "s", json: { resource: { google_project_iam_member: { x } } } }], new Map());
    expect(row!.condition).toBe("this year: request.time < x");
  });

  test("ends where references go round in a circle", () => {
    const account = { project: "p", account_id: "${google_service_account.a.email}" };
    const member = "${google_service_account.a.member}";
    const x = { project: "p", role: "roles/logging.logWriter", member };
    const resource = { google_service_account: { a: account }, google_project_iam_member: { x } };
    expect(iamReport([{ name: "s", json: { resource } }], new Map())).toHaveLength(1);
  });

  test("has a row a binding: of nothing else", () => {
    expect(rowsOf((s) => void new StorageBucket(s, "b", { name: "b", location: "EU" }))).toEqual([]);
  });
});

describe("the report as files", () => {
  const rows = () =>
    reportOf((s) => {
      new BucketGrants(s, models).read(rank, { reason: "reads <b>models</b> | and | pipes\n@everyone" });
      Grant.broad(s, {
        role: "roles/run.developer",
        on: GrantTargets.project("acme-test"),
        to: team,
        reason: "deploys by hand for now",
        owner: "lead",
        expires: "2027-03-31",
      });
    });

  test("holds the same bytes for the same rights", () => {
    expect(renderIamReport(rows())).toEqual(renderIamReport(rows()));
    expect(JSON.parse(renderIamReport(rows()).json)).toEqual({ rows: rows() });
  });

  test("for people has broad grants first, with owner and end, and lets no text become markup", () => {
    const lines = renderIamReport(rows()).markdown.split("\n");
    expect(lines).toContain("2 bindings: 1 broad, 1 of reviewed roles.");
    const broad = lines.findIndex((line) => line.includes("roles/run.developer"));
    const reviewed = lines.findIndex((line) => line.includes("roles/storage.objectViewer"));
    expect(broad).toBeGreaterThan(lines.indexOf("## Broad"));
    expect(broad).toBeLessThan(lines.indexOf("## Reviewed"));
    expect(lines[broad]).toContain("| lead | 2027-03-31 |");
    expect(lines[reviewed]).toContain("reads &lt;b>models&lt;/b> \\| and \\| pipes \\@everyone");
  });

  test("says that there is nothing where there is nothing", () => {
    const { json, markdown } = renderIamReport([]);
    expect(JSON.parse(json)).toEqual({ rows: [] });
    expect(markdown).toContain("## Broad\n\nRoles that the catalogue does not hold for the resource.\n\nNone.");
  });
});
