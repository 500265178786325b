// The one function: all of semver is fifty files.
import compare from "semver/functions/compare";
import type { VersionWindow } from "../catalog/machines";
import type { Failure } from "../core";

/** A minor, `1.34`, which stands for any patch of it, or one release, `1.34.5-gke.1153000`. */
export const GKE_VERSION = /^[1-9]\d*\.\d+(\.\d+-gke\.\d+)?$/;

/** True for `1.34.5-gke.1153000`, false for `1.34`. */
function isFullVersion(version: string): boolean {
  return version.includes("-gke.");
}

/** Whether every release that `version` stands for is `minimum` or later. */
export function isAtLeast(version: string, minimum: string): boolean {
  return isFullVersion(version) ? compare(version, minimum) >= 0 : compareMinors(version, minimum) > 0;
}

/** Whether every release that `version` stands for is earlier than `maximum`. */
export function isBelow(version: string, maximum: string): boolean {
  return isFullVersion(version) ? compare(version, maximum) < 0 : compareMinors(version, maximum) < 0;
}

/**
 * What keeps a cluster version out of a window; undefined where every release that it stands for lies inside.
 *
 * @param path where the version, or what asks for the window, was given
 * @param subject what asks for the window, e.g. `a3-highgpu-8g`
 */
export function versionFailure(
  path: string,
  subject: string,
  version: string,
  window: VersionWindow,
): Failure | undefined {
  if (reachesMinimum(version, window) && avoidsKnownBad(version, window)) return undefined;
  const base = { path, got: version, allowed: describeWindow(window) };
  if (mayLieInside(version, window)) {
    return {
      ...base,
      code: "gke-version-vague",
      message: `needs a full GKE version to tell whether ${subject} works: not every release of ${version} does`,
      fix: `give the cluster a full version of the form ${version}.PATCH-gke.NUMBER inside of the window`,
    };
  }
  return {
    ...base,
    code: "gke-version-outside",
    message: `${subject} does not work on the cluster's GKE version`,
    fix: "give the cluster a version inside of the window, or take another machine",
  };
}

function reachesMinimum(version: string, window: VersionWindow): boolean {
  const minimum = minimumFor(version, window);
  return minimum === undefined || isAtLeast(version, minimum);
}

// The entry of the version's own minor; without one the last entry decides, which later minors pass and earlier ones do not.
function minimumFor(version: string, { min, minByMinor: entries = [] }: VersionWindow): string | undefined {
  return min ?? entries.find((entry) => compareMinors(entry, version) === 0) ?? entries.at(-1);
}

function avoidsKnownBad(version: string, { maxExclusive, fixedByMinor }: VersionWindow): boolean {
  return maxExclusive === undefined || isBelow(version, maxExclusive) || isFixed(version, fixedByMinor);
}

function isFixed(version: string, fixedByMinor: readonly string[] | undefined): boolean {
  return fixedByMinor !== undefined && reachesMinimum(version, { minByMinor: fixedByMinor });
}

/** For a minor: whether some release of it lies inside. */
function mayLieInside(version: string, window: VersionWindow): boolean {
  if (isFullVersion(version)) return false;
  const minimum = minimumFor(version, window);
  const notBefore = minimum === undefined || compareMinors(version, minimum) >= 0;
  const { maxExclusive, fixedByMinor = [] } = window;
  const worksSomewhere =
    maxExclusive === undefined ||
    compareMinors(version, maxExclusive) <= 0 ||
    fixedByMinor.some((entry) => compareMinors(version, entry) === 0);
  return notBefore && worksSomewhere;
}

/** The window in words. */
function describeWindow(window: VersionWindow): string {
  const minimum = window.min ? `${window.min} or later` : describeByMinor(window.minByMinor);
  const maximum = window.maxExclusive
    ? `before ${window.maxExclusive} (${window.maxReason ?? "known not to work from there on"})`
    : "";
  const fixed = window.fixedByMinor ? `or again ${describeByMinor(window.fixedByMinor)}` : "";
  return [minimum, [maximum, fixed].filter(Boolean).join(", ")].filter(Boolean).join("; ") || "any version";
}

function describeByMinor(entries: readonly string[] = []): string {
  if (entries.length === 0) return "";
  return [...entries.map((entry) => `${entry} or later of its minor`), "any later minor"].join(", ");
}

function compareMinors(a: string, b: string): number {
  return compare(`${minorOf(a)}.0`, `${minorOf(b)}.0`);
}

function minorOf(version: string): string {
  return version.split(".", 2).join(".");
}
