import type { Rule } from "../../rule";
import { isLiteral } from "./no-secret-literals";
import { SECRET_ATTRIBUTES } from "./secret-attributes";
import { WITHHELD } from "./secrets";
import { valueAt, verdict } from "../../values";

/** Something that is not written here, which another rule refuses. */
function isPassedOn(value: unknown): boolean {
  return value !== undefined && !isLiteral(value);
}

export const noSecretsInState: Rule = {
  id: "data-protection.noSecretsInState",
  title: "No secret goes through the state of Terraform",
  severity: "high",
  rationale: "The state holds every attribute in clear; only write-only attributes stay out of it.",
  fix: "use the write-only attribute (secret_data_wo, password_wo), or put the value in from outside",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.17" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  resourceTypes: Object.keys(SECRET_ATTRIBUTES),
  check: (config, { type }) => {
    const stored = SECRET_ATTRIBUTES[type]!.filter(
      (path) => !path.endsWith("_wo") && isPassedOn(valueAt(config, path)),
    );
    return verdict(stored.map((path) => ({ path, found: WITHHELD, expected: "a write-only attribute, or nothing" })));
  },
};
