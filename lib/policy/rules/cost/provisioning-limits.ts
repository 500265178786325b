import type { Rule } from "../../rule";
import { isLate } from "../../../core";
import { blocksAt, NOT_APPLICABLE, valueAt, verdict } from "../../values";
// A million cores or gigabytes: more is no limit.
const MAX_LIMIT = 1_000_000;

export const provisioningLimits: Rule = {
  id: "cost.provisioningLimits",
  title: "Node auto-provisioning has limits",
  severity: "high",
  rationale: "It makes node pools of any machine that a pod asks for.",
  fix: "set resource_limits for cpu and memory, and a maximum for every GPU that it may make",
  controls: [{ framework: "ISO 42001", id: "A.4.5" }],
  resourceTypes: ["google_container_cluster"],
  check: (config) => {
    const enabled = valueAt(config, "cluster_autoscaling.enabled");
    if (isLate(enabled)) return { status: "unknown", path: "cluster_autoscaling.enabled" };
    if (String(enabled) !== "true") return NOT_APPLICABLE;
    const path = "cluster_autoscaling.resource_limits";
    if (isLate(valueAt(config, path))) return { status: "unknown", path };
    const limits = blocksAt(config, path);
    const missing = ["cpu", "memory"].filter((kind) => !limits.some(({ resource_type: type }) => type === kind));
    const endless = limits.filter(({ maximum }) => !isLate(maximum) && !(Number(maximum) <= MAX_LIMIT));
    return verdict(
      [
        ...missing.map((kind) => ({ path, expected: `a limit of ${kind}` })),
        ...endless.map((limit) => ({
          path: `${path}.${String(limit["resource_type"])}`,
          found: limit["maximum"],
          expected: `a maximum of at most ${MAX_LIMIT}`,
        })),
      ],
      limits.some(({ maximum }) => isLate(maximum)) ? path : undefined,
    );
  },
};
