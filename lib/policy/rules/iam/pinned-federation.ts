import type { Rule } from "../../rule";
import type { Block } from "../../../core";
import { valueAt, verdict } from "../../values";
const SUBJECT = /assertion\.sub\s*==\s*(['"])([^'"*]+)\1/;
const REPOSITORY = /assertion\.(repository|repository_id|project_path|project_id)\s*==\s*(['"])[^'"*]+\2/;
// `base_ref`: the branch that a pull request wants to go into.
const REFERENCE = /assertion\.(ref|base_ref|environment)\s*==\s*(['"])[^'"*]+\2/;

/** What is missing in a condition, in words. */
function expectation(config: Block, condition: string): string | undefined {
  if (valueAt(config, "oidc.issuer_uri") === undefined) return condition === "" ? "a condition" : undefined;
  // What is left without texts and `!=` must be a plain conjunction or disjunction, or the pins below prove nothing.
  if (/[!?]/.test(condition.replace(/'[^']*'|"[^"]*"|!=/g, ""))) return "a condition without negation or choice";
  const issuer = String(valueAt(config, "oidc.issuer_uri"));
  const alternatives = condition.split("||");
  if (!alternatives.every((part) => SUBJECT.test(part))) return "assertion.sub == '…', literal, in every alternative";
  if (!/github|gitlab/.test(issuer)) return undefined;
  if (alternatives.every(isPinned)) return undefined;
  return "the repository and its ref or environment, in every alternative";
}

function isPinned(part: string): boolean {
  const subject = SUBJECT.exec(part)?.[2] ?? "";
  const repository = REPOSITORY.test(part) || /^(repo|project_path):[^:]+\/[^:]+/.test(subject);
  return repository && (REFERENCE.test(part) || /:(ref|environment):[^:]+/.test(subject));
}

export const pinnedFederation: Rule = {
  id: "iam.pinnedFederation",
  title: "Federated identities are pinned to a repository and a branch or environment",
  severity: "critical",
  rationale:
    "The token service of GitHub or GitLab signs for everyone: without a condition, any repository of the world may log in.",
  fix: "set attribute_condition to assertion.sub == 'repo:ORG/REPO:environment:ENV' && assertion.repository == 'ORG/REPO' && assertion.environment == 'ENV' (GitLab: project_path:GROUP/PROJECT:ref_type:branch:ref:REF)",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.6" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
  ],
  resourceTypes: ["google_iam_workload_identity_pool_provider"],
  check: (config) => {
    const condition = config["attribute_condition"] ?? "";
    if (typeof condition !== "string") return { status: "unknown", path: "attribute_condition" };
    const expected = expectation(config, condition);
    const findings =
      expected === undefined ? [] : [{ path: "attribute_condition", found: condition || undefined, expected }];
    return condition.includes("${") ? { status: "unknown", path: "attribute_condition" } : verdict(findings);
  },
};
