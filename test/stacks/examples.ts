import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { App } from "cdktf";
import { synthesize, type Synthesized } from "../../lib/testing";
import { AiPlatform } from "../../stacks/ai-platform";
import type { EnvironmentConfig } from "../../stacks/environment-config";
import { platformApp } from "./platform";

const FOLDER = path.join(__dirname, "../../examples/environments");

/** The example environments, by name. */
export const examples = fs
  .readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => path.basename(file, ".yaml"));

export function exampleFile(name: string): string {
  return path.join(FOLDER, `${name}.yaml`);
}

/** An example as plain data, to change in a test. */
export function example(name: string): EnvironmentConfig {
  return parse(fs.readFileSync(exampleFile(name), "utf8")) as EnvironmentConfig;
}

/** What an environment writes. */
export function synthesizeEnvironment(config: EnvironmentConfig): Synthesized {
  return synthesizeWith((app) => new AiPlatform(app, config));
}

export function synthesizeExample(name: string): Synthesized {
  return synthesizeWith((app) => AiPlatform.fromFile(app, exampleFile(name)));
}

function synthesizeWith(build: (app: App) => void): Synthesized {
  return synthesize(build, platformApp);
}
