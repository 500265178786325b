import { z } from "zod";
import { assertSchema } from "../lib/core";
import { SEVERITIES, SHIPPED_PACKS, type PolicyConfig, type Severity } from "../lib/policy";

/** Which of the shipped rules judge an environment, and what fails the synth. Packs of your own are set in code, with `Policy.on`. */
export interface PolicySection {
  /** Ids of rule packs. @default - all that ship with the library */
  readonly packs?: readonly string[];
  /** Severities by id of a rule or a pack, in place of the rules' own. @default {} */
  readonly severities?: Readonly<Record<string, Severity>>;
  /** Violations of this severity and worse fail the synth; `none` reports only. @default "low" */
  readonly failAt?: Severity | "none";
}

const PACK_IDS = SHIPPED_PACKS.map(({ id }) => id);

export const policySectionSchema = z.strictObject({
  packs: z.array(z.enum(PACK_IDS)).min(1).describe("Rule packs; default: all that ship with the library").optional(),
  severities: z
    .record(z.string().min(1), z.enum(SEVERITIES))
    .describe("Severities by id of a rule or a pack")
    .default({}),
  failAt: z
    .enum([...SEVERITIES, "none"])
    .describe("Violations of this severity and worse fail the synth")
    .default("low"),
});

assertSchema<PolicySection, typeof policySectionSchema>(true);

/** The section with its packs in place of their ids. */
export function policyConfigOf({ packs, ...rest }: PolicySection): PolicyConfig {
  return packs === undefined ? rest : { ...rest, packs: SHIPPED_PACKS.filter(({ id }) => packs.includes(id)) };
}
