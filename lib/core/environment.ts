import type { IConstruct } from "constructs";
import { Scoped } from "./scoped";

/** Where an environment lives: the few facts that most constructs need. Found through the scope. */
export interface EnvironmentFacts {
  /** Short name, e.g. `prod`; first part of most resource names. */
  readonly name: string;
  /** Google Cloud project id. May be a token in hand-composed stacks; names across stacks then hold that token. */
  readonly projectId: string;
  /** Google Cloud project number, as text. */
  readonly projectNumber: string;
  /** Region, e.g. `europe-west4`. */
  readonly region: string;
  /** Zones for nodes, each in the region. */
  readonly zones: readonly string[];
}

const scoped = new Scoped<EnvironmentFacts>("environment");

export const Environment = {
  /** Sets the environment of `scope` and all below it. */
  on(scope: IConstruct, facts: EnvironmentFacts): void {
    scoped.set(scope, facts);
  },

  /**
   * The environment that `scope` is in.
   * @throws ConfigError where none was set
   */
  of(scope: IConstruct): EnvironmentFacts {
    return scoped.require(scope, {
      code: "no-environment",
      path: "environment",
      message: "no project, region and zones hold here",
      fix: "put the construct in a PlatformStack, or call Environment.on(scope, {...}) above it",
    });
  },
};
