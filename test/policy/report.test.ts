import Ajv from "ajv";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { acknowledge } from "../../lib/core";
import { renderPolicyReport, renderRuleCatalogue, SHIPPED_PACKS, type Judgement } from "../../lib/policy";
import { AiPlatform } from "../../stacks/ai-platform";
import { PlatformStack } from "../../stacks/platform-stack";
import { exampleFile } from "../stacks/examples";
import { testEnvironment } from "../stacks/platform";
import { outcomeOf } from "./judged";
import { sarifSchema } from "./sarif-schema";

const VERSIONING = "custom.storageRequireBucketObjectVersionning";

/** One bucket that breaks several rules, one that only breaks an acknowledged one. */
function judged(name = "plain"): readonly Judgement[] {
  return outcomeOf((app) => {
    const stack = new PlatformStack(app, "data", testEnvironment);
    new StorageBucket(stack, "open", { name, location: "EU", publicAccessPrevention: name });
    const accepted = new StorageBucket(stack, "accepted", {
      name: "accepted",
      location: "EU",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      encryption: { defaultKmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" },
    });
    acknowledge(accepted, {
      rule: VERSIONING,
      reason: "made anew by the next run, nothing to restore",
      owner: "search-lead",
      expires: "2027-06-30",
    });
  }).judgements;
}

const judgements = judged();
const report = renderPolicyReport(judgements);

describe("the policy report", () => {
  test("is the same for the same judgements, and names no machine, folder or moment", () => {
    expect(renderPolicyReport(judged())).toEqual(report);
    const all = Object.values(report).join("\n");
    expect(all).not.toMatch(/\/tmp\/|\/home\/|\/work\/|T\d\d:\d\d|localhost/);
    for (const text of Object.values(report)) expect(text).toMatch(/[^\n]\n$/);
  });

  test("in JSON counts, and lists what is violated, acknowledged and unknown", () => {
    const { summary, violations, acknowledged, rules } = JSON.parse(report.json);
    expect(summary).toMatchObject({ violations: 4, acknowledged: 1, unknown: 0 });
    expect(violations.map(({ rule }: any) => rule)).toEqual([
      "baseline.encryptedWithOwnKey",
      VERSIONING,
      "storage.publicAccessPrevention",
      "storage.uniformBucketLevelAccess",
    ]);
    expect(violations[2]).toMatchObject({
      severity: "critical",
      stack: "test-data",
      constructPath: "test-data/open",
      findings: [{ path: "public_access_prevention", found: "plain", expected: "enforced" }],
    });
    expect(acknowledged).toMatchObject([
      { rule: VERSIONING, acknowledgedAt: "test-data/accepted", owner: "search-lead", expires: "2027-06-30" },
    ]);
    expect(rules.find(({ id }: any) => id === VERSIONING)).toMatchObject({
      violation: 1,
      acknowledged: 1,
      compliant: 0,
    });
  });

  test("in Markdown lists the worst first, and acknowledged ones with who and until when", () => {
    const rows = report.markdown
      .split("\n")
      .filter((line) => line.startsWith("| critical") || line.startsWith("| high"));
    expect(rows.map((row) => row.split(" | ")[0])).toEqual(["| critical", "| high", "| high"]);
    expect(report.markdown).toMatch(/nothing to restore \| search-lead \| 2027-06-30 \|/);
  });

  test("is not to be led astray by what stands in a value", () => {
    const hostile = "a|b`c\n# <b>@here</b>";
    const { markdown } = renderPolicyReport(judged(hostile));
    const row = markdown.split("\n").find((line) => line.includes("@here"))!;
    expect(row.replace(/\\\|/g, "").split("|")).toHaveLength(8);
    expect(row).toContain('``"a\\|b`c\\n# <b>@here</b>"``');
  });
});

describe("SARIF", () => {
  const log = JSON.parse(report.sarif);
  const [run] = log.runs;

  test("is valid by the schema", () => {
    const validate = new Ajv({ allErrors: true, validateFormats: false }).compile(sarifSchema);
    expect(validate(log) ? [] : validate.errors).toEqual([]);
    const prod = outcomeOf((app) => void AiPlatform.fromFile(app, exampleFile("prod"))).judgements;
    expect(validate(JSON.parse(renderPolicyReport(prod).sarif)) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...log, version: "2.0.0" })).toBe(false);
  });

  test("has a result a finding, with its rule, level, address, construct path and file", () => {
    const result = run.results.find(({ ruleId }: any) => ruleId === "storage.publicAccessPrevention");
    expect(run.tool.driver.rules[result.ruleIndex]).toMatchObject({
      id: "storage.publicAccessPrevention",
      help: { text: expect.stringContaining("CIS GCP 4.0.0 5.1") },
      defaultConfiguration: { level: "error" },
    });
    expect(result).toMatchObject({
      level: "error",
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: "stacks/test-data/cdk.tf.json" } },
          logicalLocations: [
            { fullyQualifiedName: expect.stringMatching(/^test-data\/google_storage_bucket\.open/) },
            { fullyQualifiedName: "test-data/open" },
          ],
        },
      ],
    });
    expect(result.suppressions).toBeUndefined();
  });

  test("grades by severity", () => {
    const levels = run.results.map(({ ruleId, level }: any) => `${ruleId} ${level}`);
    expect(levels).toContain(`${VERSIONING} warning`);
    expect(levels).toContain("baseline.encryptedWithOwnKey error");
  });

  test("marks what is acknowledged as suppressed, with the reason", () => {
    const suppressed = run.results.filter(({ suppressions }: any) => suppressions);
    expect(suppressed).toHaveLength(1);
    expect(suppressed[0].suppressions[0]).toMatchObject({
      kind: "inSource",
      justification: "made anew by the next run, nothing to restore (search-lead; until 2027-06-30)",
    });
  });

  test("knows a finding again when its value changes, and tells findings apart", () => {
    const printsOf = ({ runs }: any) => runs[0].results.map((r: any) => r.partialFingerprints["policyFinding/v1"]);
    const prints = printsOf(log);
    expect(new Set(prints).size).toBe(prints.length);
    expect(printsOf(JSON.parse(renderPolicyReport(judged("other")).sarif))).toEqual(prints);
  });
});

describe("the catalogue", () => {
  const page = renderRuleCatalogue(SHIPPED_PACKS);

  test("has every rule once, with its fix and controls", () => {
    for (const { id } of SHIPPED_PACKS.flatMap(({ rules }) => rules)) {
      expect(page.split("\n").filter((line) => line === `### ${id}`)).toHaveLength(1);
    }
    expect(page).toContain("- severity: critical, no exception is accepted");
  });
});

test("every rule says what it is for, and what to do", () => {
  for (const { id, title, rationale, fix, resourceTypes } of SHIPPED_PACKS.flatMap(({ rules }) => rules)) {
    expect({ id, texts: [title, rationale, fix].every((text) => text.length > 5) }).toEqual({ id, texts: true });
    expect(resourceTypes.length).toBeGreaterThan(0);
    expect(`${id} ${title}${fix}`).not.toMatch(/\.$/);
  }
});
