/** One thing that is wrong with what was given, and how to mend it. */
export interface Failure {
  /** Stable kebab-case identifier of the kind of failure, e.g. `unknown-key`. */
  readonly code: string;
  /** Where, as a path from the construct's props or the file's root, e.g. `cluster.pools[1].machine`. */
  readonly path: string;
  /** What is wrong, lower case, no full stop. */
  readonly message: string;
  /** What was given. Shown as JSON. Leave it out where nothing was given. */
  readonly got?: unknown;
  /** What is allowed: a list or bounds. */
  readonly allowed?: string;
  /** What to do about it. */
  readonly fix: string;
  /** Position in a file, `prod.yaml:12:5`, filled in by whoever read the file. */
  readonly position?: string;
}

const CONFIG_ERROR = Symbol.for("cdktf-ai-platform/ConfigError");

/**
 * Everything that is wrong with one input, in one throw: a construct's props, an environment file, or a set of stacks.
 * Nothing is written once it is thrown.
 */
export class ConfigError extends Error {
  /**
   * @param subject what was being read, e.g. `NodePool at prod-cluster/pool-l4` or `environment file prod.yaml`
   * @param failures at least one
   */
  constructor(
    readonly subject: string,
    readonly failures: readonly Failure[],
  ) {
    super(render(subject, failures));
    this.name = "ConfigError";
    Object.defineProperty(this, CONFIG_ERROR, { value: true });
  }

  /** Throws what was found wrong with `subject`, all of it at once; nothing where nothing was. */
  static throwIfAny(subject: string, failures: readonly (Failure | undefined)[]): void {
    const found = failures.filter((failure) => failure !== undefined);
    if (found.length > 0) throw new ConfigError(subject, found);
  }

  /** True for a `ConfigError` of any copy of this package (`instanceof` fails across copies). */
  static is(error: unknown): error is ConfigError {
    return typeof error === "object" && error !== null && CONFIG_ERROR in error;
  }
}

function render(subject: string, failures: readonly Failure[]): string {
  const count = failures.length === 1 ? "1 problem" : `${failures.length} problems`;
  return [`${count} in ${subject}`, ...failures.map(renderFailure)].join("\n\n");
}

function renderFailure(failure: Failure): string {
  const place = [failure.path, failure.position && `(${failure.position})`].filter(Boolean).join(" ");
  const lines = [`  ${place ? `${place}: ` : ""}${failure.message} [${failure.code}]`];
  if (failure.got !== undefined) lines.push(`    got:     ${show(failure.got)}`);
  if (failure.allowed !== undefined) lines.push(`    allowed: ${failure.allowed}`);
  lines.push(`    fix:     ${failure.fix}`);
  return lines.join("\n");
}

const MAX_SHOWN = 200;

function show(value: unknown): string {
  const text = toJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Circular: a construct where plain data belongs.
    return `an object of ${(value as object).constructor.name}`;
  }
}
