import { App, TerraformStack, TerraformVariable } from "cdktf";
import { NAMES } from "../../lib/catalog/names";
import { nameFailure, resourceName, type NameLimit } from "../../lib/core";
import { failuresOf } from "../cluster-constructs/refused";

const limit: NameLimit = {
  resourceType: "google_thing",
  minLength: 3,
  maxLength: 10,
  pattern: /^[a-z][a-z-]*$/,
  allowed: "lower-case letters and dashes",
};
const scope = () => new TerraformStack(new App(), "stack");
const failure = (...parts: string[]) => failuresOf(() => resourceName(scope(), "name", limit, ...parts));

describe("a name", () => {
  test("is its parts joined by dashes, the same every time", () => {
    expect(resourceName(scope(), "name", limit, "prod", "gpu")).toBe("prod-gpu");
    expect(resourceName(scope(), "name", limit, "prod", "gpu")).toBe("prod-gpu");
  });

  test.each([
    ["a dataset", NAMES.bigqueryDataset],
    ["a custom role", NAMES.projectCustomRole],
    ["a service perimeter", NAMES.accessContextManagerServicePerimeter],
    ["a feature store", NAMES.vertexAiFeatureOnlineStore],
  ])("is joined by underscores for %s, which knows no dash", (_what, underscored) => {
    expect(resourceName(scope(), "name", underscored, "prod", "gpu")).toBe("prod_gpu");
  });

  test.each(["workloadIdentityPool", "serviceAccount", "storageBucket", "pubsubTopic", "kmsKeyRing"] as const)(
    "is joined by dashes for %s",
    (type) => {
      expect(resourceName(scope(), "name", NAMES[type], "prod", "gpu")).toBe("prod-gpu");
    },
  );

  test("may be as long as the type allows, and as short", () => {
    expect(nameFailure("name", limit, "a".repeat(10))).toBeUndefined();
    expect(nameFailure("name", limit, "a".repeat(3))).toBeUndefined();
  });
});

describe("a name that the type refuses", () => {
  test("too long: told with its length and by how much to shorten it, never cut", () => {
    expect(failure("production", "gpu")).toEqual([
      {
        code: "name-too-long",
        path: "name",
        message: "makes a name of 14 characters for google_thing",
        got: "production-gpu",
        allowed: "3 to 10 characters",
        fix: "shorten it by 4",
      },
    ]);
  });

  test("too short: told by how much to lengthen it", () => {
    expect(failure("a")).toEqual([
      expect.objectContaining({ code: "name-too-short", got: "a", fix: "lengthen it by 2" }),
    ]);
  });

  test("malformed: told with what is allowed", () => {
    expect(failure("Prod", "gpu")).toEqual([
      {
        code: "name-malformed",
        path: "name",
        message: "makes a name that google_thing refuses",
        got: "Prod-gpu",
        allowed: "lower-case letters and dashes",
        fix: "use only the allowed characters",
      },
    ]);
  });

  test("a token as a part: names are known when the program runs", () => {
    const stack = scope();
    const late = new TerraformVariable(stack, "late", {}).stringValue;
    for (const part of [late, "${var.late}"]) {
      expect(failuresOf(() => resourceName(stack, "name", limit, "prod", part))).toEqual([
        expect.objectContaining({ code: "late-value", path: "name", fix: "give a plain value" }),
      ]);
    }
  });

  test("the error says in which construct", () => {
    expect(() => resourceName(scope(), "name", limit, "Prod")).toThrow(/^1 problem in stack\n/);
  });
});
