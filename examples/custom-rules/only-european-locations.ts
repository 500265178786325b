import type { Rule } from "cdktf-ai-platform/policy";

const EUROPEAN = /^(eu|europe-[a-z]+[0-9]+(-[a-z])?)$/i;

/** Data that falls under a contract with European customers stays in Europe. */
export const onlyEuropeanLocations: Rule = {
  id: "acme.onlyEuropeanLocations",
  title: "Everything is in Europe",
  severity: "high",
  rationale: "Contracts with customers say so.",
  fix: "choose a region that starts with europe-, or the multi-region EU",
  controls: [{ framework: "ISO 42001", id: "A.7" }],
  resourceTypes: ["google_*"],
  nonNegotiable: true,
  check: ({ location }) => {
    if (location === undefined) return { status: "not-applicable" };
    if (typeof location !== "string" || location.includes("${")) return { status: "unknown", path: "location" };
    if (EUROPEAN.test(location)) return { status: "compliant" };
    return {
      status: "violation",
      findings: [{ path: "location", found: location, expected: "a location in Europe" }],
    };
  },
};
