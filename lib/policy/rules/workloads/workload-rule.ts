import { isLate } from "../../../core";
import type { Finding, Rule } from "../../rule";
import { NOT_APPLICABLE, verdict } from "../../values";
import { WORKLOAD_TYPES, workloadOf, type Workload } from "./pods";

/** What a rule saw of a workload. */
export class Sight {
  readonly findings: Finding[] = [];
  unknown: string | undefined;

  /** Records a value that is wrong wherever it stands; nothing is not wrong. */
  refuse(path: string, value: unknown, expected: string, isWrong: (value: unknown) => boolean): void {
    if (isLate(value)) this.unknown ??= path;
    else if (value !== undefined && isWrong(value)) this.findings.push({ path, found: value, expected });
  }

  /** Records a value that is not there or not right; where a runtime may add it, nothing is unknown. */
  demand(path: string, value: unknown, expected: string, holds: (value: unknown) => boolean, partial: boolean): void {
    if (isLate(value) || (partial && value === undefined)) this.unknown ??= path;
    else if (!holds(value)) this.findings.push({ path, found: value, expected });
  }
}

export interface WorkloadRule extends Omit<Rule, "resourceTypes" | "check"> {
  readonly look: (workload: Workload, sight: Sight) => void;
}

/** A rule over pods, wherever Terraform holds them: resources of the kubernetes provider, values of charts, manifests. */
export function workloadRule({ look, ...rule }: WorkloadRule): Rule {
  return {
    ...rule,
    resourceTypes: WORKLOAD_TYPES,
    check: (_config, resource) => {
      const workload = workloadOf(resource);
      if (workload.blocks.length === 0 && workload.unreadable === undefined) return NOT_APPLICABLE;
      const sight = new Sight();
      look(workload, sight);
      return verdict(distinct(sight.findings), sight.unknown ?? workload.unreadable);
    },
  };
}

/** A pod is looked at as a pod and as a block; what is wrong with it is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.path, finding])).values()];
}

/** Terraform takes `"true"` for true, and so does `set` of a chart. */
export function isTrue(value: unknown): boolean {
  return String(value) === "true";
}

export function isFalse(value: unknown): boolean {
  return String(value) === "false";
}
