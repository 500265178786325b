import { isLate } from "../../../core";
import type { Rule } from "../../rule";
import { judgeValues, valueAt, type Requirement } from "../../values";

const MAX_SECONDS = 90 * 86_400;

const AT_MOST_90_DAYS: Requirement = {
  expected: `at most ${MAX_SECONDS}s (90 days)`,
  holds: (value) => typeof value === "string" && /^\d+(\.\d+)?s$/.test(value) && parseFloat(value) <= MAX_SECONDS,
};

export const keyRotation: Rule = {
  id: "custom.cloudkmsAllowedRotationPeriod",
  title: "Keys are rotated within 90 days",
  severity: "high",
  rationale: "The longer one version of a key is used, the more is lost with it.",
  fix: "set rotation_period to 7776000s or less",
  controls: [
    { framework: "Google hardened", id: "custom.cloudkmsAllowedRotationPeriod" },
    { framework: "CIS GCP 4.0.0", id: "1.10" },
  ],
  resourceTypes: ["google_kms_crypto_key"],
  // Cloud KMS rotates symmetric keys only.
  check: (config) => {
    const purpose = valueAt(config, "purpose") ?? "ENCRYPT_DECRYPT";
    if (isLate(purpose)) return { status: "unknown", path: "purpose" };
    if (purpose !== "ENCRYPT_DECRYPT") return { status: "not-applicable" };
    return judgeValues(config, { rotation_period: AT_MOST_90_DAYS });
  },
};
