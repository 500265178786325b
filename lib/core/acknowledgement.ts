import type { IConstruct } from "constructs";
import { Scoped } from "./scoped";

/** A rule that a construct does not meet, named where it is broken, with the reason. Every report lists it. */
export interface Acknowledgement {
  /** Id of the rule, e.g. `custom.gkeRequireNodePoolAutoRepair`. */
  readonly rule: string;
  /** Why it cannot be met, at least 20 characters. */
  readonly reason: string;
  /** What would end it, e.g. `google provider 7.22 (sandbox_config)`. */
  readonly until: string;
  /** Where the reason is documented. */
  readonly source: string;
}

const scoped = new Scoped<readonly Acknowledgement[]>("acknowledgements");

/** Names a rule that `construct`, and what is below it, does not meet. */
export function acknowledge(construct: IConstruct, acknowledgement: Acknowledgement): void {
  scoped.set(construct, [...(scoped.own(construct) ?? []), acknowledgement]);
}

/** The acknowledgements in `scope` and below, each with the construct it was made on, in tree order. */
export function acknowledgements(
  scope: IConstruct,
): readonly { readonly construct: IConstruct; readonly acknowledgement: Acknowledgement }[] {
  return scope.node
    .findAll()
    .flatMap((construct) => (scoped.own(construct) ?? []).map((acknowledgement) => ({ construct, acknowledgement })));
}

/** The acknowledgements that hold at `construct`: its own and those above it. */
export function acknowledgementsAt(construct: IConstruct): readonly Acknowledgement[] {
  return scoped.all(construct).flat();
}
