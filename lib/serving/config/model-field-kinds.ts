import { z } from "zod";
import { explained, known } from "../../core";

/** Marks a field that decides what the pods of a model look like and whether they fit. */
export function shapes<S extends z.ZodType>(schema: S): S {
  return known(schema, "the model's pods and the checks whether they fit follow from it");
}

/** Why a list or a map cannot be a token: CDKTF has none inside of a text. */
export const WRITTEN_OUT = "its items are written into the pods one by one";

/** A Kubernetes label value that is not empty. */
export function labelValue(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
        .describe(what),
      "1 to 63 letters, digits, -, _ or ., starting and ending with a letter or digit",
    ),
    "it becomes a label",
  );
}

/** A container image, by what it holds. */
export function imageField(what: string) {
  return explained(
    z
      .string()
      .regex(/^[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$/)
      .describe(what),
    "REGISTRY/IMAGE@sha256:… with 64 hexadecimal digits",
    "name the image by what it holds: gcloud artifacts docker images describe REGISTRY/IMAGE:TAG --format='value(image_summary.digest)' prints the digest (crane digest REGISTRY/IMAGE:TAG for other registries); write REGISTRY/IMAGE@DIGEST",
  );
}

/** A folder of a bucket that holds one model. */
export function sourceField(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](\/[^/\s"'\\]+)+$/)
        .describe(what),
      "gs://BUCKET/PATH without a slash at its end",
      "give the folder that holds exactly this model: whoever runs it may read all below it, and nothing else",
    ),
    "the right to read it is given on exactly this path",
  );
}
