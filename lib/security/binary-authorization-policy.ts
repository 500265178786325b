import { BinaryAuthorizationPolicy as GoogleBinaryAuthorizationPolicy } from "@cdktf/provider-google/lib/binary-authorization-policy";
import { Construct } from "constructs";
import { z } from "zod";
import { Environment, assertSchema, explained, known, parseProps, type RegistryRef, type Tokenable } from "../core";

export interface BinaryAuthorizationConfig {
  /** What happens to an image that the policy does not allow: `audit` only writes it to the audit log. @default "enforce" */
  readonly enforcement?: "enforce" | "audit";
  /**
   * Attestors, all of which must have signed an image. With any, images of the platform's registries must be signed too: an image that is
   * allowed by its place is never asked for a signature.
   * @default []
   */
  readonly attestors?: readonly string[];
  /** Further images that may run unsigned, e.g. `nvcr.io/nvidia/**`. @default [] */
  readonly allowedImages?: readonly string[];
}

export const binaryAuthorizationSchema = z.strictObject({
  enforcement: known(
    z.enum(["enforce", "audit"]).describe("What happens to an image that the policy does not allow"),
    "it is converted to the API's word",
  ).default("enforce"),
  attestors: known(
    z
      .array(
        explained(
          z.string().regex(/^projects\/[^/]+\/attestors\/[^/]+$/),
          "projects/P/attestors/A",
          "give the attestor's full name",
        ),
      )
      .describe("Attestors, all of which must have signed an image"),
    "whether there are any decides what is asked of an image",
  ).default([]),
  allowedImages: known(
    z
      .array(
        explained(
          z.string().regex(/^[^*\s]+\/[^*\s]*\*{0,2}$/),
          "an image path, with * or ** only at its end",
          "name the registry and path; a bare * would allow everything",
        ),
      )
      .describe("Further images that may run unsigned"),
    "one pattern is written for each",
  ).default([]),
});

assertSchema<BinaryAuthorizationConfig, typeof binaryAuthorizationSchema>(true);

export type BinaryAuthorizationProps = Tokenable<BinaryAuthorizationConfig> & {
  /** Registries whose images may run: the platform's own and its mirrors. */
  readonly registries: readonly RegistryRef[];
};

/** Which images the clusters of a project may run: those of the platform's registries and Google's system images, nothing else. */
export class BinaryAuthorizationPolicy extends Construct {
  readonly resources: { readonly policy: GoogleBinaryAuthorizationPolicy };

  constructor(scope: Construct, id: string, props: BinaryAuthorizationProps) {
    super(scope, id);
    const { registries, ...plain } = props;
    const config = parseProps(this, "BinaryAuthorizationPolicy", binaryAuthorizationSchema, plain);
    const signed = config.attestors.length > 0;
    const ours = signed ? [] : registries.map(({ url }) => `${url}/**`);
    const policy = new GoogleBinaryAuthorizationPolicy(this, "policy", {
      project: Environment.of(this).projectId,
      description: "Only images of the platform's registries and Google's system images",
      globalPolicyEvaluationMode: "ENABLE",
      admissionWhitelistPatterns: [...ours, ...config.allowedImages].map((namePattern) => ({ namePattern })),
      defaultAdmissionRule: {
        evaluationMode: signed ? "REQUIRE_ATTESTATION" : "ALWAYS_DENY",
        enforcementMode: config.enforcement === "enforce" ? "ENFORCED_BLOCK_AND_AUDIT_LOG" : "DRYRUN_AUDIT_LOG_ONLY",
        ...(signed ? { requireAttestationsBy: config.attestors } : {}),
      },
    });
    this.resources = { policy };
  }
}
