import type { AcceptedRisk, Block } from "../../lib/core";
import {
  activeRules,
  judge,
  matchesType,
  type AcknowledgementsByPath,
  type Rule,
  type RulePack,
  type SeverityOverrides,
} from "../../lib/policy";
import { stackWith, TODAY } from "./judged";

function rule(id: string, resourceTypes: readonly string[], check: Rule["check"], more: Partial<Rule> = {}): Rule {
  return { id, title: id, severity: "high", rationale: "r", fix: "f", controls: [], resourceTypes, check, ...more };
}

function pack(...rules: readonly Rule[]): RulePack {
  return { id: "test", title: "Test", rules };
}

const broken: Rule["check"] = () => ({ status: "violation", findings: [{ path: "x", expected: "y" }] });
const fine: Rule["check"] = () => ({ status: "compliant" });
const NONE: AcknowledgementsByPath = new Map();

const risk = (id: string, expires = "2027-01-01"): AcceptedRisk => ({
  rule: id,
  reason: "a reason that is long enough",
  owner: "lead",
  expires,
});

describe("judging", () => {
  test("every rule sees every resource of its types once, and comes out sorted", () => {
    const stack = stackWith({ "google_b.two": {}, "google_a.one": {}, "other_c.three": {} });
    const rules = activeRules([pack(rule("z", ["google_*", "google_a"], fine), rule("a", ["google_a"], broken))]);
    expect(judge([stack], rules, NONE, TODAY).map((j) => `${j.address} ${j.rule.id} ${j.status}`)).toEqual([
      "google_a.one a violation",
      "google_a.one z compliant",
      "google_b.two z compliant",
    ]);
  });

  test("5,000 resources cost one call a rule and resource, and one index", () => {
    const resources: Record<string, Block> = {};
    for (let i = 0; i < 5000; i++) resources[`google_type${i % 50}.r${i}`] = {};
    const calls = { exact: 0, glob: 0, other: 0 };
    const count =
      (which: keyof typeof calls): Rule["check"] =>
      () => {
        calls[which] += 1;
        return { status: "compliant" };
      };
    const rules = activeRules([
      pack(
        rule("exact", ["google_type7"], count("exact")),
        rule("glob", ["google_*"], count("glob")),
        rule("other", ["kubernetes_*", "google_none"], count("other")),
      ),
    ]);
    expect(judge([stackWith(resources)], rules, NONE, TODAY)).toHaveLength(5100);
    expect(calls).toEqual({ exact: 100, glob: 5000, other: 0 });
  });

  test("the context holds what is in all stacks, and is the same for every rule of a stack", () => {
    const contexts = new Set<unknown>();
    const seen: number[] = [];
    const check: Rule["check"] = (_config, _resource, context) => {
      contexts.add(context);
      seen.push(context.resources("google_a").length);
      return { status: "compliant" };
    };
    const stacks = [
      stackWith({ "google_a.one": {} }),
      { ...stackWith({ "google_a.two": {}, "google_a.three": {} }), name: "second" },
    ];
    judge(stacks, activeRules([pack(rule("one", ["google_a"], check), rule("two", ["google_a"], check))]), NONE, TODAY);
    expect(contexts.size).toBe(2);
    expect(new Set(seen)).toEqual(new Set([3]));
  });

  test("data sources, providers and settings are judged by name only", () => {
    const stack = stackWith(
      { "google_a.one": {} },
      { data: { google_a: { two: {} } }, provider: { google: [{}, { alias: "b" }] }, terraform: {} },
    );
    const seen = (pattern: string) =>
      judge([stack], activeRules([pack(rule("r", [pattern], fine))]), NONE, TODAY).map(({ address }) => address);
    expect(seen("*")).toEqual(["google_a.one"]);
    expect(seen("data.*")).toEqual(["data.google_a.two"]);
    expect(seen("provider.google")).toEqual(["provider.google", "provider.google.b"]);
    expect(seen("terraform")).toEqual(["terraform"]);
  });

  test("a pattern matches as a whole, with * in any place", () => {
    expect(matchesType("google_storage_bucket_iam_member", "google_*_iam_member")).toBe(true);
    expect(matchesType("google_storage_bucket_iam_member_x", "google_*_iam_member")).toBe(false);
    expect(matchesType("xgoogle_a", "google_*")).toBe(false);
  });

  test("a rule that breaks is named with the resource, and does not pass for compliant", () => {
    const rules = activeRules([pack(rule("breaks", ["google_a"], () => JSON.parse("{") as never))]);
    expect(() => judge([stackWith({ "google_a.one": {} })], rules, NONE, TODAY)).toThrow(
      /stack google_a\.one: could not be judged by breaks: SyntaxError/,
    );
  });
});

describe("acknowledgements", () => {
  const stack = stackWith({ "google_a.one": {}, "google_a.oneself": {} });
  const status = (by: Record<string, AcceptedRisk[]>, more: Partial<Rule> = {}) => {
    const rules = activeRules([pack(rule("r", ["google_a"], broken, more))]);
    const judgements = judge([stack], rules, new Map(Object.entries(by)), TODAY);
    return judgements.map((j) => `${j.address} ${j.status}`);
  };

  test("hold at the construct and nowhere beside it, whatever its name starts with", () => {
    expect(status({ "stack/one": [risk("r")] })).toEqual(["google_a.one acknowledged", "google_a.oneself violation"]);
  });

  test("hold below the construct", () => {
    expect(status({ stack: [risk("r")] })).toEqual(["google_a.one acknowledged", "google_a.oneself acknowledged"]);
    expect(status({ "": [risk("r")] })).toEqual(["google_a.one acknowledged", "google_a.oneself acknowledged"]);
  });

  test("do not hold above it, for another rule, or after the last day", () => {
    const all = ["google_a.one violation", "google_a.oneself violation"];
    expect(status({ "stack/one/below": [risk("r")] })).toEqual(all);
    expect(status({ stack: [risk("other")] })).toEqual(all);
    expect(status({ stack: [risk("r", "2026-11-20")] })).toEqual(all);
    expect(status({ stack: [risk("r", TODAY)] })[0]).toBe("google_a.one acknowledged");
  });

  test("do not hold for a rule that accepts none", () => {
    expect(status({ stack: [risk("r")] }, { nonNegotiable: true })[0]).toBe("google_a.one violation");
  });

  test("the nearest one is the one that is reported", () => {
    const [first] = judge(
      [stack],
      activeRules([pack(rule("r", ["google_a"], broken))]),
      new Map([
        ["stack", [risk("r")]],
        ["stack/one", [{ ...risk("r"), owner: "nearest" }]],
      ]),
      TODAY,
    );
    expect(first!.acknowledgement).toMatchObject({ constructPath: "stack/one", given: { owner: "nearest" } });
    expect(first!.findings).toHaveLength(1);
  });
});

describe("rules of packs", () => {
  const one = rule("one", ["*"], fine, { severity: "medium" });

  test("have the severity of the rule, of its pack's override, or of its own, which wins", () => {
    const severity = (overrides: SeverityOverrides) => activeRules([pack(one)], overrides)[0]!.severity;
    expect(severity({})).toBe("medium");
    expect(severity({ test: "low" })).toBe("low");
    expect(severity({ test: "low", one: "critical" })).toBe("critical");
  });

  test("run once though two packs hold them; two rules of one id are refused", () => {
    expect(activeRules([pack(one), { ...pack(one), id: "second" }])).toHaveLength(1);
    expect(() => activeRules([pack(one), { ...pack({ ...one }), id: "second" }])).toThrow(
      /packs\.second\.one: is the id of another rule in the pack test/,
    );
  });

  test("an override of an unknown rule is refused with the nearest; a non-negotiable one cannot be lowered", () => {
    expect(() => activeRules([pack(one)], { ome: "low" })).toThrow(/did you mean "one"\?/);
    const strict = { ...one, nonNegotiable: true };
    expect(() => activeRules([pack(strict)], { one: "low" })).toThrow(/cannot be lowered/);
    expect(() => activeRules([pack(strict)], { test: "low" })).toThrow(/cannot be lowered/);
    expect(activeRules([pack(strict)], { one: "high" })[0]!.severity).toBe("high");
  });
});
