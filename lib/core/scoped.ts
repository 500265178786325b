import type { IConstruct } from "constructs";
import { ConfigError, type Failure } from "./config-error";

/**
 * A value that belongs to a construct and all below it, found by walking up from any of them. How constructs get their
 * governance, environment and defaults without knowing who made them.
 */
export class Scoped<T> {
  private readonly key: symbol;

  /** @param name unique in this package; two copies of the package find each other's values by it */
  constructor(name: string) {
    this.key = Symbol.for(`cdktf-ai-platform/${name}`);
  }

  /** Sets the value for `scope` and all below it. */
  set(scope: IConstruct, value: T): void {
    Object.defineProperty(scope, this.key, { value, configurable: true });
  }

  /** The value set on exactly this construct. */
  own(scope: IConstruct): T | undefined {
    return (scope as unknown as Record<symbol, T | undefined>)[this.key];
  }

  /** The nearest value, from `scope` upwards. */
  find(scope: IConstruct): T | undefined {
    return this.all(scope).at(-1);
  }

  /**
   * The nearest value, from `scope` upwards.
   * @throws ConfigError with `missing` where there is none
   */
  require(scope: IConstruct, missing: Failure): T {
    const found = this.find(scope);
    if (found === undefined) throw new ConfigError(scope.node.path || "the app", [missing]);
    return found;
  }

  /** Every value from the root down to `scope`, outermost first. */
  all(scope: IConstruct): T[] {
    return scope.node.scopes.map((s) => this.own(s)).filter((v): v is T => v !== undefined);
  }
}
