import { WorkflowError } from "./workflow-error";
import {
  evaluateExpression,
  member,
  parseExpression,
  typeError,
  type ExpressionContext,
  type Node,
} from "./workflow-expressions";

/** A call that a program makes over HTTP. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: any;
}

export interface HttpResponse {
  readonly code: number;
  readonly body: any;
}

export interface LogEntry {
  readonly severity: string;
  readonly json: any;
}

/** What a program runs in. Time passes only where it sleeps or waits before it tries again. */
export interface World {
  readonly variables: Readonly<Record<string, string>>;
  /** Answers a call; "unreachable" stands for a connection that fails. */
  request(request: HttpRequest, seconds: number): HttpResponse | "unreachable";
}

export interface Run {
  /** What it returned; undefined where it raised. */
  readonly result?: any;
  /** What it raised. */
  readonly error?: any;
  readonly seconds: number;
  readonly log: readonly LogEntry[];
  /** Steps that were taken: Cloud Workflows allows 100,000. */
  readonly steps: number;
}

/**
 * Runs a program of Cloud Workflows as its documentation says, as far as our programs go, and strictly: what it does not know it refuses. Arguments
 * and results are copies; a loop and an except block have variables of their own.
 */
export function runWorkflow(definition: any, argument: unknown, world: World): Run {
  const machine = new Machine(definition, world);
  try {
    return { result: machine.callSubworkflow("main", { args: argument }), ...machine.told() };
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error;
    return { error: error.value, ...machine.told() };
  }
}

class Scope {
  private readonly values = new Map<string, unknown>();

  constructor(private readonly outer?: Scope) {}

  get(name: string): unknown {
    const home = this.homeOf(name);
    if (!home) throw new WorkflowError({ tags: ["KeyError"], message: `no variable ${name}` });
    return home.values.get(name);
  }

  set(name: string, value: unknown): void {
    (this.homeOf(name) ?? this).values.set(name, value);
  }

  declare(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  private homeOf(name: string): Scope | undefined {
    return this.values.has(name) ? this : this.outer?.homeOf(name);
  }
}

/** How a list of steps ended. */
type Ending = { readonly returned: unknown } | undefined;

class Machine {
  private seconds = 0;
  private steps = 0;
  private readonly log: LogEntry[] = [];

  constructor(
    private readonly definition: any,
    private readonly world: World,
  ) {}

  told() {
    return { seconds: this.seconds, log: this.log, steps: this.steps };
  }

  callSubworkflow(name: string, args: Readonly<Record<string, unknown>>): unknown {
    const { params = [], steps } = this.definition[name];
    // A main program without parameters takes none.
    if (name !== "main" && JSON.stringify(Object.keys(args).sort()) !== JSON.stringify([...params].sort())) {
      throw new Error(`${name} is called with ${Object.keys(args).join(", ")} in place of ${params.join(", ")}`);
    }
    const scope = new Scope();
    for (const [key, value] of Object.entries(args)) scope.declare(key, copy(value));
    return this.run(steps, scope)?.returned;
  }

  private run(steps: any[], scope: Scope): Ending {
    let at = 0;
    while (at < steps.length) {
      const [, step] = Object.entries<any>(steps[at])[0]!;
      this.steps += 1;
      if (this.steps > 100_000) throw new Error("more than 100,000 steps");
      const ended = this.step(step, scope);
      if (ended && "returned" in ended) return ended;
      const next = ended?.next ?? step.next;
      if (next === undefined) at += 1;
      else {
        at = steps.findIndex((candidate) => next in candidate);
        if (at < 0) throw new Error(`no step ${next} among ${steps.map((each) => Object.keys(each)[0]).join(", ")}`);
      }
    }
    return undefined;
  }

  private step(step: any, scope: Scope): { readonly returned: unknown } | { readonly next: string } | undefined {
    if ("assign" in step) return void step.assign.forEach((each: any) => this.assign(each, scope));
    if ("call" in step) return void this.call(step, scope);
    if ("switch" in step) return this.choose(step.switch, scope);
    if ("for" in step) return this.loop(step.for, scope);
    if ("try" in step) return this.attempt(step, scope);
    if ("raise" in step) throw new WorkflowError(this.value(step.raise, scope));
    if ("return" in step) return { returned: this.value(step.return, scope) };
    if ("next" in step) return undefined;
    throw new Error(`no step of this kind: ${Object.keys(step).join(", ")}`);
  }

  private choose(cases: any[], scope: Scope) {
    for (const { condition, next, steps } of cases) {
      const holds = this.value(condition, scope);
      if (typeof holds !== "boolean") throw typeError(`condition ${condition}`);
      if (!holds) continue;
      const ended = steps ? this.run(steps, scope) : undefined;
      return ended ?? (next === undefined ? undefined : { next });
    }
    return undefined;
  }

  private loop({ value, index, in: over, steps }: any, outer: Scope): Ending {
    const items = this.value(over, outer);
    if (!Array.isArray(items)) throw typeError(`for over ${JSON.stringify(items)}`);
    for (const [at, item] of items.entries()) {
      const scope = new Scope(outer);
      scope.declare(value, copy(item));
      if (index !== undefined) scope.declare(index, at);
      const ended = this.run(steps, scope);
      if (ended) return ended;
    }
    return undefined;
  }

  private attempt(step: any, scope: Scope): Ending {
    try {
      return this.retried(step, scope);
    } catch (error) {
      if (!(error instanceof WorkflowError) || !step.except) throw error;
      const inner = new Scope(scope);
      inner.declare(step.except.as, error.value);
      return this.run(step.except.steps, inner);
    }
  }

  private retried({ try: body, retry }: any, scope: Scope): Ending {
    let delay = retry?.backoff.initial_delay;
    for (let left = retry?.max_retries ?? 0; ; left -= 1) {
      try {
        if ("steps" in body) return this.run(body.steps, scope);
        this.steps += 1;
        return void this.call(body, scope);
      } catch (error) {
        if (!(error instanceof WorkflowError) || left <= 0) throw error;
        const predicate = /^\$\{(\w+)\}$/.exec(retry.predicate)![1]!;
        if (this.callSubworkflow(predicate, { e: error.value }) !== true) throw error;
        this.seconds += delay;
        delay = Math.min(delay * retry.backoff.multiplier, retry.backoff.max_delay);
      }
    }
  }

  private call({ call, args = {}, result }: any, scope: Scope): void {
    const given = this.value(args, scope) as any;
    const answer = this.answer(call, given);
    if (result !== undefined) scope.set(result, copy(answer));
  }

  private answer(name: string, args: any): unknown {
    if (name in this.definition) return this.callSubworkflow(name, args);
    switch (name) {
      case "sys.sleep":
        this.seconds += args.seconds;
        return undefined;
      case "sys.log":
        this.log.push({ severity: args.severity, json: copy(args.json) });
        return undefined;
      case "http.get":
      case "http.post":
      case "http.patch":
        return this.http(name.slice("http.".length).toUpperCase(), args);
      default:
        throw new Error(`no call of ${name}`);
    }
  }

  private http(method: string, { url, headers = {}, query = {}, body, auth }: any): unknown {
    if (auth?.type !== "OAuth2") throw new Error(`${method} ${url} is not signed in`);
    const sent = body instanceof Bytes ? JSON.parse(body.text) : copy(body);
    const answer = this.world.request({ method, url, headers, query, body: sent }, this.seconds);
    if (answer === "unreachable") throw new WorkflowError({ tags: ["ConnectionError"], message: "connection refused" });
    if (answer.code < 400) return answer;
    throw new WorkflowError({
      ...answer,
      tags: ["HttpError"],
      message: `HTTP server responded with error code ${answer.code}`,
    });
  }

  private assign(each: any, scope: Scope): void {
    const [[target, given]] = Object.entries(each) as [[string, unknown]];
    const value = copy(this.value(given, scope));
    const node = parseExpression(target);
    if (node.kind === "name") return scope.set(node.name, value);
    if (node.kind !== "member") throw new Error(`no assignment to ${target}`);
    const holder = this.place(node.of, scope) as any;
    const key = evaluateExpression(node.key, this.context(scope)) as string;
    if (typeof holder !== "object" || holder === null) throw typeError(`assignment to ${target}`);
    holder[key] = value;
  }

  /** The map or list itself, not a copy. */
  private place(node: Node, scope: Scope): unknown {
    if (node.kind === "name") return scope.get(node.name);
    if (node.kind !== "member") throw new Error("no place to assign to");
    return member(this.place(node.of, scope), evaluateExpression(node.key, this.context(scope)));
  }

  private value(given: unknown, scope: Scope): unknown {
    if (typeof given === "string") {
      const expression = /^\$\{([\s\S]*)\}$/.exec(given);
      if (expression) return evaluateExpression(parseExpression(expression[1]!), this.context(scope));
      if (given.includes("${")) throw new Error(`an expression within a text: ${given}`);
      return given;
    }
    if (Array.isArray(given)) return given.map((item) => this.value(item, scope));
    if (typeof given === "object" && given !== null) {
      return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, this.value(item, scope)]));
    }
    return given;
  }

  private context(scope: Scope): ExpressionContext {
    return { variable: (name) => scope.get(name), functions: this.functions };
  }

  private readonly functions: ExpressionContext["functions"] = {
    len: (of: string | unknown[]) => of.length,
    string: (of: number | boolean) => String(of),
    double: (of: string) => {
      const value = Number(of);
      if (of.trim() === "" || !Number.isFinite(value)) throw new WorkflowError({ tags: ["ValueError"], message: of });
      return value;
    },
    default: (value: unknown, otherwise: unknown) => value ?? otherwise,
    "map.get": (map: unknown, key: unknown) => {
      if (typeof map !== "object" || map === null || Array.isArray(map))
        throw typeError(`map.get of ${JSON.stringify(map)}`);
      if (typeof key !== "string") throw typeError(`map.get by ${JSON.stringify(key)}`);
      return (map as any)[key] ?? null;
    },
    "list.concat": (list: unknown[], item: unknown) => [...list, item],
    "math.max": (a: number, b: number) => Math.max(a, b),
    "math.min": (a: number, b: number) => Math.min(a, b),
    "text.replace_all": (text: string, from: string, to: string) => text.replaceAll(from, to),
    "json.encode": (value: unknown) => new Bytes(JSON.stringify(value)),
    "sys.now": () => this.seconds,
    "sys.get_env": (name: string) => {
      const value = this.world.variables[name];
      if (value === undefined)
        throw new WorkflowError({ tags: ["KeyError"], message: `no environment variable ${name}` });
      return value;
    },
  };
}

class Bytes {
  constructor(readonly text: string) {}
}

function copy<T>(value: T): T {
  return value === undefined || value instanceof Bytes ? value : (JSON.parse(JSON.stringify(value)) as T);
}
