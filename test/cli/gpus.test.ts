import { gpusOf } from "../../lib/cli/summary";
import type { Block } from "../../lib/core";
import { example, synthesizeEnvironment, synthesizeExample } from "../stacks/examples";

function pools(...configs: readonly Block[]) {
  return gpusOf({ resource: { google_container_node_pool: Object.fromEntries(configs.map((c, i) => [`p${i}`, c])) } });
}

const scaling = (min: number, max: number) => ({ total_min_node_count: min, total_max_node_count: max });

describe("GPUs of a stack", () => {
  test.each([
    ["dev", 0, 2],
    ["staging", 0, 20],
    ["prod", 6, 64],
  ])("%s: its pools may have %d to %d, never more than the budget", (name, min, max) => {
    const found = gpusOf(synthesizeExample(name).stack(`${name}-cluster`).json);
    expect(found).toEqual({ min, max });
    expect(found.max).toBeLessThanOrEqual(example(name).gpuBudget!);
  });

  test("follow the pool's bounds", () => {
    const config = example("dev") as any;
    config.gpuBudget = 12;
    config.cluster.pools[1].machine = "g2-standard-24";
    config.cluster.pools[1].provisioning = { model: "on-demand", minNodes: 1, maxNodes: 6 };
    expect(gpusOf(synthesizeEnvironment(config).stack("dev-cluster").json)).toEqual({ min: 2, max: 12 });
  });

  test("add up over pools; a pool without accelerators adds none", () => {
    expect(
      pools(
        { autoscaling: scaling(1, 3), node_config: { guest_accelerator: [{ type: "nvidia-l4", count: 4 }] } },
        { autoscaling: scaling(0, 2), node_config: { guest_accelerator: { type: "nvidia-h100-80gb", count: 8 } } },
        { autoscaling: scaling(5, 9), node_config: { machine_type: "n2-standard-8" } },
      ),
    ).toEqual({ min: 4, max: 28 });
  });

  test("are none in a stack without pools", () => {
    expect(gpusOf({})).toEqual({ min: 0, max: 0 });
  });
});
