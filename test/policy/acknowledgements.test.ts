import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { acknowledge, ConfigError, today, type AcceptedRisk, type Acknowledgement } from "../../lib/core";
import type { PolicyConfig } from "../../lib/policy";
import { PlatformStack } from "../../stacks/platform-stack";
import { Group, anyStack, testEnvironment } from "../stacks/platform";
import { outcomeOf, TODAY } from "./judged";

const VERSIONING = "custom.storageRequireBucketObjectVersionning";

const risk = {
  rule: VERSIONING,
  reason: "made anew by the next run, nothing to restore",
  owner: "search-lead",
  expires: "2027-06-30",
};

const safe = {
  location: "europe-west4",
  uniformBucketLevelAccess: true,
  publicAccessPrevention: "enforced",
  encryption: { defaultKmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" },
};

let before: string | undefined;
beforeEach(() => {
  before = process.env["CDKTF_AI_PLATFORM_TODAY"];
  process.env["CDKTF_AI_PLATFORM_TODAY"] = TODAY;
});
afterEach(() => {
  if (before === undefined) delete process.env["CDKTF_AI_PLATFORM_TODAY"];
  else process.env["CDKTF_AI_PLATFORM_TODAY"] = before;
});

/** Two unversioned buckets in groups of their own; `say` acknowledges something somewhere. */
function judged(
  say: (made: { left: Group; right: Group; bucket: StorageBucket; stack: PlatformStack }) => void,
  { failAt = "low", day = TODAY }: Pick<PolicyConfig, "failAt"> & { readonly day?: string } = {},
) {
  return outcomeOf(
    (app) => {
      const stack = new PlatformStack(app, "data", testEnvironment);
      const [left, right] = [new Group(stack, "left"), new Group(stack, "right")];
      const bucket = new StorageBucket(left, "bucket", { name: "l", ...safe });
      new StorageBucket(right, "bucket", { name: "r", ...safe });
      say({ left, right, bucket, stack });
    },
    { failAt },
    day,
  );
}

function refusalOf(acknowledgement: object): string {
  try {
    acknowledge(anyStack(), acknowledgement as Acknowledgement);
  } catch (error) {
    if (ConfigError.is(error)) return error.message;
  }
  return "accepted";
}

describe("an acknowledgement", () => {
  test("of a risk needs a rule, a reason of 20 characters, an owner and a last day, and says all that is missing", () => {
    expect(refusalOf(risk)).toBe("accepted");
    const message = refusalOf({ rule: VERSIONING, reason: "because" });
    expect(message).toContain(`the acknowledgement of ${VERSIONING} on test-stack`);
    expect(message).toMatch(/reason: .*\n.*got: {5}"because"\n.*allowed: at least 20 characters/);
    expect(message).toContain("owner: is required");
    expect(message).toContain("expires: is required");
    expect(refusalOf({ ...risk, reason: `because${" ".repeat(20)}` })).toContain("at least 20 characters");
  });

  test.each(["2027-02-30", "soon", "2027-6-1", "2027-06-01T00:00:00Z"])("cannot expire on %p", (expires) => {
    expect(refusalOf({ ...risk, expires })).toContain("a day, YYYY-MM-DD");
  });

  test("holds for a year at most", () => {
    expect(refusalOf({ ...risk, expires: "2027-11-21" })).toBe("accepted");
    expect(refusalOf({ ...risk, expires: "2027-11-22" })).toContain("2027-11-21 at the latest");
  });

  test("of what cannot be met names what would end it, and where that is written", () => {
    const { rule, reason } = risk;
    expect(refusalOf({ rule, reason, until: "google provider 8", source: "its changelog" })).toBe("accepted");
    expect(refusalOf({ rule, reason, until: "google provider 8" })).toContain("source: is required");
  });

  test("turns the violations of its construct, and no other's, into acknowledged ones", () => {
    const { judgements, failures, warnings } = judged(({ left }) => acknowledge(left, risk));
    const acknowledged = judgements.filter(({ status }) => status === "acknowledged");
    expect(acknowledged.map(({ constructPath }) => constructPath)).toEqual(["test-data/left/bucket"]);
    expect(acknowledged[0]!.acknowledgement).toEqual({ constructPath: "test-data/left", given: risk });
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      [VERSIONING, expect.stringContaining("made by test-data/right/bucket")],
    ]);
    expect(warnings).toEqual([]);
  });

  test("warns where it is not needed", () => {
    const { warnings } = judged(({ stack, bucket }) => {
      acknowledge(stack, risk);
      acknowledge(bucket, { ...risk, rule: "baseline.noForceDestroy" });
    });
    expect(warnings).toEqual([
      {
        constructPath: "test-data/left/bucket",
        message: expect.stringContaining("baseline.noForceDestroy is not needed") as string,
      },
    ]);
  });

  test("warns where a nearer one holds for all below it", () => {
    const { warnings } = judged(({ left, bucket }) => {
      acknowledge(left, risk);
      acknowledge(bucket, risk);
    });
    expect(warnings.map(({ constructPath }) => constructPath)).toEqual(["test-data/left"]);
  });

  test("fails after its last day, with what it covered", () => {
    const { failures } = judged(({ stack }) => acknowledge(stack, { ...risk, expires: "2026-11-20" }));
    expect(failures[0]).toMatchObject({
      code: "acknowledgement-expired",
      path: `test-data acknowledges ${VERSIONING}`,
      message: "held until 2026-11-20",
      fix: expect.stringContaining("let search-lead decide anew") as string,
    });
    expect(failures.filter(({ code }) => code === VERSIONING)).toHaveLength(2);
  });

  test("fails after its last day though nothing breaks the rule any more, and whatever the threshold", () => {
    const expired: AcceptedRisk = { ...risk, rule: "baseline.noForceDestroy", expires: "2026-11-20" };
    const { failures } = judged(({ stack }) => acknowledge(stack, expired), { failAt: "critical" });
    expect(failures.map(({ code }) => code)).toEqual(["acknowledgement-expired"]);
  });

  test("of a rule that is none is refused with the nearest; those of checkov are not ours to judge", () => {
    const { failures } = judged(({ stack }) => {
      acknowledge(stack, { ...risk, rule: "baseline.noForceDestry" });
      acknowledge(stack, { ...risk, rule: "CKV2_GCP_18" });
    });
    expect(failures.filter(({ code }) => code === "unknown-rule")).toEqual([
      expect.objectContaining({ got: "baseline.noForceDestry", fix: 'did you mean "baseline.noForceDestroy"?' }),
    ]);
  });

  test("of a rule that accepts none is refused", () => {
    const { failures } = judged(({ stack }) => acknowledge(stack, { ...risk, rule: "baseline.noProvisioners" }));
    expect(failures[0]).toMatchObject({ code: "non-negotiable", message: "is a rule that accepts no exception" });
  });
});

describe("violations", () => {
  test("fail at the configured severity and above; with none they are reported only", () => {
    const codes = (failAt: PolicyConfig["failAt"]) =>
      judged(() => undefined, { failAt }).failures.map(({ code }) => code);
    expect(codes("medium")).toEqual([VERSIONING, VERSIONING]);
    expect(codes("high")).toEqual([]);
    expect(codes("none")).toEqual([]);
  });

  test("say what stands where, what must, which construct made it, how to mend it, and what asks for it", () => {
    expect(judged(() => undefined).failures[0]).toEqual({
      code: VERSIONING,
      path: expect.stringMatching(/^test-data google_storage_bucket\.left_bucket_\w+ versioning\.enabled$/) as string,
      message: 'medium: breaks the rule "Buckets keep old versions"; made by test-data/left/bucket',
      got: undefined,
      allowed: "true",
      fix: `set versioning.enabled to true (Google hardened ${VERSIONING}; EU AI Act Art. 10; ISO 42001 A.7.5)`,
    });
  });
});

describe("today", () => {
  test("is that of the environment variable, else the clock's", () => {
    expect(today()).toBe(TODAY);
    delete process.env["CDKTF_AI_PLATFORM_TODAY"];
    expect(today()).toBe(new Date().toISOString().slice(0, 10));
  });

  test("is refused where the variable holds no day", () => {
    process.env["CDKTF_AI_PLATFORM_TODAY"] = "tomorrow";
    expect(() => today()).toThrow(/CDKTF_AI_PLATFORM_TODAY: is not a day/);
  });
});
