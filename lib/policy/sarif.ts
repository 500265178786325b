import { createHash } from "node:crypto";
import { endOf, isAcceptedRisk, type Acknowledgement } from "../core";
import type { Judgement } from "./judge";
import type { Finding, Rule, Severity } from "./rule";
import { renderControls } from "./enforce";

// SARIF 2.1.0 §3.27.10; code scanning of GitHub sorts by `security-severity`, a CVSS score.
const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
};
const SCORES: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

/** What names the folder that the output is in: paths are relative to it, so that none of a machine is written. */
const OUTPUT = "CDKTF_OUT";

/** SARIF 2.1.0 of what was found, acknowledged or not: one result a finding. */
export function renderSarif(judgements: readonly Judgement[]): string {
  const found = judgements.filter(({ status }) => status === "violation" || status === "acknowledged");
  const rules = [...new Map(judgements.map((j) => [j.rule.id, j])).values()].sort((a, b) =>
    a.rule.id < b.rule.id ? -1 : 1,
  );
  const indexes = new Map(rules.map(({ rule }, index) => [rule.id, index]));
  const fingerprints = new Fingerprints();
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "cdktf-ai-platform", rules: rules.map(descriptorOf) } },
        originalUriBaseIds: { [OUTPUT]: { description: { text: "The output folder of the synth, cdktf.out" } } },
        columnKind: "utf16CodeUnits",
        results: found.flatMap((judgement) =>
          judgement.findings.map((finding) => ({
            ...resultOf(judgement, finding, indexes.get(judgement.rule.id)!),
            partialFingerprints: { "policyFinding/v1": fingerprints.of(judgement, finding) },
          })),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf({ rule, severity }: Judgement): object {
  const controls = rule.controls.map(({ framework, id }) => `${framework} ${id}`);
  return {
    id: rule.id,
    name: nameOf(rule),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    help: { text: [rule.rationale, rule.fix, renderControls(rule.controls)].filter(Boolean).join("\n\n") },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { severity, "security-severity": SCORES[severity], tags: ["policy", ...controls] },
  };
}

// A name in Pascal case, as SARIF 2.1.0 §3.49.7 asks for.
function nameOf({ id }: Rule): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function resultOf(judgement: Judgement, finding: Finding, ruleIndex: number): object {
  const { rule, severity, stack, address, constructPath, acknowledgement } = judgement;
  const found = finding.found === undefined ? "nothing" : JSON.stringify(finding.found);
  const where = finding.path === "" ? address : `${address} ${finding.path}`;
  return {
    ruleId: rule.id,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${where} is ${found}, expected ${finding.expected}. ${rule.fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `stacks/${encodeURIComponent(stack)}/cdk.tf.json`, uriBaseId: OUTPUT },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: address, fullyQualifiedName: `${stack}/${address}`, kind: "resource" },
          ...(constructPath ? [{ fullyQualifiedName: constructPath, kind: "construct" }] : []),
        ],
      },
    ],
    ...(acknowledgement ? { suppressions: [suppressionOf(acknowledgement.given)] } : {}),
  };
}

function suppressionOf(given: Acknowledgement): object {
  const who = isAcceptedRisk(given) ? given.owner : given.source;
  return {
    kind: "inSource",
    status: "accepted",
    justification: `${given.reason} (${who}; until ${endOf(given)})`,
  };
}

/** The same finding has the same print in every run, whatever its value and wherever else something is found. */
class Fingerprints {
  private readonly seen = new Map<string, number>();

  of({ rule, stack, address }: Judgement, { path }: Finding): string {
    const place = [rule.id, stack, address, path].join("\n");
    const count = this.seen.get(place) ?? 0;
    this.seen.set(place, count + 1);
    return createHash("sha256").update(`${place}\n${count}`).digest("hex").slice(0, 32);
  }
}
