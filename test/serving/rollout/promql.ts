import { createRequire } from "node:module";
import type { SyntaxNode } from "@lezer/common";
import type { LRParser } from "@lezer/lr";

// Its CommonJS build works; its types are those of an ES module.
const { parser } = createRequire(__filename)("@prometheus-io/lezer-promql") as { parser: LRParser };

/** Places where the grammar of Prometheus finds no sense in a query; empty for a well-formed one. */
export function syntaxErrors(query: string): string[] {
  const found: string[] = [];
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) found.push(`at ${node.from}: ${query.slice(Math.max(0, node.from - 20), node.from + 20)}`);
    },
  });
  return found;
}

/** Names of the metrics that a query selects. */
export function metricsIn(query: string): string[] {
  const found = new Set<string>();
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.name === "VectorSelector") found.add(/^[\w:]+/.exec(query.slice(node.from, node.to))![0]);
    },
  });
  return [...found].sort();
}

/** A series that changes evenly: a counter by `perMinute`, a gauge that stays at `value`. */
export interface FakeSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly perMinute?: number;
  readonly value?: number;
  /** The highest value that a gauge had before. @default - the one that it has */
  readonly before?: number;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
type Value = number | Sample[];

/**
 * Evaluates what the queries of rollouts and alerts are made of, over series that change evenly. Checked by hand against promtool 3.5.0. What it
 * does not know it refuses.
 */
export function evaluate(query: string, series: readonly FakeSeries[]): Sample[] {
  const value = new Evaluator(query, series).value(treeOf(query));
  return typeof value === "number" ? [{ labels: {}, value }] : value;
}

const trees = new Map<string, SyntaxNode>();

/** A program asks the same queries every minute. */
function treeOf(query: string): SyntaxNode {
  const known = trees.get(query);
  if (known) return known;
  const errors = syntaxErrors(query);
  if (errors.length > 0) throw new Error(`not PromQL: ${errors.join("; ")}`);
  const tree = parser.parse(query).topNode.firstChild!;
  trees.set(query, tree);
  return tree;
}

class Evaluator {
  constructor(
    private readonly query: string,
    private readonly series: readonly FakeSeries[],
  ) {}

  value(node: SyntaxNode): Value {
    switch (node.name) {
      case "ParenExpr":
        return this.value(node.firstChild!);
      case "NumberDurationLiteral":
        return Number(this.text(node));
      case "BinaryExpr":
        return this.binary(node);
      case "FunctionCall":
        return this.call(node);
      case "AggregateExpr":
        return this.aggregate(node);
      case "VectorSelector":
        return this.selected(node).map((one) => ({ labels: one.labels, value: changeOf(one, "last_over_time", 0) }));
      default:
        throw new Error(`no evaluation of ${node.name}: ${this.text(node)}`);
    }
  }

  private vector(node: SyntaxNode): Sample[] {
    const value = this.value(node);
    if (typeof value === "number") throw new Error(`a number where series are wanted: ${this.text(node)}`);
    return value;
  }

  private binary(node: SyntaxNode): Value {
    const matching = node.getChild("MatchingModifierClause");
    const parts = children(node).filter(({ name }) => name !== "MatchingModifierClause");
    const [left, operator, right] = parts as [SyntaxNode, SyntaxNode, SyntaxNode];
    if (operator.name === "Unless" && matching && this.text(matching) === "on()") {
      return this.vector(right).length > 0 ? [] : this.vector(left);
    }
    if (matching) throw new Error(`no evaluation of ${this.text(node)}`);
    if (operator.name === "And" || operator.name === "Or" || operator.name === "Unless") {
      const [a, b] = [this.vector(left), this.vector(right)];
      const has = (samples: Sample[], sample: Sample) => samples.some((other) => keyOf(other) === keyOf(sample));
      if (operator.name === "Unless") return a.filter((sample) => !has(b, sample));
      return operator.name === "And"
        ? a.filter((sample) => has(b, sample))
        : [...a, ...b.filter((sample) => !has(a, sample))];
    }
    return this.arithmetic(operator.name, this.value(left), this.value(right));
  }

  private arithmetic(operator: string, a: Value, b: Value): Value {
    if (typeof a === "number" && typeof b === "number") return combine(operator, a, b)!;
    const pairs: [Sample, number, number][] =
      typeof a === "number"
        ? (b as Sample[]).map((sample) => [sample, a, sample.value])
        : typeof b === "number"
          ? a.map((sample) => [sample, sample.value, b])
          : a.flatMap((sample) => {
              const other = b.find((candidate) => keyOf(candidate) === keyOf(sample));
              return other ? [[sample, sample.value, other.value] as [Sample, number, number]] : [];
            });
    return pairs.flatMap(([sample, left, right]) => {
      const value = combine(operator, left, right);
      // Arithmetic drops the name, which no sample here carries any more.
      return value === undefined ? [] : [{ labels: sample.labels, value }];
    });
  }

  private call(node: SyntaxNode): Value {
    const name = this.text(node.firstChild!);
    const given = children(node.getChild("FunctionCallBody")!);
    switch (name) {
      case "vector":
        return [{ labels: {}, value: this.value(given[0]!) as number }];
      case "clamp_min":
      case "clamp_max": {
        const limit = this.value(given[1]!) as number;
        const clamp = name === "clamp_min" ? Math.max : Math.min;
        return this.vector(given[0]!).map(({ labels, value }) => ({ labels, value: clamp(value, limit) }));
      }
      case "rate":
      case "increase":
      case "last_over_time":
      case "max_over_time":
        return this.over(name, given[0]!);
      case "absent":
        return this.vector(given[0]!).length > 0 ? [] : [{ labels: {}, value: 1 }];
      case "histogram_quantile":
        return quantiles(this.value(given[0]!) as number, this.vector(given[1]!));
      default:
        throw new Error(`no evaluation of the function ${name}`);
    }
  }

  private over(name: string, matrix: SyntaxNode): Sample[] {
    const [, amount, unit] = /^(\d+)([mh])$/.exec(this.text(matrix.getChild("DurationExpr")!))!;
    const minutes = Number(amount) * (unit === "h" ? 60 : 1);
    return this.selected(matrix.getChild("VectorSelector")!).map((one) => ({
      labels: one.labels,
      value: changeOf(one, name, minutes),
    }));
  }

  private selected(selector: SyntaxNode): FakeSeries[] {
    const metric = this.text(selector.getChild("Identifier")!);
    const matchers = children(selector.getChild("LabelMatchers")!).map((each) => this.matcher(each));
    return this.series.filter((one) => one.name === metric && matchers.every((matches) => matches(one.labels)));
  }

  private matcher(node: SyntaxNode): (labels: Readonly<Record<string, string>>) => boolean {
    const [label, operator, literal] = children(node).map((child) => this.text(child)) as [string, string, string];
    const wanted = JSON.parse(literal) as string;
    const pattern = operator.endsWith("~") ? new RegExp(`^(?:${wanted})$`) : undefined;
    return (labels) => {
      const actual = labels[label] ?? "";
      if (pattern) return pattern.test(actual) === (operator === "=~");
      return (actual === wanted) === (operator === "=");
    };
  }

  private aggregate(node: SyntaxNode): Sample[] {
    const how = this.text(node.getChild("AggregateOp")!);
    const modifier = node.getChild("AggregateModifier");
    const by = modifier
      ? children(modifier.getChild("GroupingLabels")!).map((label) => this.text(label))
      : ([] as string[]);
    const groups = new Map<string, Sample>();
    for (const { labels, value } of this.vector(children(node.getChild("FunctionCallBody")!)[0]!)) {
      const kept = Object.fromEntries(by.flatMap((label) => (label in labels ? [[label, labels[label]!]] : [])));
      const before = groups.get(JSON.stringify(kept));
      const merged = before ? (how === "sum" ? before.value + value : Math.max(before.value, value)) : value;
      groups.set(JSON.stringify(kept), { labels: kept, value: merged });
    }
    return [...groups.values()];
  }

  private text(node: SyntaxNode): string {
    return this.query.slice(node.from, node.to);
  }
}

function changeOf({ name, perMinute, value, before }: FakeSeries, how: string, minutes: number): number {
  if (how === "max_over_time" && value !== undefined) return Math.max(value, before ?? value);
  if (how === "last_over_time" && value !== undefined) return value;
  if (how !== "last_over_time" && perMinute !== undefined) return how === "rate" ? perMinute / 60 : perMinute * minutes;
  throw new Error(`${how} of ${name}, which is of the other kind`);
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

function keyOf({ labels }: Sample): string {
  return JSON.stringify(Object.entries(labels).sort());
}

/** Undefined where a comparison drops the sample. */
function combine(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case "Add":
      return a + b;
    case "Sub":
      return a - b;
    case "Mul":
      return a * b;
    case "Div":
      return a / b;
    case "Gtr":
      return a > b ? a : undefined;
    case "Gte":
      return a >= b ? a : undefined;
    case "Lss":
      return a < b ? a : undefined;
    case "Eql":
      return a === b ? a : undefined;
    default:
      throw new Error(`no evaluation of the operator ${operator}`);
  }
}

// As Prometheus: linear within a bucket, the highest boundary for what lies beyond it, NaN where nothing was observed.
function quantiles(q: number, buckets: Sample[]): Sample[] {
  if (buckets.length === 0) return [];
  const bounds = buckets
    .map(({ labels, value }) => ({ le: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]), value }))
    .sort((a, b) => a.le - b.le);
  const all = bounds.at(-1)!.value;
  if (all === 0) return [{ labels: {}, value: NaN }];
  const rank = q * all;
  const index = bounds.findIndex(({ value }) => value >= rank);
  const { le, value } = bounds[index]!;
  if (le === Infinity) return [{ labels: {}, value: bounds.at(-2)!.le }];
  const below = index === 0 ? { le: 0, value: 0 } : bounds[index - 1]!;
  return [{ labels: {}, value: below.le + ((le - below.le) * (rank - below.value)) / (value - below.value) }];
}
