import { CustomRole, type CustomRoleProps } from "../../lib/iam";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf, testEnvironment } from "../stacks/platform";

const predictor: CustomRoleProps = {
  name: "endpointPredictor",
  title: "Endpoint predictor",
  description: "Calls endpoints and no more",
  permissions: ["aiplatform.endpoints.predict", "aiplatform.endpoints.get", "aiplatform.endpoints.get"],
};

function refusedWith(change: Partial<CustomRoleProps>) {
  return failuresOf(() => new CustomRole(anyStack(), "role", { ...predictor, ...change }));
}

describe("a custom role", () => {
  test("belongs to the environment's project, is named after it, and holds each permission once, in order", () => {
    stackOf((s) => void new CustomRole(s, "role", predictor)).exactly("google_project_iam_custom_role", {
      project: "acme-test",
      role_id: "test_endpointPredictor",
      title: "Endpoint predictor",
      description: "Calls endpoints and no more",
      permissions: ["aiplatform.endpoints.get", "aiplatform.endpoints.predict"],
      stage: "GA",
    });
  });

  test("takes an environment whose name has dashes, which ids of roles do not", () => {
    const environment = { ...testEnvironment.environment, name: "prod-eu" };
    stackOf((s) => void new CustomRole(s, "role", predictor), { environment }).has("google_project_iam_custom_role", {
      role_id: "prod_eu_endpointPredictor",
    });
  });

  test("is known to others by its full name", () => {
    expect(new CustomRole(anyStack(), "role", predictor).ref.name.value).toBe(
      "projects/acme-test/roles/test_endpointPredictor",
    );
  });

  test.each([
    ["*", "wildcard-permission"],
    ["storage.*", "wildcard-permission"],
    ["storage.buckets.setIamPolicy", "escalating-permission"],
    ["resourcemanager.projects.setIamPolicy", "escalating-permission"],
    ["iam.serviceAccounts.actAs", "escalating-permission"],
    ["iam.serviceAccounts.getAccessToken", "escalating-permission"],
    ["iam.serviceAccounts.getOpenIdToken", "escalating-permission"],
    ["iam.serviceAccounts.signBlob", "escalating-permission"],
    ["iam.serviceAccounts.signJwt", "escalating-permission"],
    ["iam.serviceAccounts.implicitDelegation", "escalating-permission"],
    ["iam.serviceAccountKeys.create", "escalating-permission"],
    ["iam.serviceAccountKeys.get", "escalating-permission"],
    ["iam.roles.update", "escalating-permission"],
    ["iam.workloadIdentityPoolProviders.update", "escalating-permission"],
    ["resourcemanager.projects.list", "not-for-projects"],
    ["roles/viewer", "wrong-format"],
    ["storage.get", "wrong-format"],
  ])("with %s is refused (%s)", (permission, code) => {
    expect(refusedWith({ permissions: ["storage.objects.get", permission] })).toEqual([
      expect.objectContaining({ code, path: "permissions[1]", got: permission, fix: expect.stringMatching(/\w/) }),
    ]);
  });

  test("is told of all its permissions that are refused, each with its reason", () => {
    const found = refusedWith({ permissions: ["iam.serviceAccounts.actAs", "storage.*"] });
    expect(found.map(({ message }) => message)).toEqual([
      "lets its holder become a service account",
      "is a wildcard: what it allows grows with every new API method",
    ]);
  });

  test("without permissions is refused", () => {
    expect(refusedWith({ permissions: [] })).toEqual([
      expect.objectContaining({ code: "out-of-range", path: "permissions", allowed: "at least 1 entry" }),
    ]);
  });

  test("with a dash in its name is refused, and told what to write", () => {
    expect(refusedWith({ name: "endpoint-predictor" })).toEqual([
      expect.objectContaining({
        code: "wrong-format",
        path: "name",
        fix: "write it in camelCase: a role's id takes no dashes",
      }),
    ]);
  });

  test("whose id would exceed 64 characters is refused", () => {
    expect(refusedWith({ name: "x".repeat(60) })).toEqual([
      expect.objectContaining({ code: "name-too-long", path: "name", fix: "shorten it by 1" }),
    ]);
  });

  test("takes tokens for its texts, and none for what is checked", () => {
    stackOf((s) => void new CustomRole(s, "role", { ...predictor, title: "${var.t}", description: "${var.d}" })).has(
      "google_project_iam_custom_role",
      { title: "${var.t}", description: "${var.d}" },
    );
    expect(refusedWith({ permissions: ["${var.p}"] })).toEqual([
      expect.objectContaining({ code: "late-value", path: "permissions[0]" }),
    ]);
  });
});

test("a custom role that exists already is its full name", () => {
  expect(CustomRole.fromExisting("projects/acme/roles/r").name.value).toBe("projects/acme/roles/r");
  expect(failuresOf(() => CustomRole.fromExisting("roles/viewer"))).toEqual([
    expect.objectContaining({ code: "wrong-format", allowed: "projects/P/roles/R" }),
  ]);
});
