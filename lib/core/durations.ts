const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR;

/** Hours as Google's APIs write a duration, e.g. `3600s`. */
export function hours(count: number): string {
  return `${count * SECONDS_PER_HOUR}s`;
}

/** Days as Google's APIs write a duration, e.g. `86400s`. */
export function days(count: number): string {
  return `${count * SECONDS_PER_DAY}s`;
}
