import { z } from "zod";
import { assertSchema, known } from "../core";
import { teamSchema, type TeamConfig } from "./team-config";

/** How real-time serving and batch work share accelerators. */
export interface QueuesConfig {
  /**
   * Pools that are shared out. A pool without accelerators is counted in vCPUs, and is asked first, so that work that needs no accelerator
   * runs there.
   * @default - every pool with accelerators
   */
  readonly pools?: readonly string[];
  /**
   * What model servers can always have, by pool, in accelerators as pods ask for them. They never borrow: it is also the most that they get.
   * Where a pool is named here, of those that are not they have nothing. Where none is, they have of each what no team is guaranteed; of one with
   * queued provisioning nothing.
   * @default {}
   */
  readonly serving?: Readonly<Record<string, number>>;
  /**
   * Pools whose jobs are placed by the network between nodes (Topology Aware Scheduling), and that take no other jobs. Their nodes must be
   * there when a job is placed, so only pools that keep all of their nodes, or that are made for a whole job.
   * @default []
   */
  readonly topologyPools?: readonly string[];
}

/** What queues must know of a team. */
export type TeamShare = Pick<TeamConfig, "name" | "quota" | "batch">;

export interface ComputeQueuesConfig {
  /** At least one. */
  readonly teams: readonly TeamShare[];
  /** @default {} */
  readonly queues?: QueuesConfig;
}

const SHARED_OUT = "quotas are computed from it";

function pool(what: string) {
  return known(z.string().min(1).describe(what), SHARED_OUT);
}

export const queuesSchema = z.strictObject({
  pools: known(
    z.array(pool("Name of a pool")).min(1).describe("Pools that are shared out; default: those with accelerators"),
    SHARED_OUT,
  ).optional(),
  serving: known(
    z
      .record(z.string().min(1), known(z.int().min(0), SHARED_OUT))
      .describe(
        "Accelerators that model servers can always have, by pool, and of others nothing; default: of each what no team is guaranteed",
      ),
    SHARED_OUT,
  ).default({}),
  topologyPools: known(
    z.array(pool("Name of a pool")).describe("Pools whose jobs are placed by the network between nodes"),
    SHARED_OUT,
  ).default([]),
});

assertSchema<QueuesConfig, typeof queuesSchema>(true);

export const computeQueuesSchema = z.strictObject({
  teams: known(
    z
      .array(teamSchema.pick({ name: true, quota: true, batch: true }))
      .min(1)
      .describe("Teams that share the pools"),
    SHARED_OUT,
  ),
  queues: queuesSchema.describe("How real-time serving and batch work share accelerators").prefault({}),
});

assertSchema<ComputeQueuesConfig, typeof computeQueuesSchema>(true);

export type ComputeQueuesValues = z.output<typeof computeQueuesSchema>;
