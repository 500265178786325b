import type { Finding, Rule } from "../../rule";
import { verdict } from "../../values";

export const noProvisioners: Rule = {
  id: "baseline.noProvisioners",
  title: "Nothing runs commands while Terraform applies",
  severity: "critical",
  rationale:
    "A provisioner runs with the rights of the deployer, is in no plan, and leaves nothing that can be reviewed or undone.",
  fix: "remove the provisioner; use a resource, a Kubernetes job or a start-up script",
  controls: [],
  resourceTypes: ["*"],
  nonNegotiable: true,
  check: (config) => {
    const findings = ["provisioner", "connection"]
      .filter((path) => config[path] !== undefined)
      .map((path): Finding => ({ path, found: kindsOf(config[path]), expected: "nothing" }));
    return verdict(findings);
  },
};

// The names only: what is run may hold a secret.
function kindsOf(value: unknown): readonly string[] {
  const blocks = (Array.isArray(value) ? value : [value]) as unknown[];
  return blocks.flatMap((block) => (typeof block === "object" && block !== null ? Object.keys(block).sort() : []));
}
