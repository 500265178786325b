/** What Node's types leave out of a call site. */
interface Printable {
  toString(): string;
}

/**
 * cdktf formats a stack trace for every token that it makes, a tenth of a synth's time, and writes none of them. This leaves them empty;
 * traces of real errors stay as they are.
 */
export function dropTokenTraces(): void {
  Error.prepareStackTrace = (error, frames) =>
    error instanceof Error
      ? [String(error), ...(frames as readonly Printable[]).map((frame) => `    at ${frame.toString()}`)].join("\n")
      : "";
}
