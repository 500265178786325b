import type { Rule } from "../../rule";
import { is, isWithin, judgeValues } from "../../values";
/** Six months: EU AI Act, articles 19(1) and 26(6). */
export const LEGAL_RETENTION_DAYS = 184;
/** A year, and a month to look back on it. */
export const RECOMMENDED_RETENTION_DAYS = 400;
/** Days by risk tier; an environment without one is held to the law's. */
export const MIN_RETENTION_DAYS: Readonly<Record<string, number>> = {
  minimal: 30,
  limited: LEGAL_RETENTION_DAYS,
  high: LEGAL_RETENTION_DAYS,
};

export const logRetention: Rule = {
  id: "data-protection.logRetention",
  title: "Logs are kept as long as the risk tier asks",
  severity: "high",
  rationale:
    "Records that are gone prove nothing: the EU AI Act asks for six months where the risk is high, and incidents are often found later than that.",
  fix: "set retention_days (400 is a good choice), and locked = true in the high tier",
  controls: [
    { framework: "EU AI Act", id: "Art. 19" },
    { framework: "EU AI Act", id: "Art. 26" },
    { framework: "ISO 42001", id: "A.6.2.8" },
    { framework: "NIST AI RMF", id: "MEASURE 2.8" },
  ],
  resourceTypes: ["project", "folder", "organization", "billing_account"].map(
    (scope) => `google_logging_${scope}_bucket_config`,
  ),
  check: (config, _resource, { labels }) => {
    const tier = labels["ai-risk-tier"] ?? "";
    const days = MIN_RETENTION_DAYS[tier] ?? LEGAL_RETENTION_DAYS;
    const requires = {
      retention_days: isWithin(days, Infinity, `at least ${days} (${RECOMMENDED_RETENTION_DAYS} recommended)`),
      ...(tier === "high" ? { locked: is(true) } : {}),
    };
    return judgeValues(config, requires);
  },
};
