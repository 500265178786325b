import { closest, distance } from "fastest-levenshtein";

/** The candidate that `given` was most likely meant to be, or undefined where none is close (more than 40 % of it differs). */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(given.toLowerCase(), candidates);
  return distance(given.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(given.length * 0.4))
    ? best
    : undefined;
}

/** `fix` text for a value that is not in a list: names the nearest entry where there is one. */
export function useNearest(given: unknown, candidates: readonly string[], otherwise: string): string {
  const best = typeof given === "string" ? nearest(given, candidates) : undefined;
  return best === undefined ? otherwise : `did you mean ${JSON.stringify(best)}?`;
}
