import { terraformText } from "../../delivery/object-values";

/**
 * Programs of Google's Cloud Workflows as typed data. A program is written here, judged by tests that run it, and handed over as JSON, which
 * Workflows takes as it takes YAML. Strings of the form `${…}` are expressions.
 */
export interface WorkflowDefinition {
  readonly main: Subworkflow;
  readonly [subworkflow: string]: Subworkflow;
}

export interface Subworkflow {
  readonly params?: readonly string[];
  readonly steps: Steps;
}

/** One name each, with what the step does. */
export type Steps = readonly Readonly<Record<string, Step>>[];

export type Step =
  | { readonly assign: readonly Readonly<Record<string, Value>>[]; readonly next?: string }
  | {
      readonly call: string;
      readonly args?: Readonly<Record<string, Value>>;
      readonly result?: string;
      readonly next?: string;
    }
  | { readonly switch: readonly SwitchCase[]; readonly next?: string }
  | { readonly for: ForLoop; readonly next?: string }
  | TryStep
  | { readonly raise: Value }
  | { readonly return: Value }
  | { readonly next: string };

export interface SwitchCase {
  readonly condition: string;
  readonly next?: string;
  readonly steps?: Steps;
}

export interface ForLoop {
  readonly value: string;
  readonly index?: string;
  readonly in: Value;
  readonly steps: Steps;
}

export interface TryStep {
  readonly try:
    | { readonly steps: Steps }
    | { readonly call: string; readonly args?: Readonly<Record<string, Value>>; readonly result?: string };
  readonly retry?: Retry;
  readonly except?: { readonly as: string; readonly steps: Steps };
}

export interface Retry {
  readonly predicate: string;
  readonly max_retries: number;
  readonly backoff: { readonly initial_delay: number; readonly max_delay: number; readonly multiplier: number };
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/**
 * The program as Terraform hands it over: its expressions look like Terraform's own and are escaped. Values that only Terraform knows are given to
 * it as environment variables.
 */
export function workflowSource(definition: WorkflowDefinition): string {
  return terraformText(JSON.stringify(definition, null, 2));
}
