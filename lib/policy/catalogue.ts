import { codeOf, proseOf } from "./markdown";
import type { Rule, RulePack } from "./rule";

/** The page of all rules, a section a pack: what each asks for, why, and what it helps to meet. */
export function renderRuleCatalogue(packs: readonly RulePack[]): string {
  const count = packs.reduce((sum, { rules }) => sum + rules.length, 0);
  const parts = [
    "# Rules",
    `${count} rules in ${packs.length} packs. They judge the Terraform of every stack at synth.`,
    ...packs.flatMap((pack) => [
      `## ${pack.id}: ${proseOf(pack.title)}`,
      ...[...pack.rules].sort((a, b) => (a.id < b.id ? -1 : 1)).map(renderRule),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function renderRule(rule: Rule): string {
  const controls = rule.controls.map(({ framework, id }) => `${framework} ${id}`).join("; ");
  return [
    `### ${rule.id}`,
    `${proseOf(rule.title)}. ${proseOf(rule.rationale)}`,
    [
      `- severity: ${rule.severity}${rule.nonNegotiable ? ", no exception is accepted" : ""}`,
      `- judges: ${judged(rule.resourceTypes)}`,
      `- fix: ${proseOf(rule.fix)}`,
      ...(controls === "" ? [] : [`- controls: ${proseOf(controls)}`]),
    ].join("\n"),
  ].join("\n\n");
}

const MAX_LISTED = 6;

function judged(types: readonly string[]): string {
  const listed = types.slice(0, MAX_LISTED).map(codeOf).join(", ");
  const more = types.length - MAX_LISTED;
  return more > 0 ? `${listed} and ${more} more types` : listed;
}
