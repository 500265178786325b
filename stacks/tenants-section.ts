import { z } from "zod";
import { assertSchema, type CrossFieldRule } from "../lib/core";
import { teamFailures, tenantsShape, type TenantsConfig } from "../lib/tenants";

/** The keys `teams` and `queues` of an environment: its schema spreads `tenantsShape`. */
export type TenantsSection = TenantsConfig;

export const tenantsSectionSchema = z.strictObject(tenantsShape);

assertSchema<TenantsSection, typeof tenantsSectionSchema>(true);

type TenantsValues = z.output<typeof tenantsSectionSchema>;

/** What can be said of the file alone; what pools hold is checked where the queues are made. */
export const tenantsRules: readonly CrossFieldRule<TenantsValues>[] = [
  { reads: ["teams"], check: ({ teams }) => teamFailures(teams) },
  {
    reads: ["teams", "queues"],
    check: ({ teams, queues }) =>
      queues && teams.length === 0
        ? {
            code: "missing",
            path: "teams",
            message: "is required with queues: they are shared by teams",
            fix: "describe at least one team, or leave queues out",
          }
        : undefined,
  },
  {
    reads: ["teams", "queues"],
    check: ({ teams, queues }) =>
      teams.flatMap(({ batch }, index) =>
        queues === undefined && Object.keys({ ...batch.guaranteed, ...batch.atMost }).length > 0
          ? {
              code: "no-queues",
              path: `teams[${index}].batch`,
              message: "is a part of queues, and the environment has none",
              fix: "add queues, or leave batch out",
            }
          : [],
      ),
  },
];
