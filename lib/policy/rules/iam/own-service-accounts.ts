import { attributeRule } from "../../attribute-rule";
import { isDedicatedAccount } from "../dedicated-account";

// Nodes have a rule of Google's: container.managed.disallowDefaultComputeServiceAccount.
export const ownServiceAccounts = attributeRule({
  id: "iam.ownServiceAccounts",
  title: "What runs has a service account of its own",
  severity: "high",
  rationale:
    "Without one it runs as the project's default account, which all others share and which often may edit everything.",
  fix: "make a service account for it, give that the rights it needs, and set it here",
  controls: [{ framework: "CIS GCP 4.0.0", id: "4.1" }],
  requires: {
    google_cloud_run_v2_job: { "template.template.service_account": isDedicatedAccount },
    google_cloud_run_v2_service: { "template.service_account": isDedicatedAccount },
    google_cloudfunctions2_function: { "service_config.service_account_email": isDedicatedAccount },
    google_compute_instance: { "service_account.email": isDedicatedAccount },
    google_workflows_workflow: { service_account: isDedicatedAccount },
  },
});
