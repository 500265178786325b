import type { Rule } from "../../rule";
import { NOT_APPLICABLE, verdict } from "../../values";
import { maxGpus } from "./fleet";

/** Label that gives the most GPUs of a stack. Where it is absent, no budget is judged. */
export const BUDGET_LABEL = "gpu-budget";

export const gpuBudget: Rule = {
  id: "cost.gpuBudget",
  title: "Node pools stay within the GPU budget",
  severity: "high",
  rationale: "Each pool may be right, and all together more than was agreed.",
  fix: "lower the maximum of a pool, or have a larger budget agreed and set it",
  controls: [{ framework: "ISO 42001", id: "A.4.5" }],
  resourceTypes: ["google_container_node_pool"],
  check: (config, _resource, { graph, labels }) => {
    const budget = Number(labels[BUDGET_LABEL] ?? NaN);
    const own = maxGpus(config);
    if (Number.isNaN(budget) || own === 0) return NOT_APPLICABLE;
    const pools = graph.resources.filter(({ type }) => type === "google_container_node_pool");
    const known = pools.map((pool) => maxGpus(pool.config)).filter((gpus) => gpus !== "unknown");
    const total = known.reduce((sum, gpus) => sum + gpus, 0);
    const expected = `at most ${budget} GPUs in all pools of the stack`;
    return verdict(
      total > budget ? [{ path: "autoscaling", found: `${total} GPUs`, expected }] : [],
      known.length < pools.length ? "autoscaling" : undefined,
    );
  },
};
