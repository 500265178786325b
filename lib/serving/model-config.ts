import { z } from "zod";

/** Stands in for the schema of a model until it is written. */
export const modelSchema = z.strictObject({});
