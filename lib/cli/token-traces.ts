/**
 * cdktf formats a stack trace for every token that it makes, a tenth of a synth's time, and writes none of them. This leaves them empty;
 * traces of real errors stay as they are.
 */
export function dropTokenTraces(): void {
  Error.prepareStackTrace = (error, frames) =>
    error instanceof Error ? [String(error), ...frames.map((frame) => `    at ${String(frame)}`)].join("\n") : "";
}
