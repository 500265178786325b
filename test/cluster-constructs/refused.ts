import { ConfigError, type Failure } from "../../lib/core";
import { AssertionFailure } from "../../lib/testing";

/** The failures with which something is refused; fails where it is not. */
export function failuresOf(build: () => unknown): readonly Failure[] {
  try {
    build();
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  throw new AssertionFailure("expected a ConfigError, nothing was refused");
}
