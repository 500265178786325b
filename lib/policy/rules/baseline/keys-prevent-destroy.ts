import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const keysPreventDestroy = attributeRule({
  id: "baseline.keysPreventDestroy",
  title: "Keys cannot be destroyed by Terraform",
  severity: "critical",
  rationale: "With a destroyed key everything that was encrypted with it is lost, backups too.",
  fix: "set lifecycle.prevent_destroy to true",
  controls: [{ framework: "ISO 42001", id: "A.7" }],
  requires: {
    google_kms_crypto_key: { "lifecycle.prevent_destroy": is(true) },
    google_kms_key_ring: { "lifecycle.prevent_destroy": is(true) },
  },
});
