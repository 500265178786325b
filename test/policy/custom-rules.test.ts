import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { acmePolicy } from "../../examples/custom-rules/acme-policy";
import { bucketsHaveLifecycle } from "../../examples/custom-rules/buckets-have-lifecycle";
import { onlyEuropeanLocations } from "../../examples/custom-rules/only-european-locations";
import { ResearchStack } from "../../examples/custom-rules/research-stack";
import { readOutput, type Synthesized } from "../../lib/testing";
import { testEnvironment } from "../stacks/platform";
import { outcomeOf, verdictOn, TODAY } from "./judged";

/** Runs the example's program as a user would, and reads what it wrote. */
function runExample(): Synthesized {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "custom-rules-"));
  const before = { ...process.env };
  Object.assign(process.env, { CDKTF_OUTDIR: outdir, CDKTF_AI_PLATFORM_TODAY: TODAY });
  try {
    jest.requireActual("../../examples/custom-rules/main");
    return readOutput(outdir);
  } finally {
    process.env = before;
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

test("the example synthesizes", () => {
  expect(runExample().stack("research-data").only("google_storage_bucket")["name"]).toBe("acme-research-scratch");
});

test("its own rules judge beside those of the library, at its own severity, and nothing fails", () => {
  const { judgements, failures, warnings } = outcomeOf(
    (app) => void new ResearchStack(app, testEnvironment),
    acmePolicy,
  );
  expect({ failures, warnings }).toEqual({ failures: [], warnings: [] });
  const bucket = judgements.filter(({ address }) => address.startsWith("google_storage_bucket."));
  expect(bucket.map(({ rule, severity, status }) => [rule.id, severity, status])).toEqual(
    expect.arrayContaining([
      ["acme.bucketsHaveLifecycle", "medium", "compliant"],
      ["acme.onlyEuropeanLocations", "high", "compliant"],
      ["custom.storageRequireBucketObjectVersionning", "medium", "acknowledged"],
    ]),
  );
});

test("a rule by hand: passing, failing, unknown, not applicable", () => {
  const status = (config: Record<string, unknown>) =>
    verdictOn(onlyEuropeanLocations, "google_storage_bucket", config).status;
  for (const location of ["europe-west4", "europe-west4-a", "EU", "eu"]) expect(status({ location })).toBe("compliant");
  for (const location of ["US", "us-central1", "EUR4x"]) expect(status({ location })).toBe("violation");
  expect(status({ location: "${var.region}" })).toBe("unknown");
  expect(status({})).toBe("not-applicable");
});

test("a rule on an attribute: passing, failing", () => {
  const status = (config: Record<string, unknown>) =>
    verdictOn(bucketsHaveLifecycle, "google_storage_bucket", config).status;
  expect(status({ lifecycle_rule: [{ action: { type: "Delete" } }] })).toBe("compliant");
  expect(status({})).toBe("violation");
});
