import { endOf, isAcceptedRisk, type Acknowledgement } from "../core";
import type { Judgement } from "./judge";
import { codeOf, proseOf } from "./markdown";
import { SEVERITIES, type Control, type Finding, type Severity } from "./rule";
import { renderSarif } from "./sarif";

/** The files of the policy report: `policy.json`, `policy.md` and `policy.sarif`, each as the text to write. */
export interface PolicyReport {
  readonly json: string;
  readonly markdown: string;
  readonly sarif: string;
}

/** Renders what the rules said, sorted as it was judged; the same judgements always make the same bytes. */
export function renderPolicyReport(judgements: readonly Judgement[]): PolicyReport {
  return { json: renderJson(judgements), markdown: renderMarkdown(judgements), sarif: renderSarif(judgements) };
}

interface RuleRow {
  readonly id: string;
  readonly title: string;
  readonly pack: string;
  readonly severity: Severity;
  readonly controls: readonly Control[];
  compliant: number;
  violation: number;
  acknowledged: number;
  unknown: number;
}

/** A row a rule that had something to judge, sorted by id. */
function rowsOf(judgements: readonly Judgement[]): RuleRow[] {
  const rows = new Map<string, RuleRow>();
  for (const { rule, pack, severity, status } of judgements) {
    if (status === "not-applicable") continue;
    const { id, title, controls } = rule;
    const none = { compliant: 0, violation: 0, acknowledged: 0, unknown: 0 };
    const row = rows.get(id) ?? { id, title, pack, severity, controls, ...none };
    row[status] += 1;
    rows.set(id, row);
  }
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function renderJson(judgements: readonly Judgement[]): string {
  const rules = rowsOf(judgements);
  const listed = (status: Judgement["status"]) => judgements.filter((j) => j.status === status);
  const place = ({ rule, severity, stack, address, constructPath }: Judgement) => ({
    rule: rule.id,
    severity,
    stack,
    address,
    constructPath,
  });
  const report = {
    version: 1,
    summary: {
      compliant: listed("compliant").length,
      violations: listed("violation").length,
      acknowledged: listed("acknowledged").length,
      unknown: listed("unknown").length,
    },
    violations: listed("violation").map((j) => ({
      ...place(j),
      findings: j.findings.map(foundOf),
      fix: j.rule.fix,
      controls: j.rule.controls,
    })),
    acknowledged: listed("acknowledged").map((j) => ({
      ...place(j),
      findings: j.findings.map(foundOf),
      acknowledgedAt: j.acknowledgement!.constructPath,
      ...withoutRule(j.acknowledgement!.given),
    })),
    unknown: listed("unknown").map((j) => ({ ...place(j), path: j.unknownPath })),
    rules,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function foundOf({ path, found, expected }: Finding): Finding {
  return { path, found: found ?? null, expected };
}

function withoutRule({ rule: _rule, ...rest }: Acknowledgement): object {
  return rest;
}

function renderMarkdown(judgements: readonly Judgement[]): string {
  const count = (status: Judgement["status"]) => judgements.filter((j) => j.status === status).length;
  return [
    "# Policy report",
    [
      "| violations | acknowledged | unknown until apply | compliant |",
      "| ---: | ---: | ---: | ---: |",
      `| ${count("violation")} | ${count("acknowledged")} | ${count("unknown")} | ${count("compliant")} |`,
    ].join("\n"),
    "## Violations",
    table(
      ["severity", "rule", "resource", "found", "expected", "fix"],
      SEVERITIES.flatMap((severity) =>
        judgements
          .filter((j) => j.status === "violation" && j.severity === severity)
          .flatMap((j) =>
            j.findings.map((finding) => [severity, codeOf(j.rule.id), ...foundAt(j, finding), proseOf(j.rule.fix)]),
          ),
      ),
    ),
    "## Acknowledged",
    table(
      ["rule", "resource", "found", "expected", "reason", "who or where", "until"],
      judgements
        .filter((j) => j.status === "acknowledged")
        .flatMap((j) =>
          j.findings.map((finding) => [codeOf(j.rule.id), ...foundAt(j, finding), ...saidBy(j.acknowledgement!.given)]),
        ),
    ),
    "## Unknown until apply",
    table(
      ["rule", "resource", "attribute"],
      judgements
        .filter((j) => j.status === "unknown")
        .map((j) => [codeOf(j.rule.id), resourceOf(j), codeOf(j.unknownPath!)]),
    ),
    "## Rules",
    table(
      ["rule", "severity", "compliant", "violations", "acknowledged", "unknown"],
      rowsOf(judgements).map((r) => [
        codeOf(r.id),
        r.severity,
        ...[r.compliant, r.violation, r.acknowledged, r.unknown].map(String),
      ]),
    ),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

function resourceOf({ stack, address, constructPath }: Judgement): string {
  return `${codeOf(`${stack} ${address}`)} made by ${codeOf(constructPath || "?")}`;
}

function foundAt(judgement: Judgement, { path, found, expected }: Finding): string[] {
  const value = found === undefined ? "nothing" : codeOf(shortened(JSON.stringify(found)));
  return [resourceOf(judgement), path ? `${codeOf(path)}: ${value}` : value, proseOf(expected)];
}

const MAX_SHOWN = 200;

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function saidBy(given: Acknowledgement): string[] {
  const who = isAcceptedRisk(given) ? given.owner : given.source;
  return [given.reason, who, endOf(given)].map(proseOf);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "None.";
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
