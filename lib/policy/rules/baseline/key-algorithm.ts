import { attributeRule } from "../../attribute-rule";
import { oneOf } from "../../values";

// Those that Google's constraint allows; without a template a key is symmetric.
const ALGORITHMS = [
  undefined,
  "GOOGLE_SYMMETRIC_ENCRYPTION",
  "RSA_SIGN_PSS_2048_SHA256",
  "RSA_SIGN_PSS_3072_SHA256",
  "RSA_SIGN_PSS_4096_SHA256",
  "RSA_DECRYPT_OAEP_2048_SHA256",
  "RSA_DECRYPT_OAEP_4096_SHA256",
  "RSA_DECRYPT_OAEP_2048_SHA1",
  "RSA_DECRYPT_OAEP_4096_SHA1",
];

export const keyAlgorithm = attributeRule({
  id: "custom.cloudkmsAllowedAlgorithms",
  title: "Keys use a reviewed algorithm",
  severity: "medium",
  rationale: "Weak or odd algorithms cannot be changed later without a new key.",
  fix: "leave version_template.algorithm out, or use GOOGLE_SYMMETRIC_ENCRYPTION",
  controls: [{ framework: "Google hardened", id: "custom.cloudkmsAllowedAlgorithms" }],
  requires: { google_kms_crypto_key: { "version_template.algorithm": oneOf(...ALGORITHMS) } },
});
