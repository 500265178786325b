import type { Rule } from "../../rule";
import { RISK_TIERS } from "../../../core";
import { verdict } from "../../values";
import { ENVIRONMENT_TYPES, TIER_LABEL } from "./systems";

export const tierDeclared: Rule = {
  id: "ai-governance.tierDeclared",
  title: "Every AI system has a risk tier",
  severity: "high",
  rationale: "What a system must meet follows from its tier; without one, nothing is demanded of it.",
  fix: "set governance.riskTier",
  controls: [
    { framework: "EU AI Act", id: "Art. 9" },
    { framework: "ISO 42001", id: "A.5.2" },
    { framework: "NIST AI RMF", id: "MAP 1.1" },
  ],
  resourceTypes: ENVIRONMENT_TYPES,
  check: (_config, _resource, { labels }) =>
    verdict(
      (RISK_TIERS as readonly string[]).includes(labels[TIER_LABEL] ?? "")
        ? []
        : [{ path: TIER_LABEL, found: labels[TIER_LABEL], expected: RISK_TIERS.join(", ") }],
    ),
};
