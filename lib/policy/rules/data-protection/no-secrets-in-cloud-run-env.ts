import type { Rule } from "../../rule";
import { isLate } from "../../../core";
import { WITHHELD, isSecretInClear } from "./secrets";
import { blocksAt, valueAt, verdict } from "../../values";

export const noSecretsInCloudRunEnv: Rule = {
  id: "data-protection.noSecretsInCloudRunEnv",
  title: "Cloud Run reads secrets from Secret Manager",
  severity: "critical",
  rationale: "A variable in clear is in Terraform, in its state, in every revision and in the console.",
  fix: "use value_source.secret_key_ref",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.17" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  resourceTypes: ["google_cloud_run_v2_service", "google_cloud_run_v2_job", "google_cloud_run_v2_worker_pool"],
  check: (config, { type }) => {
    const path = type === "google_cloud_run_v2_job" ? "template.template.containers.env" : "template.containers.env";
    const variables = blocksAt(config, path);
    if (variables.length === 0 && valueAt(config, path) !== undefined) return { status: "unknown", path };
    const secrets = variables.filter(({ name, value }) => isSecretInClear(name, value));
    return verdict(
      secrets.map(({ name }) => ({
        path: `${path}.${String(name)}`,
        found: WITHHELD,
        expected: "value_source.secret_key_ref",
      })),
      variables.some(({ name }) => isLate(name)) ? path : undefined,
    );
  },
};
