import { z } from "zod";
import { environmentSchema } from "./environment-config";

/** The JSON Schema (draft 07, which editors know best) of the environment file, as committed in `schema/environment.schema.json`. */
export function environmentJsonSchema(): string {
  const schema = z.toJSONSchema(environmentSchema, { io: "input", target: "draft-07" });
  return `${JSON.stringify({ title: "Environment of an AI platform", ...schema }, null, 2)}\n`;
}
