import type { Failure } from "../lib/core";
import type { EnvironmentConfig, EnvironmentValues } from "./environment-config";

export interface ReadableModels {
  readonly given: EnvironmentConfig;
  readonly values: EnvironmentValues;
  /** A failure that was found in these, where it stands in the file. */
  readonly locate: (failure: Failure) => Failure;
}

// What decides which fields a model has: without it nothing of the model was read.
const KIND_OF_MODEL = /^models\[(\d+)\](\.server|\.surface|\.surface\.on)?$/;
const OF_MODEL = /^models\[(\d+)\]/;

/** The environment without the models of which nothing could be read: all else is checked in spite of them. */
export function readableModels(
  given: EnvironmentConfig,
  values: EnvironmentValues,
  failures: readonly Failure[],
): ReadableModels {
  const unread = new Set(failures.flatMap(({ path }) => KIND_OF_MODEL.exec(path)?.[1] ?? []).map(Number));
  if (unread.size === 0) return { given, values, locate: (failure) => failure };
  const { models = [], serving } = given;
  const kept = [...models.keys()].filter((index) => !unread.has(index));
  const of = <T>(all: readonly T[]) => kept.map((index) => all[index]!);
  const gone = [...unread].map((index) => models[index]?.name);
  return {
    given: {
      ...given,
      models: of(models),
      // A stop of one of them is not a stop of nothing.
      ...(serving?.stopped
        ? { serving: { ...serving, stopped: serving.stopped.filter((name) => !gone.includes(name)) } }
        : {}),
    },
    values: { ...values, models: of(values.models) },
    locate: (failure) => {
      const path = failure.path.replace(OF_MODEL, (_, index: string) => `models[${kept[Number(index)]}]`);
      return { ...failure, path };
    },
  };
}
