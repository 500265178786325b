import type { HistogramSeries, MeanSeries, ServerSignals } from "../../catalog/server-metrics";
import type { DistributionSeries } from "../../catalog/surface-metrics";
import type { Failure } from "../../core";
import type { RolloutValues } from "../config/rollout-config";

/** Latency as it is measured: with known bucket boundaries, as a mean, or by Google with boundaries of its own. */
export type LatencySeries = HistogramSeries | MeanSeries | DistributionSeries;

/** What of a server or a surface can be compared. */
export interface ComparedSignals extends Pick<
  ServerSignals,
  "requests" | "failures" | "firstToken" | "betweenTokens" | "ofAnswers"
> {
  readonly latency: LatencySeries;
}

/** Goals of latency that a server with these signals cannot measure. `path` is where the rollout stands. */
export function goalFailures({ checks }: RolloutValues, signals: ComparedSignals, path = "rollout"): Failure[] {
  const { firstTokenSeconds, betweenTokensSeconds, requestSeconds } = checks.latency;
  const goals = [
    ["firstTokenSeconds", firstTokenSeconds, signals.firstToken],
    ["betweenTokensSeconds", betweenTokensSeconds, signals.betweenTokens],
    ["requestSeconds", requestSeconds, signals.latency],
  ] as const;
  return goals.flatMap(([field, goal, series]) =>
    goal === undefined ? [] : goalFailure(`${path}.checks.latency.${field}`, goal, series),
  );
}

function goalFailure(path: string, goal: number, series: LatencySeries | undefined): Failure[] {
  if (series === undefined) {
    return [
      {
        code: "not-measured",
        path,
        message: "is not measured by this server: it is no language model",
        got: goal,
        fix: "use requestSeconds",
      },
    ];
  }
  if (!("bucketsSeconds" in series) || series.bucketsSeconds.includes(goal)) return [];
  const near = series.bucketsSeconds.reduce((a, b) => (Math.abs(b - goal) < Math.abs(a - goal) ? b : a));
  return [
    {
      code: "no-bucket-boundary",
      path,
      message: "lies between two bucket boundaries of the server, where it cannot be measured",
      got: goal,
      allowed: series.bucketsSeconds.join(", "),
      fix: `use ${near}`,
    },
  ];
}
