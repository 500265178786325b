import { Construct } from "constructs";
import { GpuBudget } from "../../lib/cluster/gpu-budget";
import { NodePool } from "../../lib/cluster/node-pool";
import { l4, poolOf, synthesized } from "./pools";

it("a GPU pool is refused where no budget holds", () => {
  expect(() => poolOf(l4(), { maxGpus: null })).toThrow(
    /provisioning\.maxNodes: no GPU budget holds here \[no-gpu-budget\]\n.*got: +"3 GPUs"/,
  );
});

it("a CPU or TPU pool needs no budget", () => {
  poolOf(l4({ machine: "e2-standard-4" }), { maxGpus: null });
  poolOf(l4({ machine: "ct5lp-hightpu-1t" }), { maxGpus: null });
});

it("pools up to the budget pass, and the one beyond it is refused with the sum", () => {
  synthesized(
    (stack) => {
      new NodePool(
        stack,
        "a",
        l4({ name: "a", machine: "g2-standard-48", provisioning: { model: "spot", maxNodes: 2 } }),
      );
      new NodePool(stack, "b", l4({ name: "b", provisioning: { model: "on-demand", maxNodes: 2 } }));
      expect(GpuBudget.of(stack)!.claimed).toBe(10);
      expect(
        () => new NodePool(stack, "c", l4({ name: "c", provisioning: { model: "on-demand", maxNodes: 1 } })),
      ).toThrow(
        new RegExp(
          "exceeds the GPU budget: 8 of prod-cluster/a \\+ 2 of prod-cluster/b \\+ 1 of prod-cluster/c = 11 \\[gpu-budget-exceeded\\]\n" +
            '.*got: +"1 GPUs at most"\n.*allowed: 10 GPUs in total, 0 of them free\n.*fix: +lower maxNodes of a pool, or raise the budget to 11',
        ),
      );
    },
    { maxGpus: 10 },
  );
});

it("a part of a GPU counts as one", () => {
  synthesized((stack) => {
    const version = "1.34.5-gke.1153000";
    const cluster = { ...l4().cluster, version };
    const pool = new NodePool(
      stack,
      "g4",
      l4({ name: "g4", machine: "g4-standard-6", provisioning: { model: "spot", minNodes: 1, maxNodes: 5 }, cluster }),
    );
    expect(pool.gpus).toEqual({ min: 1, max: 5 });
    expect(GpuBudget.of(stack)!.claimed).toBe(5);
  });
});

it("the nearest budget is the one that counts", () => {
  synthesized(
    (stack) => {
      const team = new Construct(stack, "team");
      GpuBudget.on(team, 2);
      expect(() => new NodePool(team, "pool", l4())).toThrow("2 GPUs in total");
      new NodePool(stack, "pool", l4());
      expect(GpuBudget.of(team)!.claimed).toBe(0);
      expect(GpuBudget.of(stack)!.claimed).toBe(3);
    },
    { maxGpus: 3 },
  );
});
