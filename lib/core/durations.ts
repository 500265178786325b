const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 60 * SECONDS_PER_MINUTE;
const SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR;

/** Minutes as Google's APIs write a duration, e.g. `60s`. */
export function minutes(count: number): string {
  return `${count * SECONDS_PER_MINUTE}s`;
}

/** Hours as Google's APIs write a duration, e.g. `3600s`. */
export function hours(count: number): string {
  return `${count * SECONDS_PER_HOUR}s`;
}

/** Days as Google's APIs write a duration, e.g. `86400s`. */
export function days(count: number): string {
  return `${count * SECONDS_PER_DAY}s`;
}
