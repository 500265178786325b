import { z } from "zod";
import { assertSchema, explained, known, useNearest, type Failure } from "../../core";

/** Who may stop models at once, without Terraform and without asking anybody. */
export interface BreakGlassConfig {
  /** Google group of those who are on call. Stopping is the safe direction, so nobody has to agree; every use is in the audit log. */
  readonly group: string;
}

/** What is stopped, and who decides that. */
export interface KillSwitchConfig {
  /** Names of models that are stopped: nobody reaches them and they have no replicas. `*` stops all. @default [] */
  readonly stopped?: readonly string[];
  /** Who decides about a stop and its end: a team or role, as a label value. */
  readonly owner: string;
  /** Who may stop models without Terraform. @default - nobody: a stop is a change of this file */
  readonly breakGlass?: BreakGlassConfig;
}

/** Stops every model of an environment. */
export const EVERY_MODEL = "*";

const CHANGES = "each stopped model changes its rule at the edge and its release";

export const killSwitchSchema = z.strictObject({
  stopped: known(
    z
      .array(
        known(
          explained(
            z.string().regex(/^(\*|[a-z]([-a-z0-9]{0,38}[a-z0-9])?)$/),
            "names of models, or * for all of them",
          ),
          CHANGES,
        ),
      )
      .describe("Names of models that are stopped; * stops all"),
    CHANGES,
  ).default([]),
  owner: known(
    explained(
      z
        .string()
        .regex(/^[a-z0-9_-]{1,63}$/)
        .describe("Who decides about a stop and its end"),
      "1 to 63 lower-case letters, digits, - or _",
      "name the team or role that answers for a stop; a stop without an owner is never lifted",
    ),
    "it becomes a label",
  ),
  breakGlass: z
    .strictObject({
      group: known(z.email().describe("Google group of those who are on call"), "rights are given to it"),
    })
    .describe("Who may stop models without Terraform")
    .optional(),
});

assertSchema<KillSwitchConfig, typeof killSwitchSchema>(true);

export type KillSwitchValues = z.output<typeof killSwitchSchema>;

/** True where a model is stopped, by its name or with all others. */
export function isStopped(stopped: readonly string[], model: string): boolean {
  return stopped.includes(EVERY_MODEL) || stopped.includes(model);
}

/** Names of models to stop that no model has: a typing error would leave the model running that somebody wants stopped. */
export function stopFailures(stopped: readonly string[], models: readonly string[], path = "serving"): Failure[] {
  return stopped.flatMap((name, index): Failure[] => {
    if (name === EVERY_MODEL || models.includes(name)) return [];
    return [
      {
        code: "unknown-model",
        path: [path, `stopped[${index}]`].filter(Boolean).join("."),
        message: "is not the name of a model of this environment: nothing would be stopped",
        got: name,
        allowed: [...models, EVERY_MODEL].join(", "),
        fix: useNearest(name, models, "name a model, or * for all of them"),
      },
    ];
  });
}
