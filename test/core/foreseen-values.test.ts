import { ForeseenValues, type Block } from "../../lib/core";

const TEMPLATES = {
  t_ring: ["projects/{project}/locations/{location}/rings/{name}"],
  t_key: ["{ring}/keys/{name}"],
  t_account: ["projects/{project}/accounts/{account_id}@{project}.example", "{account_id}@{project}.example"],
};

const provider = { google: [{ project: "acme", region: "eu" }] };

function foreseen(resource: Record<string, Record<string, Block>>): ForeseenValues {
  return new ForeseenValues({ provider, resource }, TEMPLATES);
}

const values = foreseen({
  t_ring: { r: { name: "ring" }, late: { name: "${var.name}" } },
  t_key: {
    k: { name: "key", ring: "${t_ring.r.id}" },
    late: { name: "key", ring: "${t_ring.late.id}" },
    bare: { name: "key" },
  },
  t_account: { a: { account_id: "nodes", project: "other" } },
  t_other: { o: { name: "plain", block: { pool: "single" }, list: [{ x: "first" }, { x: "second" }] } },
  t_circle: { a: { x: "${t_circle.b.x}" }, b: { x: "${t_circle.a.x}" } },
});

describe("a reference is replaced by what it will be", () => {
  test.each([
    ["an attribute as written", "${t_other.o.name}", "plain"],
    ["several in one text", "a ${t_other.o.name} and ${t_ring.r.name}", "a plain and ring"],
    ["an id, with the provider's project and region", "${t_ring.r.id}", "projects/acme/locations/eu/rings/ring"],
    ["an id made of another id", "${t_key.k.id}", "projects/acme/locations/eu/rings/ring/keys/key"],
    ["an account's e-mail, by its own project", "${t_account.a.email}", "nodes@other.example"],
    ["an account as a member", "${t_account.a.member}", "serviceAccount:nodes@other.example"],
    ["an account's full name", "${t_account.a.name}", "projects/other/accounts/nodes@other.example"],
    ["an attribute in a list", "${t_other.o.list[1].x}", "second"],
    ["an attribute in a block, which Terraform has as a list of one", "${t_other.o.block[0].pool}", "single"],
  ])("%s", (_what, text, expected) => {
    expect(values.resolve(text)).toBe(expected);
  });

  test.each([
    ["a variable", "${var.x}"],
    ["data", "${data.t_ring.r.id}"],
    ["a resource of another stack", "${t_ring.gone.id}"],
    ["what the provider computes", "${t_other.o.self_link}"],
    ["an e-mail of what has none", "${t_ring.r.email}"],
    ["a member of what is no account", "${t_ring.r.member}"],
    ["a call", '${trimprefix(t_ring.r.id, "x")}'],
    ["an id of which a part is missing", "${t_key.bare.id}"],
  ])("%s stays", (_what, text) => {
    expect(values.resolve(text)).toBe(text);
  });

  test("in a circle ends", () => {
    expect(values.resolve("${t_circle.a.x}")).toMatch(/^\$\{t_circle\.[ab]\.x\}$/);
  });
});

describe("the full names of a resource", () => {
  const namesOf = (type: string, config: Block) => values.namesOf({ type, config });

  test("are all that its type has", () => {
    expect(namesOf("t_account", { account_id: "nodes" })).toEqual([
      "projects/acme/accounts/nodes@acme.example",
      "nodes@acme.example",
    ]);
  });

  test("follow references", () => {
    expect(namesOf("t_key", { name: "k2", ring: "${t_ring.r.id}" })).toEqual([
      "projects/acme/locations/eu/rings/ring/keys/k2",
    ]);
  });

  test.each([
    ["of a type without any", "t_other", { name: "plain" }],
    ["of which a part is missing", "t_key", { name: "key" }],
    ["of which Terraform will know a part", "t_key", { name: "key", ring: "${var.ring}" }],
    ["of which Terraform will know a part of a part", "t_key", { name: "key", ring: "${t_ring.late.id}" }],
  ])("are none %s", (_what, type, config) => {
    expect(namesOf(type, config)).toEqual([]);
  });
});

test("without a provider, what it would add is not known", () => {
  const bare = new ForeseenValues({ resource: { t_ring: { r: { name: "ring" } } } }, TEMPLATES);
  expect(bare.resolve("${t_ring.r.id}")).toBe("${t_ring.r.id}");
});
