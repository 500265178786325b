import { labelEverything, type Block, type TerraformJson } from "../../lib/core";

const labels = { owner: "o", team: "t" };
const fields = {
  byProvider: new Set(["served"]),
  extra: {
    own: ["user_labels"],
    nested: ["settings.user_labels"],
    deep: ["policy.schedule.labels"],
    served: ["node_config.labels"],
    both: ["labels", "disk.labels"],
  },
};

/** What a resource looks like once it is labelled. */
function labelled(type: string, config: Block): Block {
  const json: TerraformJson = { resource: { [type]: { one: config } } };
  labelEverything(json, labels, fields);
  return json.resource![type]!["one"]!;
}

describe("labels on what is written", () => {
  test.each<[string, string, Block, Block]>([
    ["a field of the resource", "own", {}, { user_labels: labels }],
    ["a field in a block that is made for it", "nested", {}, { settings: { user_labels: labels } }],
    [
      "every block of a list",
      "nested",
      { settings: [{ a: 1 }, {}] },
      { settings: [{ a: 1, user_labels: labels }, { user_labels: labels }] },
    ],
    ["several fields of one type", "both", { disk: [{}] }, { labels, disk: [{ labels }] }],
    ["a deep field whose blocks are there", "deep", { policy: { schedule: {} } }, { policy: { schedule: { labels } } }],
    [
      "a block of a type that default labels serve, if it is there",
      "served",
      { node_config: {} },
      { node_config: { labels } },
    ],
    [
      "beside labels of its own, which win",
      "own",
      { user_labels: { team: "x", y: "z" } },
      { user_labels: { owner: "o", team: "x", y: "z" } },
    ],
    ["a field that is null", "own", { user_labels: null }, { user_labels: labels }],
  ])("%s", (_what, type, config, expected) => {
    expect(labelled(type, config)).toEqual(expected);
  });

  test.each<[string, string, Block]>([
    ["a deep block that is not there is not made", "deep", {}],
    ["nor is one below a block that is there", "deep", { policy: {} }],
    ["nor is one of a type that default labels serve", "served", {}],
    ["a block that is an expression stays", "nested", { settings: "${var.settings}" }],
    ["a type with no field for labels stays", "none", { labels: { a: "b" } }],
  ])("%s", (_what, type, config) => {
    expect(labelled(type, structuredClone(config))).toEqual(config);
  });

  test("labels that only Terraform knows are merged by it, whichever way they are written", () => {
    const merged = (own: string) => labelled("own", { user_labels: own })["user_labels"];
    const ours = JSON.stringify(labels);
    expect(merged("${var.labels}")).toBe(`\${merge(${ours}, var.labels)}`);
    expect(merged("${merge(var.a,\n var.b)}")).toBe(`\${merge(${ours}, merge(var.a,\n var.b))}`);
  });

  test("every google provider carries them, with its own on top; other providers do not", () => {
    const json: TerraformJson = {
      provider: {
        google: [{ project: "p" }, { alias: "b", default_labels: { team: "x" } }],
        kubernetes: [{}],
      },
    };
    labelEverything(json, labels, fields);
    expect(json.provider).toEqual({
      google: [
        { project: "p", default_labels: labels },
        { alias: "b", default_labels: { owner: "o", team: "x" } },
      ],
      kubernetes: [{}],
    });
  });

  test("labelling twice changes nothing", () => {
    const once = labelled("both", { disk: {} });
    expect(labelled("both", structuredClone(once))).toEqual(once);
  });

  test("one resource's labels are not another's", () => {
    const json: TerraformJson = { resource: { own: { a: {}, b: {} } } };
    labelEverything(json, labels, fields);
    const { a, b } = json.resource!["own"] as Record<"a" | "b", { user_labels: Record<string, string> }>;
    a.user_labels["only"] = "a";
    expect(b.user_labels).toEqual(labels);
  });
});
