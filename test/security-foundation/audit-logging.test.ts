import { AuditLogging, type AuditLoggingConfig } from "../../lib/security";
import type { SynthesizedStack } from "../../lib/testing";
import type { PlatformStack } from "../../stacks/platform-stack";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf, testEnvironment } from "../stacks/platform";
import { keyOf, waitsForAgent } from "./keys";

const BUCKET = "google_logging_project_bucket_config";

function make(stack: PlatformStack, props: AuditLoggingConfig = {}): AuditLogging {
  return new AuditLogging(stack, "audit", { ...props, key: keyOf(stack, "logs") });
}

function loggingStack(props?: AuditLoggingConfig): SynthesizedStack {
  return stackOf((stack) => void make(stack, props));
}

const highRisk = { governance: { ...testEnvironment.governance, riskTier: "high" as const } };

describe("audit logging", () => {
  test("records reads and writes of every service, and exempts nobody", () => {
    loggingStack().exactly("google_project_iam_audit_config", {
      project: "acme-test",
      service: "allServices",
      audit_log_config: [{ log_type: "ADMIN_READ" }, { log_type: "DATA_READ" }, { log_type: "DATA_WRITE" }],
    });
  });

  test("sends every entry, unfiltered, to its bucket", () => {
    const stack = loggingStack();
    const [bucket] = stack.resources(BUCKET);
    const sink = stack.only("google_logging_project_sink");
    expect(sink["destination"]).toBe(`logging.googleapis.com/\${${bucket!.address}.id}`);
    expect(sink["filter"]).toBeUndefined();
    expect(sink["exclusions"]).toBeUndefined();
  });

  test("keeps entries 400 days in a locked bucket of the region that Terraform cannot destroy", () => {
    loggingStack().has(BUCKET, {
      location: "europe-west4",
      retention_days: 400,
      locked: true,
      lifecycle: { prevent_destroy: true },
    });
  });

  test("encrypts with the key for logs, once the logging agent may use it", () => {
    const stack = loggingStack();
    const [bucket] = stack.resources(BUCKET);
    expect(JSON.stringify(bucket!.config["cmek_settings"])).toContain("google_kms_crypto_key.");
    expect(waitsForAgent(stack, bucket!, /service-123456789012@gcp-sa-logging/)).toBe(true);
  });

  test("lets in the account of an older project instead, before the bucket is made", () => {
    const stack = loggingStack({ encryptionAgent: "cmek-p123456789012@gcp-sa-logging.iam.gserviceaccount.com" });
    expect(waitsForAgent(stack, stack.resources(BUCKET)[0]!, /cmek-p123456789012@gcp-sa-logging/)).toBe(true);
  });

  test("makes a dataset to query the bucket, and none where none is wanted", () => {
    const stack = loggingStack();
    stack.has("google_logging_linked_dataset", {
      link_id: "test_audit_logs",
      bucket: `\${${stack.resources(BUCKET)[0]!.address}.id}`,
    });
    stack.has(BUCKET, { enable_analytics: true });
    loggingStack({ queries: false }).absent("google_logging_linked_dataset");
  });

  test("reads nothing from the cloud while planning", () => {
    expect(loggingStack().json.data).toBeUndefined();
  });

  test("may keep entries 184 days where the risk is not high, no less", () => {
    loggingStack({ retentionDays: 184 }).has(BUCKET, { retention_days: 184 });
    expect(failuresOf(() => make(anyStack(), { retentionDays: 183 }))).toEqual([
      expect.objectContaining({ code: "out-of-range", path: "retentionDays", allowed: "at least 184" }),
    ]);
  });

  test("keeps them at least 400 days where the risk is high", () => {
    const kept = (retentionDays: number) => stackOf((stack) => void make(stack, { retentionDays }), highRisk);
    kept(400).has(BUCKET, { retention_days: 400 });
    expect(failuresOf(() => kept(399))).toEqual([
      expect.objectContaining({ code: "retention-below-tier", path: "retentionDays", got: 399 }),
    ]);
  });

  test("is known to others by bucket and dataset", () => {
    const { ref } = make(anyStack());
    expect(ref.bucket.value).toBe("projects/acme-test/locations/europe-west4/buckets/test-audit");
    expect(ref.dataset!.value).toBe("test_audit_logs");
  });
});
