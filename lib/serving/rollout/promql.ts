import type { Series } from "../../catalog/server-metrics";

/** Label matchers as they stand between braces, e.g. `namespace="search",serving_variant="stable"`. */
export type Matchers = string;

/** One label matcher; the value is quoted as PromQL wants it. */
export function matcher(label: string, operator: "=" | "!=" | "=~", value: string): Matchers {
  return `${label}${operator}${JSON.stringify(value)}`;
}

/** Series of a metric. `suffix` is that of a histogram's part, e.g. `_bucket`. */
export function select(series: Series, matchers: Matchers, suffix = ""): string {
  return `${series.name}${suffix}{${[series.matchers, matchers].filter(Boolean).join(",")}}`;
}

/** Events of a second (`rate`) or of the whole window (`increase`), over all series together; zero where none was seen. */
export function total(
  how: "rate" | "increase",
  counters: readonly Series[],
  matchers: Matchers,
  minutes: number,
): string {
  // A counter of failures appears with the first failure: without the zero, no failure would be no answer.
  const each = counters.map((series) => `(sum(${how}(${select(series, matchers)}[${minutes}m])) or vector(0))`);
  return each.length === 1 ? each[0]! : `(${each.join(" + ")})`;
}

/** A share of what happened; no value where nothing happened. */
export function share(part: string, whole: string): string {
  return `(${part} / (${whole} > 0))`;
}

/** A quantile of a histogram; NaN or nothing where it saw nothing. */
export function quantile(q: number, histogram: Series, matchers: Matchers, minutes: number): string {
  return `histogram_quantile(${q}, sum by (le) (rate(${select(histogram, matchers, "_bucket")}[${minutes}m])))`;
}

/**
 * Share of observations above a bucket boundary. Exporters write the boundary 1 as `1` or as `1.0`, so both are asked for.
 */
export function shareAbove(boundary: number, histogram: Series, matchers: Matchers, minutes: number): string {
  const le = Number.isInteger(boundary)
    ? matcher("le", "=~", `${boundary}|${boundary}\\.0`)
    : matcher("le", "=", `${boundary}`);
  const within = `sum(rate(${select(histogram, `${matchers},${le}`, "_bucket")}[${minutes}m]))`;
  const all = `sum(rate(${select(histogram, matchers, "_count")}[${minutes}m]))`;
  return `(1 - ${share(within, all)})`;
}
