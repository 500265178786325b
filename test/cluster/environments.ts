import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";
import type { TerraformJson } from "../../lib/core";
import type { KillSwitchConfig, ModelConfig } from "../../lib/serving";
import type { QueuesConfig, TeamConfig } from "../../lib/tenants";
import type { ApiObject } from "./api/objects";
import { Problems } from "./checks";

const root = path.resolve(__dirname, "../..");
const EXAMPLES = path.join(root, "examples", "environments");

/** What was synthesized of one example. */
export interface SynthesizedEnvironment {
  readonly name: string;
  readonly data: EnvironmentData;
  /** Each stack's Terraform by its layer: `cluster`, `addons`, … */
  readonly stacks: ReadonlyMap<string, SynthesizedStack>;
}

/** What the file says, as far as checks hold it against what is there. */
export interface EnvironmentData {
  readonly name: string;
  readonly teams?: readonly TeamConfig[];
  readonly queues?: QueuesConfig;
  readonly models?: readonly ModelConfig[];
  readonly serving?: KillSwitchConfig;
}

export interface SynthesizedStack {
  readonly folder: string;
  readonly json: TerraformJson;
  /** The Kubernetes objects that were written out beside it. */
  readonly objects: readonly ApiObject[];
}

export function exampleFiles(): string[] {
  return fs.readdirSync(EXAMPLES).filter((file) => file.endsWith(".yaml"));
}

export function readExample(file: string): EnvironmentData {
  return parse(fs.readFileSync(path.join(EXAMPLES, file), "utf8")) as EnvironmentData;
}

/** Synthesizes an environment into a folder of its own. */
export async function synthesize(data: EnvironmentData, workshop: string): Promise<SynthesizedEnvironment> {
  const { name } = data;
  const out = fs.mkdtempSync(path.join(workshop, `${name}-`));
  const file = path.join(out, "environment.yaml");
  fs.writeFileSync(file, stringify(data));
  await node(path.join(root, "dist", "cli.js"), "synth", file, "--out", out);
  const names = fs.readdirSync(path.join(out, "stacks"));
  const stacks = names.map((stack): [string, SynthesizedStack] => {
    const folder = path.join(out, "stacks", stack);
    const json = JSON.parse(fs.readFileSync(path.join(folder, "cdk.tf.json"), "utf8")) as TerraformJson;
    return [stack.slice(name.length + 1), { folder, json, objects: objectsIn(path.join(out, "manifests", stack)) }];
  });
  return { name, data, stacks: new Map(stacks) };
}

function objectsIn(folder: string): ApiObject[] {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().flatMap((file) => {
    const documents = parseAllDocuments(fs.readFileSync(path.join(folder, file), "utf8")) as { toJS(): unknown }[];
    return documents.map((document) => document.toJS() as ApiObject | null).filter((object) => object !== null);
  });
}

// Not synchronous: nodes without machines must be kept alive meanwhile.
function node(...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Problems([said.trim() || `exit ${code}`]))));
  });
}
