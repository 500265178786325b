import { TerraformGraph, type Block } from "../../lib/core";

/** A graph of resources of type `t`, by id. */
function graph(resources: Readonly<Record<string, Block>>): TerraformGraph {
  return new TerraformGraph({ resource: { t: resources } });
}

const dependencies = (config: Block) => [
  ...graph({ user: config, a: {}, b: {}, "with-dash": {}, _under: {} }).dependenciesOf("t.user"),
];

describe("what a resource waits for", () => {
  test.each<[string, Block, string[]]>([
    ["a reference", { x: "${t.a.id}" }, ["t.a"]],
    ["a reference within text", { x: "projects/${t.a.project}/x/${t.b.name}" }, ["t.a", "t.b"]],
    ["a reference in a nested block", { block: { inner: { x: "${t.a.id}" } } }, ["t.a"]],
    ["a reference in a list of blocks", { block: [{ x: 1 }, { x: ["y", "${t.a.id}"] }] }, ["t.a"]],
    ["references in an expression", { x: '${merge({"k" = t.a.id}, [for k in t.b.ids : k])}' }, ["t.a", "t.b"]],
    ["a reference to an element", { x: "${t.a[0].id}", y: '${t.b["k"].id}' }, ["t.a", "t.b"]],
    ["ids with dashes and underscores", { x: "${t.with-dash.id} ${t._under.id}" }, ["t.with-dash", "t._under"]],
    ["depends_on", { depends_on: ["t.a", "t.b"] }, ["t.a", "t.b"]],
    ["nothing twice", { x: "${t.a.id}", y: "${t.a.name}", depends_on: ["t.a"] }, ["t.a"]],
  ])("%s", (_what, config, expected) => {
    expect(dependencies(config)).toEqual(expected);
  });

  test.each<[string, Block]>([
    ["an address in plain words", { description: "beside t.a" }],
    ["what is no resource of the stack", { x: "${var.a} ${t.missing.id} ${each.value.t.a}", depends_on: ["t.gone"] }],
    ["data of the same name", { x: "${data.t.a.id}" }],
    ["cdktf's own comment", { "//": { metadata: { path: "${t.a.id}" } } }],
    ["itself", { x: "${t.user.id}" }],
  ])("not: %s", (_what, config) => {
    expect(dependencies(config)).toEqual([]);
  });
});

describe("the order of a stack", () => {
  const chain = graph({ first: {}, second: { x: "${t.first.id}" }, third: { depends_on: ["t.second"] }, other: {} });

  test("goes through other resources, and one way only", () => {
    expect(chain.waitsFor("t.third", "t.first")).toBe(true);
    expect(chain.waitsFor("t.first", "t.third")).toBe(false);
    expect(chain.waitsFor("t.third", "t.other")).toBe(false);
    expect(chain.waitsFor("t.first", "t.first")).toBe(false);
  });

  test("a circle of references comes to an end, and each waits for all of it", () => {
    const circle = graph({ a: { x: "${t.b.id}" }, b: { x: "${t.c.id}" }, c: { x: "${t.a.id}" }, d: {} });
    expect(circle.waitsFor("t.a", "t.c")).toBe(true);
    expect(circle.waitsFor("t.a", "t.a")).toBe(true);
    expect(circle.waitsFor("t.a", "t.d")).toBe(false);
  });

  test("an address that is not there waits for nothing", () => {
    expect(chain.resource("t.none")).toBeUndefined();
    expect(chain.dependenciesOf("t.none").size).toBe(0);
    expect(chain.waitsFor("t.none", "t.first")).toBe(false);
  });

  test("resources come sorted by address, each with the construct that made it", () => {
    const { resources } = new TerraformGraph({
      resource: { z: { a: {} }, b: { y: { "//": { metadata: { path: "stack/y" } } }, x: {} } },
    });
    expect(resources.map(({ address, type, constructPath }) => [address, type, constructPath])).toEqual([
      ["b.x", "b", ""],
      ["b.y", "b", "stack/y"],
      ["z.a", "z", ""],
    ]);
  });

  test("words beside an expression, and an escaped one, are no references", () => {
    const graph = new TerraformGraph({
      resource: {
        google_pubsub_topic: {
          a: { name: "a" },
          b: { name: "b" },
          c: { name: "google_pubsub_topic.a ${google_pubsub_topic.b.name} $${google_pubsub_topic.a.name}" },
        },
      },
    });
    expect([...graph.dependenciesOf("google_pubsub_topic.c")]).toEqual(["google_pubsub_topic.b"]);
  });
});
