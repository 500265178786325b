import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { EXTRA_LABEL_FIELDS, LABELLED_BY_PROVIDER, NOT_COST_LABELS } from "../../lib/catalog";

interface Attribute {
  readonly type?: unknown;
  readonly optional?: boolean;
  readonly required?: boolean;
}
interface Block {
  readonly attributes?: Record<string, Attribute>;
  readonly block_types?: Record<string, { readonly block: Block }>;
}

const folder = process.env["SCHEMA_DIR"] ?? resolve(__dirname, "../../../shared/data/schemas");
const file = join(folder, "google-6.50.0.json.gz");
const withSchema = existsSync(file) ? test : test.skip;

function readSchemas(): Record<string, { readonly block: Block }> {
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")).resource_schemas;
}

/** Paths of writable map(string) attributes whose name contains "label". */
function labelPaths(block: Block, prefix: readonly string[] = []): string[] {
  const own = Object.entries(block.attributes ?? {})
    .filter(([name, a]) => name.includes("label") && (a.optional || a.required))
    .filter(([, a]) => JSON.stringify(a.type) === '["map","string"]')
    .map(([name]) => [...prefix, name].join("."));
  const nested = Object.entries(block.block_types ?? {}).flatMap(([name, type]) =>
    labelPaths(type.block, [...prefix, name]),
  );
  return [...own, ...nested];
}

function isCovered(type: string, path: string): boolean {
  const providerFillsIt = LABELLED_BY_PROVIDER.has(type) && (path === "labels" || path === "resource_labels");
  return providerFillsIt || (EXTRA_LABEL_FIELDS[type] ?? []).includes(path) || `${type}:${path}` in NOT_COST_LABELS;
}

const tabled = [
  ...Object.entries(EXTRA_LABEL_FIELDS).flatMap(([type, paths]) => paths.map((path) => `${type}:${path}`)),
  ...Object.keys(NOT_COST_LABELS),
];

describe("label fields of google 6.50.0 (schema folder: SCHEMA_DIR)", () => {
  withSchema("every field of labels that a user could write stands in exactly one table", () => {
    const uncovered = Object.entries(readSchemas()).flatMap(([type, schema]) =>
      labelPaths(schema.block)
        .filter((path) => !isCovered(type, path))
        .map((path) => `${type}:${path}`),
    );
    expect(uncovered).toEqual([]);
  });

  withSchema("every entry of the tables exists in the schema", () => {
    const schemas = readSchemas();
    const existing = new Set(
      Object.entries(schemas).flatMap(([type, schema]) => labelPaths(schema.block).map((path) => `${type}:${path}`)),
    );
    expect(tabled.filter((entry) => !existing.has(entry))).toEqual([]);
  });

  withSchema("the provider fills the labels of exactly the types with terraform_labels", () => {
    const labelled = Object.entries(readSchemas())
      .filter(([, schema]) => "terraform_labels" in (schema.block.attributes ?? {}))
      .map(([type]) => type);
    expect([...LABELLED_BY_PROVIDER].sort()).toEqual(labelled.sort());
  });

  test("the set of types with provider labels has the 240 of google 6.50.0", () => {
    expect(LABELLED_BY_PROVIDER.size).toBe(240);
  });

  test("no field stands in two tables", () => {
    expect(new Set(tabled).size).toBe(tabled.length);
  });

  test("node pools and clusters get their nodes' resource labels written, and never Kubernetes node labels", () => {
    expect(EXTRA_LABEL_FIELDS["google_container_node_pool"]).toEqual(["node_config.resource_labels"]);
    expect(EXTRA_LABEL_FIELDS["google_container_cluster"]).toEqual([
      "node_config.resource_labels",
      "node_pool.node_config.resource_labels",
    ]);
    expect(NOT_COST_LABELS["google_container_node_pool:node_config.labels"]).toContain("Kubernetes");
  });
});
