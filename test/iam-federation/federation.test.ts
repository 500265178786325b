import {
  APPLY_ROLES,
  DEPLOYER_GRANTABLE_ROLES,
  SERVING_GRANTABLE_ROLES,
  PLAN_ROLES,
  SERVING_PLAN_ROLES,
} from "../../lib/catalog/deployer-roles";
import {
  DeployerIdentities,
  type DeployerIdentitiesConfig,
  type DeployerIdentitiesProps,
} from "../../lib/iam/federation";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const PROVIDER = "google_iam_workload_identity_pool_provider";
const LOGIN = "google_service_account_iam_member";
const MEMBER = "google_project_iam_member";
const github: DeployerIdentitiesConfig = { forge: "github", repository: "acme/platform", ownerId: "42" };
const gitlab: DeployerIdentitiesConfig = { forge: "gitlab", repository: "acme/ml/platform", ownerId: "7" };

const deployers = (config: DeployerIdentitiesProps) =>
  stackOf((stack) => void new DeployerIdentities(stack, "deployers", config));

const conditionOf = (config: DeployerIdentitiesConfig, task: "plan" | "apply") =>
  String(
    deployers(config).only(PROVIDER, { workload_identity_pool_provider_id: `${task}-jobs` })["attribute_condition"],
  );

describe("deployers on GitHub", () => {
  test("apply from one environment and branch of one repository of one owner", () => {
    expect(conditionOf(github, "apply")).toBe(
      "assertion.sub == 'repo:acme/platform:environment:test' && assertion.repository == 'acme/platform'" +
        " && assertion.repository_owner_id == '42' && assertion.ref == 'refs/heads/main'" +
        " && assertion.environment == 'test'",
    );
  });

  test("plan from pull requests against that branch", () => {
    const condition = conditionOf({ ...github, branch: "release" }, "plan");
    expect(condition).toContain("assertion.sub == 'repo:acme/platform:pull_request'");
    expect(condition).toContain("assertion.event_name == 'pull_request' && assertion.base_ref == 'release'");
  });

  test("log in by GitHub's tokens, whose subject is theirs", () => {
    deployers(github).has(PROVIDER, {
      attribute_mapping: { "google.subject": "assertion.sub" },
      oidc: { issuer_uri: "https://token.actions.githubusercontent.com" },
    });
  });
});

describe("deployers on GitLab", () => {
  test("apply from a protected branch and an environment", () => {
    const condition = conditionOf({ ...gitlab, forgeEnvironment: "production" }, "apply");
    expect(condition).toContain("assertion.sub == 'project_path:acme/ml/platform:ref_type:branch:ref:main'");
    expect(condition).toContain("assertion.namespace_id == '7'");
    expect(condition).toContain("assertion.ref_protected == 'true' && assertion.environment == 'production'");
  });

  test("plan from merge requests of the project", () => {
    const condition = conditionOf(gitlab, "plan");
    expect(condition).toContain("assertion.project_path == 'acme/ml/platform'");
    expect(condition).toContain("assertion.pipeline_source == 'merge_request_event'");
  });

  test("may come from a GitLab of one's own", () => {
    deployers({ ...gitlab, issuer: "https://gitlab.example" }).has(PROVIDER, {
      oidc: { issuer_uri: "https://gitlab.example" },
    });
  });
});

describe("the two identities", () => {
  test.each([
    [github, "repo:acme/platform:pull_request", "repo:acme/platform:environment:test"],
    [
      gitlab,
      "project_path:acme/ml/platform:pipeline_source:merge_request_event",
      "project_path:acme/ml/platform:ref_type:branch:ref:main",
    ],
  ])("are each open to one subject, bound on the account itself", (config, planSubject, applySubject) => {
    const stack = deployers(config);
    stack.count(LOGIN, 2);
    const subjects = stack.resources(LOGIN).map(({ config: login }) => {
      expect(login["role"]).toBe("roles/iam.workloadIdentityUser");
      expect(login["member"]).toMatch(/^principal:\/\/iam\.googleapis\.com\/projects\/123456789012\//);
      return String(login["member"]).split("/subject/")[1];
    });
    expect(subjects.sort()).toEqual([planSubject, applySubject].sort());
  });

  test("have the roles of the catalogue, each with a reason, and no others", () => {
    const given = deployers(github)
      .resources(MEMBER)
      .map(
        ({ config }) => `${/plan-account/.test(String(config["member"])) ? "plan" : "apply"} ${String(config["role"])}`,
      );
    const wanted = [
      ...PLAN_ROLES.map(({ role }) => `plan ${role}`),
      ...[...PLAN_ROLES, ...APPLY_ROLES].map(({ role }) => `apply ${role}`),
      "apply roles/resourcemanager.projectIamAdmin",
    ];
    expect(given.sort()).toEqual(wanted.sort());
    for (const { reason } of [...PLAN_ROLES, ...APPLY_ROLES]) expect(reason.length).toBeGreaterThan(5);
  });

  test("have the roles for serving only where models are served; none of them reads a secret while planning", () => {
    const serving = ["roles/container.admin", "roles/container.viewer", "roles/gkehub.gatewayEditor"];
    const given = (config: DeployerIdentitiesProps) =>
      deployers(config)
        .resources(MEMBER)
        .map(({ config: { role } }) => String(role));
    expect(given(github)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/gkehub.gateway|container.admin/)]),
    );
    expect(given({ ...github, servesModels: true })).toEqual(expect.arrayContaining(serving));
    const changing = /admin|editor|user$|writer|creator|accessor|owner|impersonat/i;
    expect(SERVING_PLAN_ROLES.filter(({ role }) => changing.test(role))).toEqual([]);
  });

  test("differ: plan changes nothing, reads no secret and impersonates nobody", () => {
    const changing = /admin|editor|user$|writer|creator|accessor|owner|impersonat/i;
    expect(PLAN_ROLES.filter(({ role }) => changing.test(role))).toEqual([]);
    const escalating = /roles\/(owner|editor|iam\.(serviceAccount(User|TokenCreator|Admin|KeyAdmin)|securityAdmin))$/;
    expect(APPLY_ROLES.filter(({ role }) => escalating.test(role))).toEqual([]);
  });

  test("apply gives and takes only a few roles on the project", () => {
    const { condition } = deployers(github).only(MEMBER, { role: "roles/resourcemanager.projectIamAdmin" }) as any;
    expect(condition.expression).toContain("modifiedGrantsByRole', []).hasOnly(['roles/bigquery.jobUser', ");
    expect(DEPLOYER_GRANTABLE_ROLES.length).toBeLessThanOrEqual(10);
  });

  test("apply gives what serving needs only where models are served, by a list of its own", () => {
    const limits = (config: DeployerIdentitiesProps) =>
      deployers(config)
        .resources(MEMBER)
        .filter(({ config: { role } }) => role === "roles/resourcemanager.projectIamAdmin")
        .map(({ config: { condition } }) => (condition as { expression: string }).expression);
    expect(limits(github)).toHaveLength(1);
    const listed = SERVING_GRANTABLE_ROLES.map((role) => `'${role}'`).join(", ");
    expect(limits({ ...github, servesModels: true })).toEqual(
      expect.arrayContaining([expect.stringContaining(`hasOnly([${listed}])`)]),
    );
    expect(SERVING_GRANTABLE_ROLES.length).toBeLessThanOrEqual(10);
  });

  test("plan reads the state and apply writes it, where its bucket is named", () => {
    const bucket = "google_storage_bucket_iam_member";
    deployers(github).absent(bucket);
    const stack = deployers({ ...github, stateBucket: "acme-state" });
    stack.has(bucket, { bucket: "acme-state", role: "roles/storage.objectViewer" });
    stack.has(bucket, { bucket: "acme-state", role: "roles/storage.objectUser" });
  });

  test("are principals for others", () => {
    const { plan, apply } = new DeployerIdentities(anyStack(), "it", github).principals;
    expect(plan.member.value).toBe("serviceAccount:test-deploy-plan@acme-test.iam.gserviceaccount.com");
    expect(apply).toMatchObject({ kind: "service-account", label: "deployer apply" });
  });
});

test.each([
  [{ repository: "acme/*" }, "repository"],
  [{ repository: "platform" }, "repository"],
  [{ repository: "acme/x' || true || '" }, "repository"],
  [{ branch: "*" }, "branch"],
  [{ ownerId: "acme" }, "ownerId"],
  [{ forgeEnvironment: "prod'" }, "forgeEnvironment"],
  [{ issuer: "http://gitlab.example" }, "issuer"],
])("refuses %j", (props, path) => {
  expect(failuresOf(() => new DeployerIdentities(anyStack(), "it", { ...github, ...props }))).toEqual([
    expect.objectContaining({ code: "wrong-format", path }),
  ]);
});

test("refuses a subject that Google would cut off", () => {
  const repository = `acme/${"r".repeat(120)}`;
  expect(failuresOf(() => new DeployerIdentities(anyStack(), "it", { ...github, repository }))).toEqual(
    ["pull_request", "environment:test"].map((what) =>
      expect.objectContaining({ code: "name-too-long", path: "repository", got: `repo:${repository}:${what}` }),
    ),
  );
});
