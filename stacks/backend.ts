import { z } from "zod";
import { assertSchema, explained, known } from "../lib/core";

/** Where Terraform keeps state: a Cloud Storage bucket, or a file for trying things out. */
export type StateConfig =
  | {
      readonly backend: "gcs";
      /** Bucket for state: versioned, CMEK, made before the platform (it cannot hold its own state). */
      readonly bucket: string;
      /** Folder in the bucket. @default - the environment's name */
      readonly prefix?: string;
    }
  | { readonly backend: "local" };

export const stateSchema = z.discriminatedUnion("backend", [
  z.strictObject({
    backend: z.literal("gcs").describe("A Cloud Storage bucket"),
    bucket: known(
      explained(
        z
          .string()
          .regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/)
          .describe("Bucket for Terraform state; it exists before the platform"),
        "3 to 63 lowercase letters, digits, -, _ or .",
      ),
      "Terraform reads the backend before any value exists",
    ),
    prefix: known(
      z.string().min(1).describe("Folder in the bucket; default: the environment's name").optional(),
      "Terraform reads the backend before any value exists",
    ),
  }),
  z.strictObject({ backend: z.literal("local").describe("A file beside the output folder, for trying things out") }),
]);

assertSchema<StateConfig, typeof stateSchema>(true);
