import { isLate, type Block } from "../../../core";
import type { Finding, Rule } from "../../rule";
import { verdict } from "../../values";

// One version, or patches of one.
const PINNED = /^(=\s*)?\d+\.\d+\.\d+(-[\w.]+)?$|^~>\s*\d+\.\d+\.\d+$/;

export const providersPinned: Rule = {
  id: "baseline.providersPinned",
  title: "Providers are pinned, and named with their namespace",
  severity: "medium",
  rationale:
    "An open version plans differently from one day to the next, and a bare name is another address to Terraform than to OpenTofu.",
  fix: "give every provider a source like hashicorp/google and one version (patches of one: ~> 6.50.0)",
  controls: [],
  resourceTypes: ["terraform"],
  check: (config) => {
    const providers = Object.entries((config["required_providers"] ?? {}) as Record<string, unknown>);
    return verdict(
      providers.flatMap(([name, provider]) => findingsOf(`required_providers.${name}`, asBlock(provider))),
    );
  },
};

// The short form gives the version only.
function asBlock(provider: unknown): Block {
  return typeof provider === "object" && provider !== null ? (provider as Block) : { version: provider };
}

function findingsOf(path: string, { source, version }: Block): Finding[] {
  const findings: Finding[] = [];
  if (typeof source !== "string" || !source.includes("/")) {
    findings.push({ path: `${path}.source`, found: source, expected: "<namespace>/<name>" });
  }
  if (typeof version !== "string" || isLate(version) || !PINNED.test(version.trim())) {
    findings.push({ path: `${path}.version`, found: version, expected: "one version, or ~> with three numbers" });
  }
  return findings;
}
