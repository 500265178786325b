import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { NAMES, RESOURCE_NAMES, WORKLOAD_IDENTITY_POOL } from "../../lib/catalog";

const folder = process.env["SCHEMA_DIR"] ?? resolve(__dirname, "../../../shared/data/schemas");
const file = join(folder, "google-6.50.0.json.gz");
const withSchema = existsSync(file) ? test : test.skip;

const placeholders = (template: string): string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);

describe("names of resources (schema folder: SCHEMA_DIR)", () => {
  withSchema("every placeholder is an attribute of its type in google 6.50.0", () => {
    const schemas = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")).resource_schemas;
    const wrong = Object.entries(RESOURCE_NAMES).flatMap(([type, templates]) =>
      templates
        .flatMap(placeholders)
        .filter((attribute) => schemas[type]?.block.attributes[attribute] === undefined)
        .map((attribute) => `${type}: ${attribute}`),
    );
    expect(wrong).toEqual([]);
    const unknown = Object.values(NAMES).filter((limit) => schemas[limit.resourceType] === undefined);
    expect(unknown).toEqual([]);
  });

  test("each has a template that says more than a bare name", () => {
    for (const templates of Object.values(RESOURCE_NAMES)) {
      expect(templates.length).toBeGreaterThan(0);
      for (const template of templates) expect(template).toMatch(/[/:@]/);
    }
  });

  test("no two types share a first template: a name tells what it names", () => {
    const clashes = new Map<string, string[]>();
    for (const [type, [first]] of Object.entries(RESOURCE_NAMES)) {
      clashes.set(first as string, [...(clashes.get(first as string) ?? []), type]);
    }
    const shared = [...clashes.values()].filter((types) => types.length > 1);
    // Google gives the instances of Filestore and Workbench the same path, under different services.
    expect(shared).toEqual([["google_filestore_instance", "google_workbench_instance"]]);
  });

  test("a project's workload identity pool comes with its cluster", () => {
    expect(WORKLOAD_IDENTITY_POOL).toEqual({
      createdBy: "google_container_cluster",
      template: "{project}.svc.id.goog",
    });
  });
});
