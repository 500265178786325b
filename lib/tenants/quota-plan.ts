import { MACHINES } from "../catalog/machines";
import type { NodePoolRef } from "../cluster";
import { isLate, useNearest, type Failure } from "../core";
import { capacityOf, minus, partOf, type Amounts, type PoolCapacity } from "./pool-capacity";
import type { ComputeQueuesValues } from "./queues-config";

/** Who gets how much of one pool. */
export interface PoolPlan {
  readonly pool: NodePoolRef;
  readonly total: Amounts;
  /** What model servers can always have. */
  readonly serving: Amounts;
  /** By team: what its jobs can always have, and how much they may borrow besides. */
  readonly batch: ReadonlyMap<string, { readonly guaranteed: Amounts; readonly borrowed: Amounts }>;
  /** What nobody is guaranteed, and whoever borrows can have. */
  readonly common: Amounts;
  /** Whether jobs are placed by the network between nodes. */
  readonly byTopology: boolean;
}

/** Quotas of all queues, or why they cannot be. Pools without accelerators come first. */
export function planQuotas(
  { teams, queues }: ComputeQueuesValues,
  pools: readonly NodePoolRef[],
): { readonly plan: readonly PoolPlan[]; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [...unknownPools(teams, queues, pools)];
  const shared = pools.filter(({ pool, accelerator }) => queues.pools?.includes(pool) ?? accelerator !== undefined);
  if (shared.length === 0 && failures.length === 0) failures.push(nothingToShare(pools));
  const capacities = [...shared].map(capacityOf).sort((a, b) => rank(a) - rank(b));
  failures.push(...teams.flatMap((team, index) => beyondQuota(team, `teams[${index}]`, capacities)));
  const plan = capacities.map((capacity) => planPool({ teams, queues }, capacity, failures));
  return { plan, failures };
}

function rank({ unit }: PoolCapacity): number {
  return unit === "vCPUs" ? 0 : 1;
}

function planPool({ teams, queues }: ComputeQueuesValues, capacity: PoolCapacity, failures: Failure[]): PoolPlan {
  const { pool, units, total } = capacity;
  const name = pool.pool;
  const sure = teams.map(({ batch }) => batch.guaranteed[name] ?? 0);
  const forTeams = sure.reduce((sum, part) => sum + part, 0);
  // Who names some pools means those: on the others only batch work runs, and it should have all of them.
  const isForBatch = pool.model === "queued" || Object.keys(queues.serving).length > 0;
  const serving = queues.serving[name] ?? (isForBatch ? 0 : Math.max(0, units - forTeams));
  failures.push(...poolFailures({ teams, queues }, capacity, sure, serving));
  const guaranteed = sure.map((part) => partOf(capacity, part));
  const servingAmounts = partOf(capacity, serving);
  return {
    pool,
    total,
    serving: servingAmounts,
    batch: new Map(
      teams.map((team, index) => {
        const most = team.batch.atMost[name];
        const ceiling = most === undefined ? total : partOf(capacity, most);
        return [team.name, { guaranteed: guaranteed[index]!, borrowed: minus(ceiling, guaranteed[index]!) }];
      }),
    ),
    common: minus(total, servingAmounts, ...guaranteed),
    byTopology: queues.topologyPools.includes(name),
  };
}

function poolFailures(
  { teams, queues }: ComputeQueuesValues,
  capacity: PoolCapacity,
  sure: readonly number[],
  serving: number,
): Failure[] {
  const { pool, unit, units } = capacity;
  const name = pool.pool;
  const found: Failure[] = [];
  const parts = [
    ...(serving > 0 ? [{ part: serving, of: "real time", path: `queues.serving.${name}` }] : []),
    ...teams.flatMap((team, index) =>
      sure[index]! > 0 ? [{ part: sure[index]!, of: team.name, path: `teams[${index}].batch.guaranteed.${name}` }] : [],
    ),
  ];
  const sum = parts.reduce((total, { part }) => total + part, 0);
  if (sum > units) {
    found.push({
      code: "quota-exceeds-pool",
      path: (queues.serving[name] === undefined ? parts.at(-1)! : parts[0]!).path,
      message: `exceeds what pool ${name} has: ${parts.map(({ part, of }) => `${part} of ${of}`).join(" + ")} = ${sum}`,
      got: `${sum} ${unit}`,
      allowed: `${units} ${unit} (${pool.maxNodes} nodes × ${format(units / pool.maxNodes)})`,
      fix: `guarantee ${sum - units} less, or raise maxNodes of the pool`,
    });
  }
  for (const [index, team] of teams.entries()) {
    const most = team.batch.atMost[name] ?? 0;
    if (most <= units) continue;
    found.push({
      code: "out-of-range",
      path: `teams[${index}].batch.atMost.${name}`,
      message: `is more than pool ${name} has`,
      got: `${most} ${unit}`,
      allowed: `at most ${units} ${unit} (${pool.maxNodes} nodes × ${format(units / pool.maxNodes)})`,
      fix: `lower it to ${units} or leave it out, which means all of the pool`,
    });
  }
  if (pool.model === "queued" && serving > 0) {
    found.push({
      code: "serving-on-queued-pool",
      path: `queues.serving.${name}`,
      message: "is for model servers, but the pool's nodes come for one job, all together, and go with it",
      got: `${serving} ${unit}`,
      allowed: "0",
      fix: "serve from a pool that is provisioned otherwise, and leave this one to batch work",
    });
  }
  if (queues.topologyPools.includes(name)) found.push(...topologyFailures(pool, queues.topologyPools.indexOf(name)));
  return found;
}

function format(perNode: number): string {
  return Number.isInteger(perNode) ? String(perNode) : perNode.toFixed(2);
}

function topologyFailures(pool: NodePoolRef, index: number): Failure[] {
  const { machine, model, minNodes, maxNodes } = pool;
  const staysWhole = minNodes === maxNodes;
  if (MACHINES[machine]?.fabric && (model === "queued" || staysWhole)) return [];
  const why = MACHINES[machine]?.fabric
    ? `keeps ${minNodes} of its ${maxNodes} nodes: a job is placed on nodes that are there`
    : `is made of ${machine}, which has no network of its own between nodes`;
  return [
    {
      code: "no-topology",
      path: `queues.topologyPools[${index}]`,
      message: `names a pool that ${why}`,
      got: pool.pool,
      allowed: "pools of machines with GPUDirect or RDMA, queued or with minNodes = maxNodes",
      fix: "take the pool off the list: its jobs are then placed as others are",
    },
  ];
}

/** A guarantee that the namespace's own quota would never let the team use. */
function beyondQuota(
  { name, quota, batch }: ComputeQueuesValues["teams"][number],
  path: string,
  capacities: readonly PoolCapacity[],
): Failure[] {
  return (["gpus", "tpus"] as const).flatMap((field) => {
    const unit = field === "gpus" ? "GPUs" : "TPU chips";
    const parts = capacities
      .filter((capacity) => capacity.unit === unit && (batch.guaranteed[capacity.pool.pool] ?? 0) > 0)
      .map(({ pool }) => ({ pool: pool.pool, part: batch.guaranteed[pool.pool]! }));
    const sum = parts.reduce((total, { part }) => total + part, 0);
    if (sum <= quota[field]) return [];
    return [
      {
        code: "guarantee-exceeds-quota",
        path: `${path}.quota.${field}`,
        message: `is less than what ${name} is guaranteed: ${parts.map((p) => `${p.part} of ${p.pool}`).join(" + ")} = ${sum}`,
        got: quota[field],
        allowed: `at least ${sum}, and what its model servers ask for`,
        fix: `raise it to ${sum} or more, or guarantee less`,
      },
    ];
  });
}

function unknownPools(
  teams: ComputeQueuesValues["teams"],
  queues: ComputeQueuesValues["queues"],
  pools: readonly NodePoolRef[],
): Failure[] {
  const all = pools.map(({ pool }) => pool);
  const shared = queues.pools ?? pools.filter(({ accelerator }) => accelerator).map(({ pool }) => pool);
  const named = [
    ...(queues.pools ?? []).map((name, index) => ({ path: `queues.pools[${index}]`, name, known: all })),
    ...queues.topologyPools.map((name, index) => ({ path: `queues.topologyPools[${index}]`, name, known: shared })),
    ...Object.keys(queues.serving).map((name) => ({ path: `queues.serving.${name}`, name, known: shared })),
    ...teams.flatMap(({ batch }, index) =>
      (["guaranteed", "atMost"] as const).flatMap((field) =>
        Object.keys(batch[field]).map((name) => ({
          path: `teams[${index}].batch.${field}.${name}`,
          name,
          known: shared,
        })),
      ),
    ),
  ];
  return named
    .filter(({ name, known }) => !known.includes(name) && !isLate(name))
    .map(({ path, name, known }) => ({
      code: "unknown-pool",
      path,
      message: all.includes(name) ? "is a pool that the queues do not share out" : "is not a pool of the cluster",
      got: name,
      allowed: known.join(", "),
      fix: all.includes(name)
        ? "add it to queues.pools, or leave it out"
        : useNearest(name, known, "name one of the pools"),
    }));
}

function nothingToShare(pools: readonly NodePoolRef[]): Failure {
  return {
    code: "no-pool",
    path: "queues.pools",
    message: "is required: no pool of the cluster has accelerators",
    allowed: pools.map(({ pool }) => pool).join(", ") || "the cluster has no pools",
    fix: "name the pools that are shared out, or leave queues out",
  };
}
