import { AccessBoundary } from "../../lib/iam/access-boundary";
import { DenyPolicy } from "../../lib/iam/deny-policy";
import { Elevation, type ElevationConfig } from "../../lib/iam/elevation";
import { DeployerIdentities } from "../../lib/iam/federation";
import { Principals, type Principal } from "../../lib/iam/principal";
import { Ref } from "../../lib/core";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const DENY = "google_iam_deny_policy";
const ENTITLEMENT = "google_privileged_access_manager_entitlement";

describe("the deny policy", () => {
  const stack = stackOf((s) => {
    const { principals } = new DeployerIdentities(s, "deployers", {
      forge: "github",
      repository: "acme/platform",
      ownerId: "42",
    });
    new DenyPolicy(s, "deny", {
      policyAdministrators: [
        principals.apply,
        Principals.group("platform@acme.example"),
        Principals.serviceAccount({ email: Ref.existing("ops@acme-test.iam.gserviceaccount.com") }),
      ],
    });
  });
  const { rules } = stack.only(DENY) as any;
  const ruleWith = (permission: string) =>
    rules.map((r: any) => r.deny_rule).find((r: any) => r.denied_permissions.includes(permission));

  test("hangs on the project, for everybody", () => {
    stack.has(DENY, {
      parent: "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-test",
      name: "test-guardrails",
    });
    for (const { deny_rule: rule } of rules) expect(rule.denied_principals).toEqual(["principalSet://goog/public:all"]);
  });

  test("lets nobody make keys of service accounts", () => {
    expect(ruleWith("iam.googleapis.com/serviceAccountKeys.create").exception_principals).toEqual([]);
  });

  test.each([
    "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
    "iam.googleapis.com/serviceAccounts.setIamPolicy",
    "iam.googleapis.com/roles.update",
    "storage.googleapis.com/buckets.setIamPolicy",
    "secretmanager.googleapis.com/secrets.setIamPolicy",
  ])("lets only administrators of policies use %s", (permission) => {
    const [deployer, ...others] = ruleWith(permission).exception_principals;
    expect(deployer).toMatch(
      /^principal:\/\/iam\.googleapis\.com\/projects\/-\/serviceAccounts\/\$\{trimprefix\(.*apply-account.*"serviceAccount:"\)\}$/,
    );
    expect(others).toEqual([
      "principalSet://goog/group/platform@acme.example",
      "principal://iam.googleapis.com/projects/-/serviceAccounts/ops@acme-test.iam.gserviceaccount.com",
    ]);
  });
});

describe("an elevation", () => {
  const ops = Principals.group("ops@acme.example");
  const leads = Principals.group("leads@acme.example");
  const config: ElevationConfig = { name: "break-glass", roles: ["roles/container.developer"] };
  const between = (eligible: Principal[], approvers: Principal[], more: Partial<ElevationConfig> = {}) =>
    failuresOf(() => new Elevation(anyStack(), "it", { ...config, ...more, eligible, approvers }));

  test("lends roles for at most four hours, for a written reason, when an approver agrees in writing", () => {
    const stack = stackOf((s) => void new Elevation(s, "it", { ...config, eligible: [ops], approvers: [leads] }));
    stack.has(ENTITLEMENT, {
      parent: "projects/acme-test",
      location: "global",
      entitlement_id: "test-break-glass",
      max_request_duration: "14400s",
      eligible_users: [{ principals: ["group:ops@acme.example"] }],
      requester_justification_config: { unstructured: {} },
      approval_workflow: {
        manual_approvals: {
          require_approver_justification: true,
          steps: [{ approvals_needed: 1, approvers: { principals: ["group:leads@acme.example"] } }],
        },
      },
      privileged_access: { gcp_iam_access: { role_bindings: [{ role: "roles/container.developer" }] } },
    });
  });

  test("is lent for as long and with as many approvals as set, and tells whom it should", () => {
    const more = { maxHours: 1, approvalsNeeded: 2, notify: ["sec@acme.example"] };
    const props = { ...config, ...more, eligible: [ops], approvers: [leads] };
    const stack = stackOf((s) => void new Elevation(s, "it", props));
    stack.has(ENTITLEMENT, {
      max_request_duration: "3600s",
      additional_notification_targets: { admin_email_recipients: ["sec@acme.example"] },
      approval_workflow: { manual_approvals: { steps: [{ approvals_needed: 2 }] } },
    });
  });

  test("is not approved by those who ask", () => {
    expect(between([ops], [leads, ops])).toEqual([
      expect.objectContaining({ code: "own-approval", path: "approvers[1]", got: "group ops@acme.example" }),
    ]);
  });

  test("is between groups, at least one on each side", () => {
    const account = Principals.serviceAccount({ email: Ref.existing("ci@acme-test.iam.gserviceaccount.com") });
    expect(between([account], [])).toEqual([
      expect.objectContaining({ code: "not-a-group", path: "eligible[0]" }),
      expect.objectContaining({ code: "missing", path: "approvers" }),
    ]);
  });

  test.each(["roles/owner", "roles/editor", "roles/viewer", "owner"])("never lends %s", (role) => {
    expect(between([ops], [leads], { roles: [role] })).toEqual([
      expect.objectContaining({ code: "wrong-format", path: "roles[0]" }),
    ]);
  });

  test("lasts no longer than a day", () => {
    expect(between([ops], [leads], { maxHours: 25 })).toEqual([
      expect.objectContaining({ code: "out-of-range", path: "maxHours" }),
    ]);
  });
});

describe("the access boundary", () => {
  const POLICY = "google_iam_principal_access_boundary_policy";
  const resource = (project: string) => `//cloudresourcemanager.googleapis.com/projects/${project}`;

  test("keeps the project's identities in the project, and in those that are named", () => {
    const stack = stackOf(
      (s) => void new AccessBoundary(s, "it", { organisationId: "123", furtherProjects: ["acme-shared"] }),
    );
    const { details } = stack.only(POLICY) as any;
    expect(details.rules).toEqual([
      expect.objectContaining({ effect: "ALLOW", resources: [resource("acme-test"), resource("acme-shared")] }),
    ]);
    const [policy] = stack.resources(POLICY);
    stack.has("google_iam_projects_policy_binding", {
      project: "acme-test",
      policy_kind: "PRINCIPAL_ACCESS_BOUNDARY",
      policy: `organizations/123/locations/global/principalAccessBoundaryPolicies/\${${policy!.address}.principal_access_boundary_policy_id}`,
      target: { principal_set: resource("acme-test") },
    });
  });

  test("pins the version of what is enforced", () => {
    const stack = stackOf((s) => void new AccessBoundary(s, "it", { organisationId: "123" }));
    expect((stack.only(POLICY)["details"] as any).enforcement_version).toMatch(/^\d+$/);
  });
});
