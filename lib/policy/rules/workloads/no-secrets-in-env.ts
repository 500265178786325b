import type { Block } from "../../../core";
import { WITHHELD, isSecretInClear } from "../data-protection/secrets";
import { workloadRule } from "./workload-rule";
// Charts take variables as a list of names and values, or as a map.
const VARIABLES = /\.(\w*[eE]nv(Vars?)?)$/;

/** Names of what is a secret: a variable with name and value, an entry of a map of variables, or a text that cannot be anything else. */
function secretsIn(path: string, block: Block): string[] {
  if ("name" in block && "value" in block)
    return isSecretInClear(block["name"], block["value"]) ? [String(block["name"])] : [];
  return Object.entries(block)
    .filter(([name, value]) => isSecretInClear(VARIABLES.test(path) ? name : "", value))
    .map(([name]) => name);
}

export const noSecretsInEnv = workloadRule({
  id: "workloads.noSecretsInEnv",
  title: "No secret stands in a variable",
  severity: "critical",
  rationale: "It is in Terraform, in its state, in the release and in every pod that is described.",
  fix: "use valueFrom.secretKeyRef, or mount the secret with the Secret Manager driver",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.17" },
    { framework: "CIS GKE 1.4", id: "4.4.1" },
  ],
  look: ({ blocks }, sight) => {
    for (const { path, block } of blocks) {
      for (const name of secretsIn(path, block)) {
        sight.findings.push({ path: `${path}.${name}`, found: WITHHELD, expected: "valueFrom.secretKeyRef" });
      }
    }
  },
});
