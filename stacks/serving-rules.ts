import type { z } from "zod";
import { useNearest, type CrossFieldRule, type Failure } from "../lib/core";
import {
  routeConflicts,
  stopFailures,
  type GatewayValues,
  type KillSwitchValues,
  type ModelValues,
} from "../lib/serving";
import type { teamSchema } from "../lib/tenants";

interface ServingValues {
  readonly teams: readonly z.output<typeof teamSchema>[];
  readonly models: readonly ModelValues[];
  readonly gateway?: GatewayValues;
  readonly serving?: KillSwitchValues;
}

/** What models must agree on with each other, with teams, and with the way to them. Where they fit is checked where they are made. */
export const servingRules: readonly CrossFieldRule<ServingValues>[] = [
  { reads: ["models"], check: ({ models }) => models.flatMap(({ name }, index) => sameName(models, name, index)) },
  {
    reads: ["models", "teams"],
    check: ({ models, teams }) => models.flatMap(({ team }, index) => unknownTeam(team, teams, index)),
  },
  { reads: ["models", "gateway"], check: ({ models, gateway }) => routeConflicts(models, gateway?.hosts ?? []) },
  {
    reads: ["models", "serving"],
    check: ({ models, serving }) => {
      if (serving)
        return stopFailures(
          serving.stopped,
          models.map(({ name }) => name),
        );
      const routed = models.filter(({ route }) => route !== undefined).map(({ name }) => name);
      if (routed.length === 0) return undefined;
      return {
        code: "missing",
        path: "serving",
        message: "is required: someone must decide when a model that answers callers is stopped",
        got: routed,
        fix: "add serving with an owner: the team or role that decides about a stop and its end",
      };
    },
  },
];

function sameName(models: readonly ModelValues[], name: string, index: number): Failure[] {
  if (models.findIndex((model) => model.name === name) === index) return [];
  return [
    {
      code: "duplicate",
      path: `models[${index}].name`,
      message: "is the name of another model",
      got: name,
      fix: "give each model a name of its own, also those of different teams",
    },
  ];
}

function unknownTeam(team: string, teams: ServingValues["teams"], index: number): Failure[] {
  const names = teams.map(({ name }) => name);
  if (names.includes(team)) return [];
  return [
    {
      code: "unknown-team",
      path: `models[${index}].team`,
      message: "is not a team of this environment",
      got: team,
      allowed: names.join(", ") || "there is no team yet",
      fix: useNearest(team, names, "add it to teams, or name one of them"),
    },
  ];
}
