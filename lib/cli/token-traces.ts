/**
 * cdktf captures a stack trace for every token that it makes, a tenth of a synth's time, and writes none of them. This leaves those empty, which
 * it takes on plain objects; traces of errors stay as they are.
 */
export function dropTokenTraces(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- V8's function has no `this`
  const capture = Error.captureStackTrace;
  Error.captureStackTrace = (target, below) => {
    if (target instanceof Error) capture(target, below);
  };
}
