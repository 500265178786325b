import { EXTRA_LABEL_FIELDS, LABELLED_BY_PROVIDER } from "../../../catalog/label-fields";
import { isLate, type Block } from "../../../core";
import type { Finding, Rule } from "../../rule";
import { valuesAt, verdict } from "../../values";

const PROVIDER = "provider.google";

export const labelsPresent: Rule = {
  id: "baseline.labelsPresent",
  title: "Everything that can carry labels carries those of governance",
  severity: "medium",
  rationale: "A resource without an owner, a cost centre and a data class is nobody's, and no report finds it.",
  fix: "make the resource in a PlatformStack, which writes the labels, and do not override them",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "7.4" },
    { framework: "ISO 42001", id: "A.4.2" },
    { framework: "NIST AI RMF", id: "GOVERN 1.6" },
  ],
  resourceTypes: [PROVIDER, ...Object.keys(EXTRA_LABEL_FIELDS)],
  check: (config, { type }, { labels }) => {
    const wanted = Object.keys(labels);
    if (wanted.length === 0) return { status: "not-applicable" };
    const findings: Finding[] = [];
    let unknown: string | undefined;
    for (const path of type === PROVIDER ? ["default_labels"] : carriersOf(type, config)) {
      for (const value of valuesAt(config, path)) {
        if (isLate(value)) unknown ??= path;
        else findings.push(...missing(path, value, wanted));
      }
    }
    return verdict(findings, unknown);
  },
};

/** Paths where labels must stand: in every block that is there, and in the one carrier of a type that the provider does not label. */
function carriersOf(type: string, config: Block): string[] {
  return EXTRA_LABEL_FIELDS[type]!.filter((path) => {
    const block = path.split(".").slice(0, -1);
    const isThere = block.length === 0 || valuesAt(config, block.join(".")).some((value) => value !== undefined);
    return isThere || (block.length <= 1 && !LABELLED_BY_PROVIDER.has(type));
  });
}

function missing(path: string, value: unknown, wanted: readonly string[]): Finding[] {
  const there = typeof value === "object" && value !== null ? (value as Block) : {};
  const lacking = wanted.filter((key) => there[key] === undefined || there[key] === "");
  if (lacking.length === 0) return [];
  return [{ path, found: value, expected: `labels ${lacking.join(", ")}` }];
}
