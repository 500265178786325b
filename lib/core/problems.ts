import { ConfigError, type Failure } from "./config-error";

/** Gathers the failures of several steps, so that a user sees all of them at once. */
export class Problems {
  private readonly found: Failure[] = [];

  constructor(failures: readonly Failure[] = []) {
    this.add("", failures);
  }

  get any(): boolean {
    return this.found.length > 0;
  }

  get failures(): readonly Failure[] {
    return this.found;
  }

  /** Adds failures below a path; one that is known already (same path and code) is dropped. */
  add(prefix: string, failures: readonly Failure[]): void {
    for (const failure of failures) {
      const path = [prefix, failure.path].filter(Boolean).join(".");
      if (!this.found.some((f) => f.path === path && f.code === failure.code)) this.found.push({ ...failure, path });
    }
  }

  /** Runs a step; its `ConfigError` is gathered below `prefix` and the step yields undefined. Other errors pass. */
  attempt<T>(prefix: string, step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      this.add(prefix, error.failures);
      return undefined;
    }
  }

  /** @throws ConfigError with all that was gathered, if anything was */
  throwIfAny(subject: string): void {
    if (this.any) throw new ConfigError(subject, this.found);
  }
}
