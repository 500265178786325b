import type { IConstruct } from "constructs";
import { Scoped, type Failure } from "../core";

interface Claim {
  readonly path: string;
  readonly gpus: number;
}

const scoped = new Scoped<GpuBudget>("gpu-budget");

/**
 * The most GPUs that the node pools of a scope may have together, so that no autoscaler spends more than was agreed. Every
 * pool counts the maximum of its autoscaling; a part of a GPU counts as one. A pool counts against the nearest budget only.
 * Nodes that an upgrade adds for a while (`maxSurge`, blue-green) are not counted.
 */
export class GpuBudget {
  private readonly claims: Claim[] = [];

  private constructor(
    /** Most GPUs in total. */
    readonly maxGpus: number,
  ) {}

  /** Sets the budget of `scope` and all below it. */
  static on(scope: IConstruct, maxGpus: number): GpuBudget {
    const budget = new GpuBudget(maxGpus);
    scoped.set(scope, budget);
    return budget;
  }

  /** The budget that holds at `scope`, if one was set. */
  static of(scope: IConstruct): GpuBudget | undefined {
    return scoped.find(scope);
  }

  /** Why the pool at `scope` may not have up to `gpus` GPUs, or undefined where it may. */
  static failureFor(scope: IConstruct, path: string, gpus: number): Failure | undefined {
    if (gpus === 0) return undefined;
    const budget = GpuBudget.of(scope);
    if (budget) return budget.failureFor(scope, path, gpus);
    return {
      code: "no-gpu-budget",
      path,
      message: "no GPU budget holds here",
      got: `${gpus} GPUs`,
      fix: "set the environment's GPU budget, or call GpuBudget.on(scope, maxGpus) above the pool",
    };
  }

  /** Counts the GPUs of the pool at `scope` against the budget that holds there. */
  static claim(scope: IConstruct, gpus: number): void {
    if (gpus > 0) GpuBudget.of(scope)?.claims.push({ path: scope.node.path, gpus });
  }

  /** GPUs of the pools counted so far. */
  get claimed(): number {
    return this.claims.reduce((sum, claim) => sum + claim.gpus, 0);
  }

  private failureFor(scope: IConstruct, path: string, gpus: number): Failure | undefined {
    const total = this.claimed + gpus;
    if (total <= this.maxGpus) return undefined;
    const sum = [...this.claims, { path: scope.node.path, gpus }].map((c) => `${c.gpus} of ${c.path}`).join(" + ");
    return {
      code: "gpu-budget-exceeded",
      path,
      message: `exceeds the GPU budget: ${sum} = ${total}`,
      got: `${gpus} GPUs at most`,
      allowed: `${this.maxGpus} GPUs in total, ${Math.max(0, this.maxGpus - this.claimed)} of them free`,
      fix: `lower maxNodes of a pool, or raise the budget to ${total}`,
    };
  }
}
