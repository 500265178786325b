import { Construct } from "constructs";
import { z } from "zod";
import type { NodePoolRef } from "../cluster";
import { Problems, type ClusterRef, type Failure } from "../core";
import type { GoogleApis } from "../network";
import { ComputeQueues } from "./compute-queues";
import { PriorityClasses } from "./priority-classes";
import { queuesSchema, type QueuesConfig } from "./queues-config";
import { Team } from "./team";
import { teamSchema, type TeamConfig } from "./team-config";

/** Who runs models and jobs in an environment, and how they share its accelerators. */
export interface TenantsConfig {
  /** Teams that run models and jobs, a namespace each. @default [] */
  readonly teams?: readonly TeamConfig[];
  /** How real-time serving and batch work share accelerators; needs the add-on `kueue`. @default - no queues */
  readonly queues?: QueuesConfig;
}

export const tenantsShape = {
  teams: z.array(teamSchema).describe("Teams that run models and jobs, a namespace each").default([]),
  queues: queuesSchema
    .describe("How real-time serving and batch work share accelerators; needs the add-on kueue")
    .optional(),
};

/** Names that two teams have: they would share a namespace. */
export function teamFailures(teams: readonly Pick<TeamConfig, "name">[]): Failure[] {
  const names = teams.map(({ name }) => name);
  return names.flatMap((name, index): Failure[] =>
    names.indexOf(name) === index
      ? []
      : [
          {
            code: "duplicate",
            path: `teams[${index}].name`,
            message: "is the name of another team",
            got: name,
            fix: "give each team a name of its own",
          },
        ],
  );
}

export type TenantsProps = TenantsConfig & {
  readonly cluster: ClusterRef;
  readonly pools: readonly NodePoolRef[];
  /** Addresses that Google APIs are reached at, as the network has it. @default "private" */
  readonly googleApis?: GoogleApis;
};

/** All teams of an environment with what they share: priorities and queues. */
export class Tenants extends Construct {
  /** By name. */
  readonly teams: ReadonlyMap<string, Team>;
  readonly priorities: PriorityClasses;
  /** Absent where nothing is queued. */
  readonly queues?: ComputeQueues;

  /** @throws ConfigError with the failures of all teams and of the queues; paths as in the environment file */
  constructor(scope: Construct, id: string, props: TenantsProps) {
    super(scope, id);
    const { teams = [], queues, cluster, pools, googleApis } = props;
    const problems = new Problems(teamFailures(teams));
    problems.throwIfAny(`Tenants at ${this.node.path}`);
    this.priorities = new PriorityClasses(this, "priorities");
    const shares = teams.map(({ name, quota, batch }) => ({ name, quota, batch }));
    this.queues =
      queues && problems.attempt("", () => new ComputeQueues(this, "queues", { teams: shares, queues, pools }));
    const made = teams.map((team, index) =>
      problems.attempt(
        `teams[${index}]`,
        () =>
          new Team(this, `team-${team.name}`, {
            ...team,
            cluster,
            googleApis,
            priorities: this.priorities.ref,
            queues: this.queues?.ref,
          }),
      ),
    );
    problems.throwIfAny(`Tenants at ${this.node.path}`);
    this.teams = new Map(made.filter((team) => team !== undefined).map((team) => [team.ref.name, team]));
  }
}
