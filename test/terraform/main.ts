/**
 * Real Terraform on every stack of every example: init, validate and plan, with no cloud account and no cluster.
 * Where Terraform or its providers are missing, says which stacks were not checked and why, and passes, unless
 * REQUIRE_TERRAFORM=1. Needs `npm run build` first, as `npm run test:terraform` does.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TerraformJson } from "../../lib/core";
import { withStandInCharts } from "../cluster/terraform/stand-in-charts";
import { initialise, plan, run, validate, type Outcome } from "./check-stack";

const root = path.resolve(__dirname, "../..");
const ENVIRONMENTS = path.join(root, "examples", "environments");
const PROGRAMS = ["custom-stacks"];

// A plan holds the google provider twice in memory, some 600 MB.
const PLANS_AT_A_TIME = 2;

interface Stack {
  readonly example: string;
  readonly name: string;
  readonly folder: string;
}

async function main(workshop: string): Promise<number> {
  const broken: Outcome[] = [];
  const stacks = examples(workshop).flatMap((example) => {
    const why = synthesize(example);
    if (why === undefined) return stacksIn(example);
    console.log(`failed  synth ${example.name}: ${why}`);
    broken.push({ state: "failed", why });
    return [];
  });
  const terraform = [...broken, ...(await checkAll("terraform", stacks, validateAndPlan))];
  const tofu = (await present("tofu")) ? await checkAll("tofu", copyStacks(stacks, workshop), validate) : [];

  if (tofu.length > 0) console.log(summary("tofu", "validated", tofu));
  console.log(summary("terraform", "validated and planned", terraform));
  const all = [...terraform, ...tofu];
  if (all.some(({ state }) => state === "failed")) return 1;
  return process.env["REQUIRE_TERRAFORM"] === "1" && all.some(({ state }) => state === "skipped") ? 1 : 0;
}

interface Example {
  readonly name: string;
  /** What Node is given to synthesize it. */
  readonly args: readonly string[];
  readonly out: string;
}

function examples(workshop: string): Example[] {
  const environments = fs.readdirSync(ENVIRONMENTS).filter((file) => file.endsWith(".yaml"));
  return [
    ...environments.map((file) => {
      const out = path.join(workshop, path.basename(file, ".yaml"));
      const cli = path.join(root, "dist", "lib", "cli", "main.js");
      return { name: file, args: [cli, "synth", path.join(ENVIRONMENTS, file), "--out", out], out };
    }),
    ...PROGRAMS.map((program) => {
      const typescript = path.join(root, "scripts", "typescript.cjs");
      const main = path.join(root, "examples", program, "main.ts");
      return { name: program, args: ["--require", typescript, main], out: path.join(workshop, program) };
    }),
  ];
}

/** Returns why it failed. */
function synthesize({ args, out }: Example): string | undefined {
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: out },
    encoding: "utf8",
  });
  if (status !== 0) return stderr.trim() || `exit ${status}`;
  return fs.existsSync(path.join(out, "stacks")) ? undefined : "wrote no stack";
}

function stacksIn({ name: example, out }: Example): Stack[] {
  const folder = path.join(out, "stacks");
  return fs.readdirSync(folder).map((name) => {
    const stack = { example, name, folder: path.join(folder, name) };
    keepChartsLocal(stack.folder);
    return stack;
  });
}

/** The helm provider reads charts while it plans, most of them from registries: empty charts of their names and versions stand in. */
function keepChartsLocal(folder: string): void {
  const file = path.join(folder, "cdk.tf.json");
  const json = JSON.parse(fs.readFileSync(file, "utf8")) as TerraformJson;
  if (json.resource?.["helm_release"] === undefined) return;
  fs.writeFileSync(file, JSON.stringify(withStandInCharts(json, [], folder)));
}

/** Each tool keeps its own lock file and providers. */
function copyStacks(stacks: readonly Stack[], workshop: string): Stack[] {
  return stacks.map((stack) => {
    const folder = path.join(workshop, "tofu", stack.example, stack.name);
    fs.mkdirSync(folder, { recursive: true });
    fs.cpSync(stack.folder, folder, { recursive: true, filter: (file) => !file.includes(".terraform") });
    return { ...stack, folder };
  });
}

async function present(tool: string): Promise<boolean> {
  return (await run(tool, root, "version")).code === 0;
}

async function validateAndPlan(tool: string, folder: string): Promise<Outcome> {
  const validated = await validate(tool, folder);
  return validated.state === "passed" ? plan(tool, folder) : validated;
}

async function checkAll(
  tool: string,
  stacks: readonly Stack[],
  check: (tool: string, folder: string) => Promise<Outcome>,
): Promise<Outcome[]> {
  const there = await present(tool);
  const outcomes: Outcome[] = [];
  const waiting = [...stacks];
  const worker = async () => {
    for (let stack = waiting.shift(); stack; stack = waiting.shift()) {
      const { folder } = stack;
      const outcome: Outcome = there
        ? ((await oneAtATime(() => initialise(tool, folder))) ?? (await check(tool, folder)))
        : { state: "skipped", why: `${tool} is not on PATH` };
      report(tool, stack, outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: PLANS_AT_A_TIME }, worker));
  return outcomes;
}

// Two inits at once may write one provider into the shared cache (Terraform docs, "Provider Plugin Cache").
let lastInit: Promise<unknown> = Promise.resolve();
function oneAtATime<T>(init: () => Promise<T>): Promise<T> {
  const next = lastInit.then(init);
  lastInit = next.catch(() => undefined);
  return next;
}

function report(tool: string, { example, name }: Stack, outcome: Outcome): void {
  const what = outcome.state === "passed" ? `${outcome.resources} resources` : outcome.why;
  console.log(`${outcome.state.padEnd(7)} ${tool} ${example} ${name}: ${what}`);
}

function summary(tool: string, done: string, outcomes: readonly Outcome[]): string {
  const count = (state: Outcome["state"]) => outcomes.filter((outcome) => outcome.state === state).length;
  const failed = count("failed") > 0 ? `${count("failed")} failed, ` : "";
  return `${tool}: ${count("passed")} stacks ${done}, ${failed}${count("skipped")} skipped`;
}

const workshop = fs.mkdtempSync(path.join(os.tmpdir(), "terraform-"));
// One download of a provider serves every stack. The lock files are thrown away, so the cache may fill them.
const cache = path.join(workshop, "providers");
fs.mkdirSync(cache);
process.env["TF_PLUGIN_CACHE_DIR"] ??= cache;
process.env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1";

void main(workshop)
  .then((code) => (process.exitCode = code))
  .finally(() => fs.rmSync(workshop, { recursive: true, force: true }));
