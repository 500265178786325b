import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

interface Snippet {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  /** The rules that fire, none for a file that is fine. */
  readonly rules: readonly string[];
}

function importing(what: string, file: string, source: string, ...rules: string[]): Snippet {
  return { what, file, text: `import { a } from "${source}";\nexport const b = a;\n`, rules };
}

const FOLDER = "import-x/no-restricted-paths";
const ROOT = "@typescript-eslint/no-restricted-imports";
const SYNTAX = "no-restricted-syntax";

const folders = fs.readdirSync(path.join(root, "lib"));
const provider = "@cdktf/provider-google";

const snippets: Snippet[] = [
  importing("a submodule of a provider", "lib/network/a.ts", `${provider}/lib/compute-network`),
  importing("the root of the google provider", "lib/network/a.ts", provider, ROOT),
  importing("the root of the kubernetes provider", "stacks/a.ts", "@cdktf/provider-kubernetes", ROOT),
  importing("the root of the helm provider in a test", "test/core/a.test.ts", "@cdktf/provider-helm", ROOT),
  {
    what: "only types of a provider's root",
    file: "lib/network/a.ts",
    text: `export type { computeNetwork } from "${provider}";\n`,
    rules: [ROOT],
  },
  {
    what: "a provider's root by require",
    file: "test/core/a.test.ts",
    text: `export const a: unknown = require("${provider}");\n`,
    rules: ["@typescript-eslint/no-require-imports", SYNTAX],
  },
  {
    what: "a provider's root by import()",
    file: "lib/network/a.ts",
    text: `export const a: unknown = import("${provider}");\n`,
    rules: [SYNTAX],
  },

  importing("a file of the same folder", "lib/core/a.ts", "./config-error"),
  importing("core from catalog", "lib/catalog/a.ts", "../core/config-error"),
  importing("catalog from core", "lib/core/a.ts", "../catalog/machines", FOLDER),
  importing("stacks from lib", "lib/core/a.ts", "../../stacks/platform-stack", FOLDER),
  importing("stacks from the command line", "lib/cli/a.ts", "../../stacks/platform-stack"),
  importing("lib from stacks", "stacks/a.ts", "../lib/core/config-error"),
  importing("a test from lib", "lib/core/a.ts", "../../test/package/lint-rules.test", FOLDER),
  ...folders
    .filter((folder) => folder !== "cli")
    .map((folder) => importing(`the command line from ${folder}`, `lib/${folder}/a.ts`, "../cli/main", FOLDER)),
  importing("the command line from stacks", "stacks/a.ts", "../lib/cli/main", FOLDER),

  importing("a file that imports this one", "lib/core/config-error.ts", "./props", "import-x/no-cycle"),

  {
    what: "a bare error in lib",
    file: "lib/core/a.ts",
    text: `export function a(): never {\n  throw new Error("no");\n}\n`,
    rules: [SYNTAX],
  },
  {
    what: "a bare error in stacks, called without new",
    file: "stacks/a.ts",
    text: `export function a(): never {\n  throw TypeError("no");\n}\n`,
    rules: [SYNTAX],
  },
  {
    what: "a ConfigError in lib",
    file: "lib/core/a.ts",
    text: `import { ConfigError } from "./config-error";\nexport function a(): never {\n  throw new ConfigError("a", []);\n}\n`,
    rules: [],
  },
  {
    what: "an error of its own class in the test kit",
    file: "lib/testing/a.ts",
    text: `export class AFailure extends Error {}\nexport function a(): never {\n  throw new AFailure("no");\n}\n`,
    rules: [],
  },
];

describe("the lint rules that hold the design", () => {
  let fired: { rule: string; message: string }[][];

  beforeAll(() => {
    const output = execFileSync(process.execPath, [path.join(__dirname, "lint-snippets.mjs")], {
      input: JSON.stringify(snippets.map(({ file, text }) => ({ file: path.join(root, file), text }))),
    });
    fired = JSON.parse(output.toString());
  }, 60_000);

  test.each(
    snippets.map((snippet, index) => ({ ...snippet, index, verdict: snippet.rules.length ? "refused" : "fine" })),
  )("$what is $verdict", ({ index, rules }) => {
    expect([...new Set(fired[index]!.map(({ rule }) => rule))].sort()).toEqual([...rules].sort());
  });

  test("the message of a refused import says which folders are allowed", () => {
    const index = snippets.findIndex(({ what }) => what === "catalog from core");
    expect(fired[index]!.map(({ message }) => message).join()).toContain("lib/core may import no other folder");
  });
});
