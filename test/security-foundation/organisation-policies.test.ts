import { ORGANISATION_CONSTRAINTS, canDryRun } from "../../lib/catalog/org-policies";
import { OrganisationPolicies, type OrganisationPoliciesConfig } from "../../lib/security";
import type { SynthesizedStack } from "../../lib/testing";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const POLICY = "google_org_policy_policy";
const CUSTOM = "google_org_policy_custom_constraint";

function policies(props?: OrganisationPoliciesConfig): SynthesizedStack {
  return stackOf((stack) => void new OrganisationPolicies(stack, "policies", props));
}

const named = (constraint: string) => ({ name: `projects/acme-test/policies/${constraint}` });

describe("organisation policies", () => {
  test("hold on the project, enforced", () => {
    policies().has(POLICY, {
      ...named("iam.disableServiceAccountKeyCreation"),
      parent: "projects/acme-test",
      spec: { rules: [{ enforce: "TRUE" }] },
    });
  });

  test("allow and deny values, facts of the environment among them", () => {
    const stack = policies({ customerId: "C0abc", contactDomain: "acme.example" });
    const allows = (constraint: string, ...values: string[]) =>
      stack.has(POLICY, { ...named(constraint), spec: { rules: [{ values: { allowed_values: values } }] } });
    allows("gcp.restrictCmekCryptoKeyProjects", "under:projects/acme-test");
    allows("iam.allowedPolicyMemberDomains", "is:C0abc");
    allows("essentialcontacts.allowedContactDomains", "@acme.example");
    stack.has(POLICY, {
      ...named("gcp.restrictTLSVersion"),
      spec: { rules: [{ values: { denied_values: ["TLS_VERSION_1", "TLS_VERSION_1_1"] } }] },
    });
  });

  test.each(["iam.allowedPolicyMemberDomains", "essentialcontacts.allowedContactDomains", "gcp.restrictServiceUsage"])(
    "leave out %s where the fact that it needs is not given",
    (constraint) => policies().absent(POLICY, named(constraint)),
  );

  test("trust no issuer of identities, or those that are listed", () => {
    const provider = named("iam.workloadIdentityPoolProviders");
    policies().has(POLICY, { ...provider, spec: { rules: [{ deny_all: "TRUE" }] } });
    policies({ identityProviders: ["https://ci.example"] }).has(POLICY, {
      ...provider,
      spec: { rules: [{ values: { allowed_values: ["https://ci.example"] } }] },
    });
  });

  test("are switched one by one", () => {
    const stack = policies({
      modes: { "compute.requireOsLogin": "off", "container.managed.enablePrivateNodes": "dry-run" },
    });
    stack.absent(POLICY, named("compute.requireOsLogin"));
    stack.has(POLICY, {
      ...named("container.managed.enablePrivateNodes"),
      dry_run_spec: { rules: [{ enforce: "TRUE" }] },
    });
    expect(stack.only(POLICY, named("container.managed.enablePrivateNodes"))["spec"]).toBeUndefined();
  });

  test("only report in a dry run, those that can; the others are left out", () => {
    const stack = policies({ mode: "dry-run" });
    expect(stack.resources(POLICY).every(({ config }) => config["spec"] === undefined)).toBe(true);
    stack.has(POLICY, named("container.managed.disableABAC"));
    stack.absent(POLICY, named("storage.publicAccessPrevention"));
  });

  test("define custom constraints in the organisation that is given, and enforce them after", () => {
    policies().absent(CUSTOM);
    const stack = policies({ organisationId: "123456" });
    stack.has(CUSTOM, { name: "custom.gkeRequireDataplaneV2", parent: "organizations/123456", action_type: "DENY" });
    const definition = stack.resources(CUSTOM).find(({ config }) => config["name"] === "custom.gkeRequireDataplaneV2")!;
    stack.has(POLICY, named(`\${${definition.address}.name}`));
  });

  test("use custom constraints that another environment defined", () => {
    const stack = policies({ organisationId: "123456", defineCustom: false });
    stack.absent(CUSTOM);
    stack.has(POLICY, named("custom.gkeRequireDataplaneV2"));
  });

  test("refuse an unknown constraint and an impossible dry run, both at once", () => {
    const modes = { "compute.requireOsLogn": "off", "storage.publicAccessPrevention": "dry-run" } as const;
    expect(failuresOf(() => new OrganisationPolicies(anyStack(), "it", { modes }))).toEqual([
      expect.objectContaining({ code: "unknown-key", fix: expect.stringContaining("compute.requireOsLogin") }),
      expect.objectContaining({ code: "no-dry-run", path: "modes.storage.publicAccessPrevention" }),
    ]);
  });

  test("each say why, name a control, and are defined exactly where they are custom", () => {
    for (const [name, constraint] of Object.entries(ORGANISATION_CONSTRAINTS)) {
      expect([name, constraint.why.length > 10, constraint.controls.length > 0]).toEqual([name, true, true]);
      expect([name, "custom" in constraint]).toEqual([name, name.startsWith("custom.")]);
    }
    expect(canDryRun("storage.publicAccessPrevention")).toBe(false);
  });
});
