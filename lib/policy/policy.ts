import type { IConstruct } from "constructs";
import { Scoped } from "../core";
import { activeRules, type ActiveRule, type SeverityOverrides } from "./active-rules";
import { SHIPPED_PACKS } from "./shipped-packs";
import type { RulePack, Severity } from "./rule";

/** Which rules an environment is judged by, and what of it fails the synth. */
export interface PolicyConfig {
  /** Rule packs, shipped ones and users' own. @default - all that ship with the library */
  readonly packs?: readonly RulePack[];
  /** Severities by id of a rule or a pack, in place of the rules' own. @default {} */
  readonly severities?: SeverityOverrides;
  /** Violations of this severity and worse fail the synth; `none` reports only. @default "low" */
  readonly failAt?: Severity | "none";
}

const scoped = new Scoped<Policy>("policy");

/** The rules that hold in a scope. */
export class Policy {
  readonly rules: readonly ActiveRule[];
  readonly failAt: Severity | "none";

  /** @throws ConfigError for rules of one id, and severities that cannot be given */
  constructor(config: PolicyConfig = {}) {
    this.rules = activeRules(config.packs ?? SHIPPED_PACKS, config.severities);
    this.failAt = config.failAt ?? "low";
  }

  /** Sets the rules for `scope` and all below it: an app, or single stacks. Stacks of one `Policy` are judged together. */
  static on(scope: IConstruct, config: PolicyConfig | Policy): Policy {
    const policy = config instanceof Policy ? config : new Policy(config);
    scoped.set(scope, policy);
    return policy;
  }

  /** The rules that hold at `scope`: all that ship with the library where none were chosen. */
  static of(scope: IConstruct): Policy {
    return scoped.find(scope) ?? (shipped ??= new Policy());
  }
}

let shipped: Policy | undefined;
