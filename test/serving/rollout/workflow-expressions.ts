import { WorkflowError } from "./workflow-error";

/** What a name, a member or a function call of an expression is looked up in. */
export interface ExpressionContext {
  readonly variable: (name: string) => unknown;
  readonly functions: Readonly<Record<string, (...args: any[]) => unknown>>;
}

export type Node =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly of: Node; readonly key: Node }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Node; readonly right: Node };

// Longest expression that Cloud Workflows takes (quotas and limits).
const MAX_LENGTH = 400;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*")|([A-Za-z_]\w*)|(==|!=|<=|>=|[-+*/<>()[\].,]))/y;

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["in", "==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/"],
];

/**
 * Reads an expression of Cloud Workflows: what is between `${` and `}`. Literals of lists and maps are refused: it is nowhere said that
 * expressions take them.
 */
export function parseExpression(text: string): Node {
  const known = parsed.get(text);
  if (known) return known;
  if (text.length > MAX_LENGTH) throw new Error(`expression of ${text.length} characters: ${text}`);
  const node = new Parser(tokens(text), text).whole();
  parsed.set(text, node);
  return node;
}

const parsed = new Map<string, Node>();

function tokens(text: string): string[] {
  const found: string[] = [];
  const pattern = new RegExp(TOKEN);
  let at = 0;
  while (text.slice(at).trim() !== "") {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new Error(`no expression at ${at}: ${text}`);
    found.push(match[0].trim());
    at = pattern.lastIndex;
  }
  return found;
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly text: string,
  ) {}

  whole(): Node {
    const node = this.level(0);
    if (this.at < this.tokens.length) throw this.unexpected();
    return node;
  }

  private level(index: number): Node {
    const operators = LEVELS[index];
    if (operators === undefined) return this.unary();
    let left = this.level(index + 1);
    while (operators.includes(this.tokens[this.at] ?? "")) {
      const operator = this.tokens[this.at++]!;
      left = { kind: "binary", operator, left, right: this.level(index + 1) };
    }
    return left;
  }

  private unary(): Node {
    const token = this.tokens[this.at];
    if (token === "not" || token === "-") {
      this.at += 1;
      return { kind: "unary", operator: token, operand: token === "not" ? this.level(2) : this.unary() };
    }
    return this.postfix();
  }

  private postfix(): Node {
    let node = this.primary();
    for (;;) {
      const token = this.tokens[this.at];
      if (token === ".") {
        node = { kind: "member", of: node, key: { kind: "literal", value: this.tokens[this.at + 1] } };
        this.at += 2;
      } else if (token === "[") {
        this.at += 1;
        node = { kind: "member", of: node, key: this.level(0) };
        this.expect("]");
      } else if (token === "(") {
        this.at += 1;
        node = { kind: "call", name: nameOf(node), args: this.list() };
      } else {
        return node;
      }
    }
  }

  private list(): Node[] {
    const found: Node[] = [];
    while (this.tokens[this.at] !== ")") {
      found.push(this.level(0));
      if (this.tokens[this.at] === ",") this.at += 1;
    }
    this.at += 1;
    return found;
  }

  private primary(): Node {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.unexpected();
    if (/^\d/.test(token)) return { kind: "literal", value: Number(token) };
    if (token.startsWith('"')) return { kind: "literal", value: JSON.parse(token) };
    if (token === "true" || token === "false") return { kind: "literal", value: token === "true" };
    if (token === "null") return { kind: "literal", value: null };
    if (/^[A-Za-z_]/.test(token)) return { kind: "name", name: token };
    if (token === "(") {
      const inner = this.level(0);
      this.expect(")");
      return inner;
    }
    this.at -= 1;
    throw this.unexpected();
  }

  private expect(token: string): void {
    if (this.tokens[this.at++] !== token) throw this.unexpected();
  }

  private unexpected(): Error {
    return new Error(`unexpected ${this.tokens[this.at] ?? "end"} in ${this.text}`);
  }
}

function nameOf(node: Node): string {
  if (node.kind === "name") return node.name;
  if (node.kind === "member" && node.key.kind === "literal") return `${nameOf(node.of)}.${String(node.key.value)}`;
  throw new Error("a call of what is no function");
}

/**
 * Evaluates strictly: no conversion between types, no missing keys, and both sides of `and` and `or` always, since nothing says that Workflows
 * would stop at the first.
 */
export function evaluateExpression(node: Node, context: ExpressionContext): unknown {
  const value = (inner: Node) => evaluateExpression(inner, context);
  switch (node.kind) {
    case "literal":
      return node.value;
    case "name":
      return context.variable(node.name);
    case "member":
      return member(value(node.of), value(node.key));
    case "call": {
      const called = context.functions[node.name];
      if (!called) throw new Error(`no function ${node.name}`);
      return called(...node.args.map(value));
    }
    case "unary": {
      const operand = value(node.operand);
      return node.operator === "not" ? !asBoolean(operand) : -asNumber(operand);
    }
    case "binary":
      return binary(node.operator, value(node.left), value(node.right));
  }
}

export function member(of: unknown, key: unknown): unknown {
  if (Array.isArray(of) && Number.isInteger(key)) {
    if ((key as number) in of) return of[key as number];
    throw new WorkflowError({ tags: ["IndexError"], message: `no item ${String(key)}` });
  }
  if (isMap(of) && typeof key === "string") {
    if (Object.hasOwn(of, key)) return of[key];
    throw new WorkflowError({ tags: ["KeyError", "LookupError"], message: `no key ${key}` });
  }
  throw typeError(`${String(key)} of ${JSON.stringify(of)}`);
}

function binary(operator: string, a: unknown, b: unknown): unknown {
  switch (operator) {
    case "and":
      return asBoolean(a) && asBoolean(b);
    case "or":
      return asBoolean(a) || asBoolean(b);
    case "==":
      return JSON.stringify(a) === JSON.stringify(b);
    case "!=":
      return JSON.stringify(a) !== JSON.stringify(b);
    case "in":
      if (Array.isArray(b)) return b.includes(a);
      if (isMap(b) && typeof a === "string") return Object.hasOwn(b, a);
      throw typeError(`in ${JSON.stringify(b)}`);
    case "+":
      if (typeof a === "string" && typeof b === "string") return a + b;
      return asNumber(a) + asNumber(b);
    case "-":
      return asNumber(a) - asNumber(b);
    case "*":
      return asNumber(a) * asNumber(b);
    case "/":
      return asNumber(a) / asNumber(b);
    case "<":
      return asNumber(a) < asNumber(b);
    case "<=":
      return asNumber(a) <= asNumber(b);
    case ">":
      return asNumber(a) > asNumber(b);
    default:
      return asNumber(a) >= asNumber(b);
  }
}

function asBoolean(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw typeError(`${JSON.stringify(value)} is no boolean`);
}

function asNumber(value: unknown): number {
  if (typeof value === "number") return value;
  throw typeError(`${JSON.stringify(value)} is no number`);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function typeError(message: string): WorkflowError {
  return new WorkflowError({ tags: ["TypeError"], message });
}
