import {
  isAcceptedRisk,
  isExpired,
  useNearest,
  type Acknowledgement,
  type Failure,
  type PlacedAcknowledgement,
} from "../core";
import { isBelow } from "./active-rules";
import { judge, pathsUpwards, type AcknowledgementsByPath, type Judgement, type JudgedStack } from "./judge";
import { SHIPPED_PACKS } from "./shipped-packs";
import type { Policy } from "./policy";
import type { Control, Finding, Severity } from "./rule";

/** Something to tell the user of that does not fail the synth. */
export interface PolicyWarning {
  readonly constructPath: string;
  readonly message: string;
}

/** All that came out of judging. */
export interface PolicyOutcome {
  /** Sorted by stack, address and rule. */
  readonly judgements: readonly Judgement[];
  /** What fails the synth. */
  readonly failures: readonly Failure[];
  readonly warnings: readonly PolicyWarning[];
}

/** Stacks that belong together, the policy that holds for them, and the acknowledgements made in the app and in them. */
export interface PolicyScope {
  readonly stacks: readonly JudgedStack[];
  readonly policy: Policy;
  readonly acknowledgements: readonly PlacedAcknowledgement[];
}

/** Judges stacks by their policy, and the acknowledgements by what they were needed for. Pure. */
export function enforce({ stacks, policy, acknowledgements }: PolicyScope, day: string): PolicyOutcome {
  const judgements = judge(stacks, policy.rules, byPath(acknowledgements), day);
  return {
    judgements,
    failures: [...acknowledgementFailures(acknowledgements, policy, day), ...violations(judgements, policy.failAt)],
    warnings: unused(acknowledgements, judgements, day),
  };
}

/** What of some judgements fails: violations at least as bad as `failAt`, one failure a finding. */
export function violations(judgements: readonly Judgement[], failAt: Severity | "none"): Failure[] {
  if (failAt === "none") return [];
  return judgements
    .filter(({ status, severity }) => status === "violation" && !isBelow(severity, failAt))
    .flatMap((judgement) => judgement.findings.map((finding) => failureOf(judgement, finding)));
}

function failureOf({ rule, severity, stack, address, constructPath }: Judgement, finding: Finding): Failure {
  return {
    code: rule.id,
    path: `${stack} ${address} ${finding.path}`.trim(),
    message: `${severity}: breaks the rule ${JSON.stringify(rule.title)}; made by ${constructPath || "an unnamed construct"}`,
    got: finding.found,
    allowed: finding.expected,
    fix: [rule.fix, renderControls(rule.controls)].filter(Boolean).join(" "),
  };
}

/** `(CIS GKE 1.4 5.8.2; ISO 42001 A.6.2.8)`, or nothing. */
export function renderControls(controls: readonly Control[]): string {
  return controls.length === 0 ? "" : `(${controls.map(({ framework, id }) => `${framework} ${id}`).join("; ")})`;
}

function byPath(acknowledgements: readonly PlacedAcknowledgement[]): AcknowledgementsByPath {
  const found = new Map<string, Acknowledgement[]>();
  for (const { construct, acknowledgement } of acknowledgements) {
    const { path } = construct.node;
    found.set(path, [...(found.get(path) ?? []), acknowledgement]);
  }
  return found;
}

// Ids of checkov's: they speak to its reports, and nothing here judges them.
const OTHER_SCANNER = /^CKV2?_[A-Z0-9]+_\d+$/;

function acknowledgementFailures(
  placed: readonly PlacedAcknowledgement[],
  policy: Policy,
  day: string,
): readonly Failure[] {
  const shipped = SHIPPED_PACKS.flatMap(({ rules }) => rules);
  const rules = new Map([...shipped, ...policy.rules.map(({ rule }) => rule)].map((rule) => [rule.id, rule]));
  return placed.flatMap(({ construct, acknowledgement }): Failure[] => {
    const { rule: id } = acknowledgement;
    if (OTHER_SCANNER.test(id)) return [];
    const path = `${construct.node.path || "the app"} acknowledges ${id}`;
    const rule = rules.get(id);
    if (rule === undefined) {
      const fix = useNearest(id, [...rules.keys()], "name a rule of docs/rules.md or of a pack of your own");
      return [{ code: "unknown-rule", path, message: "is not the id of a rule", got: id, fix }];
    }
    if (rule.nonNegotiable) {
      const message = "is a rule that accepts no exception";
      return [{ code: "non-negotiable", path, message, fix: `remove the acknowledgement; ${rule.fix}` }];
    }
    if (!isAcceptedRisk(acknowledgement) || !isExpired(acknowledgement, day)) return [];
    return [
      {
        code: "acknowledgement-expired",
        path,
        message: `held until ${acknowledgement.expires}`,
        got: acknowledgement.reason,
        fix: `${rule.fix}; or let ${acknowledgement.owner} decide anew, with a later day`,
      },
    ];
  });
}

// Of the library's own none is warned of: what a provider cannot say today may be said by an override, and the user can do nothing about it.
function unused(
  placed: readonly PlacedAcknowledgement[],
  judgements: readonly Judgement[],
  day: string,
): PolicyWarning[] {
  const needed = new Set(
    judgements
      .filter(({ status }) => status === "violation" || status === "acknowledged" || status === "unknown")
      .flatMap(({ rule, constructPath, acknowledgement }) =>
        (acknowledgement ? [acknowledgement.constructPath] : pathsUpwards(constructPath)).map((path) =>
          keyOf(path, rule.id),
        ),
      ),
  );
  return placed
    .filter(({ acknowledgement }) => isAcceptedRisk(acknowledgement) && !isExpired(acknowledgement, day))
    .filter(({ construct, acknowledgement }) => !needed.has(keyOf(construct.node.path, acknowledgement.rule)))
    .map(({ construct, acknowledgement: { rule } }) => ({
      constructPath: construct.node.path,
      message: `the acknowledgement of ${rule} is not needed: nothing here breaks that rule, or another one below it holds`,
    }));
}

function keyOf(path: string, rule: string): string {
  return `${path} ${rule}`;
}
