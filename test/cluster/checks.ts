/** A check that cannot be made here; says why. */
export class Skipped extends Error {}

/** What a check found wrong, one line each. */
export class Problems extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }

  /** Throws unless there are none. */
  static throwIfAny(problems: readonly string[]): void {
    if (problems.length > 0) throw new Problems(problems);
  }
}

const started = Date.now();

/** A line with the seconds since the start. */
export function say(line: string): void {
  console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);
}

/** Runs checks one by one and counts how they end; one that fails does not hide the next. */
export class Checks {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  /**
   * @param run says in a few words what it looked at
   * @returns whether it passed
   */
  async check(name: string, run: () => Promise<string>): Promise<boolean> {
    try {
      const proof = await run();
      this.passed++;
      say(`passed  ${name}: ${proof}`);
      return true;
    } catch (error) {
      if (error instanceof Skipped) {
        this.skip(name, error.message);
        return false;
      }
      this.fail(name, error);
      return false;
    }
  }

  fail(name: string, error: unknown): void {
    this.failed++;
    const problems =
      error instanceof Problems ? error.problems : [error instanceof Error ? error.stack! : String(error)];
    say(`failed  ${name}: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`);
    for (const problem of problems) console.log(`          ${problem.replaceAll("\n", "\n          ")}`);
  }

  skip(name: string, why: string): void {
    this.skipped++;
    say(`skipped ${name}: ${why}`);
  }

  get summary(): string {
    return `cluster: ${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }

  /** 1 where one failed, or where one was skipped that `REQUIRE_CLUSTER=1` wants. */
  get exitCode(): number {
    if (this.failed > 0) return 1;
    return process.env["REQUIRE_CLUSTER"] === "1" && this.skipped > 0 ? 1 : 0;
  }
}
