import type { Rule } from "../../rule";
import { isLate } from "../../../core";
import { SECRET_ATTRIBUTES } from "./secret-attributes";
import { WITHHELD } from "./secrets";
import { valuesAt, verdict } from "../../values";
/** A text, or a map with one. */
export function isLiteral(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(isLiteral);
  return typeof value === "string" && value !== "" && !isLate(value);
}

export const noSecretLiterals: Rule = {
  id: "data-protection.noSecretLiterals",
  title: "No secret is written in Terraform",
  severity: "critical",
  rationale: "Terraform JSON is kept in pipelines and caches, and read by everyone who may read a plan.",
  fix: "let the secret be put in by hand or by a rotation, or pass it through an ephemeral variable to the write-only attribute",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.17" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  nonNegotiable: true,
  resourceTypes: Object.keys(SECRET_ATTRIBUTES),
  check: (config, { type }) => {
    const literal = SECRET_ATTRIBUTES[type]!.filter((path) => valuesAt(config, path).some(isLiteral));
    return verdict(literal.map((path) => ({ path, found: WITHHELD, expected: "no value in Terraform" })));
  },
};
