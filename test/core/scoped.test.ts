import { App } from "cdktf";
import { Environment, Governance, Scoped, acknowledge, acknowledgements, acknowledgementsAt } from "../../lib/core";
import { failuresOf } from "../cluster-constructs/refused";
import { Group, testEnvironment } from "../stacks/platform";

/** An app with `outer` over `inner` over `leaf`, and `other` beside them. */
function tree() {
  const app = new App();
  const outer = new Group(app, "outer");
  const inner = new Group(outer, "inner");
  return { app, outer, inner, leaf: new Group(inner, "leaf"), other: new Group(app, "other") };
}

describe("a value of a scope", () => {
  test("holds for all below, and nowhere else", () => {
    const { app, outer, leaf, other } = tree();
    const scoped = new Scoped<string>("test-below");
    scoped.set(outer, "outer");
    expect([outer, leaf].map((c) => scoped.find(c))).toEqual(["outer", "outer"]);
    expect([app, other].map((c) => scoped.find(c))).toEqual([undefined, undefined]);
  });

  test("the nearest wins; all of them are known, outermost first", () => {
    const { app, inner, leaf, outer } = tree();
    const scoped = new Scoped<string>("test-nearest");
    scoped.set(inner, "inner");
    scoped.set(app, "app");
    expect(scoped.find(leaf)).toBe("inner");
    expect(scoped.find(outer)).toBe("app");
    expect(scoped.all(leaf)).toEqual(["app", "inner"]);
    expect(scoped.own(leaf)).toBeUndefined();
  });

  test("may be set anew, and may be 0 or false", () => {
    const { outer, leaf } = tree();
    const scoped = new Scoped<number | boolean>("test-anew");
    scoped.set(outer, 1);
    scoped.set(outer, 0);
    expect(scoped.find(leaf)).toBe(0);
    scoped.set(leaf, false);
    expect(scoped.find(leaf)).toBe(false);
  });

  test("is found by another copy of the package, by its name, and by no other name", () => {
    const { outer } = tree();
    new Scoped<string>("test-copy").set(outer, "x");
    expect(new Scoped<string>("test-copy").find(outer)).toBe("x");
    expect(new Scoped<string>("test-other").find(outer)).toBeUndefined();
  });
});

describe("the environment and governance of a construct", () => {
  const { environment, governance } = testEnvironment;

  test("are found through the scope, the nearest first", () => {
    const { outer, inner, leaf } = tree();
    Environment.on(outer, environment);
    Environment.on(inner, { ...environment, name: "near" });
    Governance.on(outer, "test", governance);
    expect(Environment.of(leaf).name).toBe("near");
    expect(Environment.of(outer).name).toBe("test");
    expect(Governance.of(leaf).labels).toMatchObject({ environment: "test", owner: governance.owner });
  });

  test("are never guessed", () => {
    const { app, leaf } = tree();
    expect(failuresOf(() => Environment.of(leaf))).toEqual([expect.objectContaining({ code: "no-environment" })]);
    expect(failuresOf(() => Governance.of(leaf))).toEqual([expect.objectContaining({ code: "no-governance" })]);
    expect(() => Governance.of(leaf)).toThrow(
      /1 problem in outer\/inner\/leaf[\s\S]*put the construct in a PlatformStack/,
    );
    expect(() => Environment.of(app)).toThrow(/1 problem in the app/);
  });

  test("labels are sorted by key, so that the order of a file changes no byte", () => {
    const { app } = tree();
    const labels = Object.keys(Governance.on(app, "test", { ...governance, labels: { z: "1", a: "2" } }).labels);
    expect(labels).toEqual([...labels].sort());
  });

  test("more labels than Google takes are refused with their number", () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, "x"]));
    expect(failuresOf(() => Governance.on(tree().app, "test", { ...governance, labels: many }))).toEqual([
      expect.objectContaining({ path: "labels", message: "has 33 labels", allowed: "at most 32" }),
    ]);
  });
});

describe("acknowledged rules", () => {
  const because = { reason: "there is a reason of enough words", until: "later", source: "docs" };

  test("hold where they were made and below", () => {
    const { outer, inner, leaf, other } = tree();
    acknowledge(outer, { rule: "one", ...because });
    acknowledge(inner, { rule: "two", ...because });
    acknowledge(inner, { rule: "three", ...because });
    expect(acknowledgementsAt(leaf).map((a) => a.rule)).toEqual(["one", "two", "three"]);
    expect(acknowledgementsAt(outer).map((a) => a.rule)).toEqual(["one"]);
    expect(acknowledgementsAt(other)).toEqual([]);
  });

  test("are listed with the construct that they were made on", () => {
    const { app, inner, other } = tree();
    acknowledge(other, { rule: "two", ...because });
    acknowledge(inner, { rule: "one", ...because });
    const listed = acknowledgements(app).map(({ construct, acknowledgement }) => [construct, acknowledgement.rule]);
    expect(listed).toEqual([
      [inner, "one"],
      [other, "two"],
    ]);
    expect(acknowledgements(inner)).toHaveLength(1);
  });
});
