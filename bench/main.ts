/**
 * `npm run bench`: what the library costs at synth, each figure from cold processes of compiled code beside the target of
 * the design. Prints; asserts nothing but that both programs make the same Terraform, without which a ratio says nothing.
 */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import Table from "cli-table3";
import { plainProgram, type StackJson } from "./plain-program";

const root = path.resolve(__dirname, "..");
// Inside the repository, so that the plain program finds node_modules.
const workshop = path.join(root, ".bench");
const EXAMPLE = "examples/environments/prod.yaml";

const RUNS = 10;
const GROWTH_RUNS = 5;
const GROWTH_COUNTS = [500, 1000, 2000, 3000, 4000, 5000];
const IMPORT_RUNS = 5;

interface Measure {
  readonly seconds: number;
  readonly peakMb: number;
  readonly stdout: string;
}

function measure(args: readonly string[], out: string): Measure {
  const hook = path.join(__dirname, "peak-memory.cjs");
  const started = process.hrtime.bigint();
  const { status, stdout, stderr, output } = spawnSync(process.execPath, ["--require", hook, ...args], {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: out },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status}\n${stderr}`);
  return { seconds, peakMb: Number(output[3]) / 1024, stdout };
}

/** The programs in turn, `runs` times over, so that what else the machine does meets all alike. */
function alternate(runs: number, programs: readonly (() => Measure)[]): Measure[][] {
  const measured: Measure[][] = programs.map(() => []);
  for (let run = 0; run < runs; run += 1) programs.forEach((program, index) => measured[index]!.push(program()));
  return measured;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const medianSeconds = (measures: readonly Measure[]) => median(measures.map(({ seconds }) => seconds));
const medianPeakMb = (measures: readonly Measure[]) => median(measures.map(({ peakMb }) => peakMb));

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[], target: string): void {
  // No colours and no frame: the table is pasted into the README.
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(`\n${title}\n${table.toString()}\ntarget: ${target}`);
}

function readStacks(out: string): Record<string, StackJson> {
  const folder = path.join(out, "stacks");
  return Object.fromEntries(
    fs
      .readdirSync(folder)
      .sort()
      .map((name) => [name, JSON.parse(fs.readFileSync(path.join(folder, name, "cdk.tf.json"), "utf8")) as StackJson]),
  );
}

/**
 * Fails where two outputs differ in a backend, a provider, a data source or a resource. Left out: comments (`//`, where a
 * construct stands) and the order of keys, which mean nothing to Terraform.
 */
function assertSameTerraform(actual: Record<string, StackJson>, expected: Record<string, StackJson>): void {
  const [ours, theirs] = [blocksOf(expected), blocksOf(actual)];
  assert.deepEqual(Object.keys(theirs).sort(), Object.keys(ours).sort(), "the plain program makes other blocks");
  for (const [address, block] of Object.entries(ours)) assert.deepEqual(theirs[address], block, address);
}

function blocksOf(stacks: Record<string, StackJson>): Record<string, unknown> {
  const blocks: Record<string, unknown> = {};
  for (const [stack, { terraform, provider, data, resource }] of Object.entries(stacks)) {
    blocks[`${stack} backend`] = terraform.backend;
    blocks[`${stack} provider`] = provider;
    for (const byType of [data, resource]) {
      for (const [type, byId] of Object.entries(byType ?? {})) {
        for (const [id, { "//": _comment, ...block }] of Object.entries(byId)) blocks[`${stack} ${type}.${id}`] = block;
      }
    }
  }
  return blocks;
}

function countResources(stacks: Record<string, StackJson>): number {
  return Object.values(stacks).flatMap(({ resource }) => Object.values(resource ?? {}).flatMap(Object.keys)).length;
}

function benchExample(): void {
  const ours = path.join(workshop, "platform");
  const floor = path.join(workshop, "plain");
  const program = path.join(workshop, "plain.js");
  const platform = () => measure(["dist/cli.js", "synth", EXAMPLE, "--out", ours], ours);
  const plain = () => measure([program], floor);

  platform();
  const stacks = readStacks(ours);
  fs.writeFileSync(program, plainProgram(stacks));
  plain();
  assertSameTerraform(readStacks(floor), stacks);

  const [library, bare] = alternate(RUNS, [platform, plain]) as [Measure[], Measure[]];
  const row = (what: string, measures: Measure[]) => [
    what,
    medianSeconds(measures).toFixed(2),
    (medianSeconds(measures) / medianSeconds(bare)).toFixed(2),
    medianPeakMb(measures).toFixed(0),
    (medianPeakMb(measures) / medianPeakMb(bare)).toFixed(2),
  ];
  print(
    `${EXAMPLE}: ${Object.keys(stacks).length} stacks, ${countResources(stacks)} resources, median of ${RUNS} alternating runs`,
    ["what", "s", "ratio", "peak MB", "ratio"],
    [row("synth of the environment file", library), row("the same resources as plain provider calls", bare)],
    "≤ 1.3 × the plain calls, < 2 s",
  );
}

function benchGrowth(): void {
  const program = "bench/many-resources.cjs";
  const bySize = GROWTH_COUNTS.map((count) => {
    const kinds = ["platform", "plain"].map(
      (kind) => () => measure([program, kind, String(count)], path.join(workshop, `many-${kind}`)),
    );
    const [platform, plain] = alternate(GROWTH_RUNS, kinds) as [Measure[], Measure[]];
    return { count, platform: medianSeconds(platform), plain: medianSeconds(plain) };
  });
  // Against the smallest size, so that starting Node and loading code does not count.
  const [base, ...grown] = bySize as [(typeof bySize)[number], ...typeof bySize];
  const rows = grown.map(({ count, platform, plain }) => {
    const perResourceMs = (seconds: number, from: number) => ((seconds - from) / (count - base.count)) * 1000;
    const [ours, floor] = [perResourceMs(platform, base.platform), perResourceMs(plain, base.plain)];
    return [count, platform.toFixed(2), plain.toFixed(2), ours.toFixed(3), floor.toFixed(3), (ours / floor).toFixed(2)];
  });
  print(
    `added cost per resource over ${base.count} resources, median of ${GROWTH_RUNS} alternating runs`,
    ["resources", "PlatformStack s", "TerraformStack s", "PlatformStack ms each", "TerraformStack ms each", "ratio"],
    rows.map((row) => row.map(String)),
    "linear, ≤ 1.3 × TerraformStack at 5000",
  );
}

function benchImports(): void {
  const { name, exports } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, unknown>;
  };
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith(".json"));
  const load = (what: string, module: string) => {
    const timed = `const t = performance.now(); require("${module}"); console.log(performance.now() - t)`;
    const [measures] = alternate(IMPORT_RUNS, [() => measure(["-e", timed], workshop)]) as [Measure[]];
    return [what, median(measures.map(({ stdout }) => Number(stdout))).toFixed(0), medianPeakMb(measures).toFixed(0)];
  };
  print(
    `import of one subpath, median of ${IMPORT_RUNS} cold processes; MB is the peak of the whole process`,
    ["import", "ms", "peak MB"],
    [
      load("nothing (Node itself)", "node:path"),
      load("cdktf alone", "cdktf"),
      load("cdktf and the binding of GKE clusters", "@cdktf/provider-google/lib/container-cluster"),
      ...subpaths.map((subpath) => load(subpath, path.posix.join(name, subpath))),
    ],
    "< 250 ms, < 80 MB",
  );
}

fs.rmSync(workshop, { recursive: true, force: true });
fs.mkdirSync(workshop);
console.log(`Node ${process.version}`);
benchExample();
benchGrowth();
benchImports();
fs.rmSync(workshop, { recursive: true, force: true });
