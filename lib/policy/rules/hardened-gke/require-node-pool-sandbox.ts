import type { Rule } from "../../rule";
import { isPresent, judgeValues } from "../../values";

export const requireNodePoolSandbox: Rule = {
  id: "custom.gkeRequireNodePoolSandbox",
  title: "Pods run in GKE Sandbox",
  severity: "low",
  rationale: "gVisor stands between a pod and the kernel that all pods of a node share.",
  fix: "set node_config.sandbox_config",
  controls: [{ framework: "Google hardened", id: "custom.gkeRequireNodePoolSandbox" }],
  resourceTypes: ["google_container_node_pool"],
  // Google's condition spares the pool that a cluster is made with.
  check: (config) =>
    /default-pool/.test(String(config["name"]))
      ? { status: "not-applicable" }
      : judgeValues(config, { "node_config.sandbox_config": isPresent }),
};
