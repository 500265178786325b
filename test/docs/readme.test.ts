import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ConfigError } from "../../lib/core";
import { renderSummary } from "../../lib/cli/summary";
import { AiPlatform } from "../../stacks/ai-platform";
import { EnvironmentFile } from "../../stacks/environment-file";
import { exampleFile } from "../stacks/examples";
import { platformApp } from "../stacks/platform";
import { blocks, documentText } from "./markdown";

// What the README shows is what the code prints.
const readme = documentText("README.md");

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), "readme-"));

test("the environment file is accepted", () => {
  const [yaml] = blocks(readme, "yaml");
  const { data } = EnvironmentFile.parse("readme.yaml", yaml!);
  expect(() => new AiPlatform(platformApp(folder()), data as never)).not.toThrow();
});

test("the summary is that of the production example", () => {
  const app = platformApp(folder());
  const platform = AiPlatform.fromFile(app, exampleFile("prod"));
  app.synth();
  const table = blocks(readme, "text").find((text) => text.startsWith("┌"))!;
  expect(renderSummary(platform).split("\n\n")[0]).toBe(table.trimEnd());
});

test("the refusal is that of the dev example with two mistakes", () => {
  const file = path.join(folder(), "dev.yaml");
  const text = fs
    .readFileSync(exampleFile("dev"), "utf8")
    .replace("gpuBudget: 2", "gpuBugdet: 2")
    .replace("machine: g2-standard-8", "machine: a3-highgpu-1g")
    .replace("{ model: spot, maxNodes: 2 }", "{ model: on-demand, maxNodes: 2 }");
  fs.writeFileSync(file, text);
  const shown = blocks(readme, "text").find((block) => block.includes("problems in environment file"))!;
  let message = "accepted";
  try {
    AiPlatform.fromFile(platformApp(folder()), file);
  } catch (error) {
    if (!ConfigError.is(error)) throw error;
    message = error.message.replace(file, "dev.yaml");
  }
  expect(`${message}\n\nNothing was written.\n`).toBe(shown);
});

test("every script that it names exists", () => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(__dirname, "../../package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name!);
  expect([...new Set(named)].filter((name) => !["ci", "install"].includes(name) && !(name in scripts))).toEqual([]);
});
