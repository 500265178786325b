import { ContainerRegistry, EncryptionKeys, SecurityFoundation, type SecuritySection } from "../../lib/security";
import { TerraformGraph } from "../../lib/core";
import type { SynthesizedStack } from "../../lib/testing";
import type { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

function foundation(stack: PlatformStack, section: SecuritySection = {}): SecurityFoundation {
  const keys = new EncryptionKeys(stack, "keys");
  const registry = new ContainerRegistry(stack, "registry", { key: keys.key("artifacts") }).ref;
  return new SecurityFoundation(stack, "security", {
    ...section,
    registry,
    keys: { logs: keys.key("logs"), artifacts: keys.key("artifacts"), notifications: keys.key("notifications") },
  });
}

function secured(section?: SecuritySection): SynthesizedStack {
  return stackOf((stack) => void foundation(stack, section));
}

const deployers = { forge: "github", repository: "acme/platform", ownerId: "42" } as const;

describe("the foundation of security", () => {
  test("is whole without a word in the environment file, and needs no organisation", () => {
    const stack = secured();
    for (const type of [
      "google_project_iam_audit_config",
      "google_logging_project_bucket_config",
      "google_org_policy_policy",
      "google_binary_authorization_policy",
      "google_model_armor_template",
      "google_pubsub_topic",
    ]) {
      expect(stack.resources(type).length).toBeGreaterThan(0);
    }
    for (const type of [
      "google_org_policy_custom_constraint",
      "google_access_context_manager_service_perimeter",
      "google_iam_deny_policy",
      "google_iam_workload_identity_pool",
    ]) {
      stack.absent(type);
    }
  });

  test.each([
    ["audit-logging", "google_project_iam_audit_config"],
    ["organisation-policies", "google_org_policy_policy"],
    ["binary-authorization", "google_binary_authorization_policy"],
    ["model-armor", "google_model_armor_template"],
    ["rotation-topic", "google_pubsub_topic"],
  ] as const)("leaves out %s where it is made elsewhere", (part, type) => secured({ off: [part] }).absent(type));

  test("allows images of mirrors", () => {
    const stack = secured({ mirrors: [{ name: "docker-hub", upstream: "docker-hub" }] });
    expect(JSON.stringify(stack.only("google_binary_authorization_policy"))).toContain("/test-docker-hub/**");
  });

  test("trusts the issuer of its own deployers", () => {
    secured({ deployers }).has("google_org_policy_policy", {
      name: "projects/acme-test/policies/iam.workloadIdentityPoolProviders",
      spec: { rules: [{ values: { allowed_values: ["https://token.actions.githubusercontent.com"] } }] },
    });
  });

  test("closes policies to all but the deployer and the administrators, after the deployers have their roles", () => {
    secured({ deployers }).absent("google_iam_deny_policy");
    const stack = secured({ deployers, policyAdministrators: ["platform@acme.example"] });
    const [policy] = stack.resources("google_iam_deny_policy");
    expect(JSON.stringify(policy!.config)).toContain("principalSet://goog/group/platform@acme.example");
    const graph = new TerraformGraph(stack.json);
    const roles = stack.resources("google_project_iam_member").map(({ address }) => address);
    expect(roles.length).toBeGreaterThan(20);
    expect(roles.filter((role) => !graph.waitsFor(policy!.address, role))).toEqual([]);
  });

  test("lends rights between groups", () => {
    const elevation = { name: "break-glass", roles: ["roles/container.developer"] };
    secured({ elevations: [{ ...elevation, eligible: ["ops@acme.example"], approvers: ["leads@acme.example"] }] }).has(
      "google_privileged_access_manager_entitlement",
      { entitlement_id: "test-break-glass", eligible_users: [{ principals: ["group:ops@acme.example"] }] },
    );
  });

  test("says all that is wrong at once, each with the path of its section", () => {
    const broken: SecuritySection = {
      auditLogging: { retentionDays: 1 },
      modelArmor: { name: "a b" },
      mirrors: [{ name: "hub", upstream: "hub" }],
    };
    expect(failuresOf(() => foundation(anyStack(), broken)).map(({ path }) => path)).toEqual([
      "auditLogging.retentionDays",
      "mirrors[0].upstream",
      "modelArmor.name",
    ]);
  });

  test("refuses to close policies where no deployer could change them", () => {
    expect(failuresOf(() => foundation(anyStack(), { policyAdministrators: ["platform@acme.example"] }))).toEqual([
      expect.objectContaining({ code: "missing", path: "deployers" }),
    ]);
  });
});
