import { judgeValues } from "../../values";
import { presenceRule } from "../ai-governance/systems";

export const highTierBudget = presenceRule({
  id: "cost.highTierBudget",
  title: "A high-risk environment has a billing budget",
  severity: "medium",
  rationale: "A budget is the first to notice that a system runs away.",
  fix: "add google_billing_budget for the project, with threshold_rules",
  controls: [
    { framework: "ISO 42001", id: "A.4.5" },
    { framework: "NIST AI RMF", id: "GOVERN 1.6" },
  ],
  tiers: ["high"],
  expected: "a billing budget with a threshold",
  types: ["google_billing_budget"],
  judge: (config) =>
    judgeValues(config, {
      threshold_rules: { expected: "a threshold", holds: (rules) => rules !== undefined, lateHolds: true },
    }),
});
