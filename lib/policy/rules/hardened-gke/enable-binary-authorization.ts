import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const enableBinaryAuthorization = attributeRule({
  id: "container.managed.enableBinaryAuthorization",
  title: "Images are admitted by the Binary Authorization policy",
  severity: "high",
  rationale: "Without it any image from anywhere starts.",
  fix: "set binary_authorization.evaluation_mode to PROJECT_SINGLETON_POLICY_ENFORCE",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableBinaryAuthorization" },
    { framework: "CIS GKE 1.4", id: "5.10.5" },
  ],
  requires: {
    google_container_cluster: { "binary_authorization.evaluation_mode": is("PROJECT_SINGLETON_POLICY_ENFORCE") },
  },
});
