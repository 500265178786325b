import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App } from "cdktf";
import { resourcesOf, type Block, type TerraformJson, type TerraformResourceBlock } from "../core";

/** The Terraform of one stack, as it would be written, with assertions that say what they found instead. */
export class SynthesizedStack {
  constructor(
    readonly name: string,
    readonly json: TerraformJson,
  ) {}

  /** All resources of a type, or all, sorted by address. */
  resources(type?: string): TerraformResourceBlock[] {
    return resourcesOf(this.json).filter((r) => type === undefined || r.type === type);
  }

  /** The one resource of a type, optionally the one whose config contains `having`. Fails where there is none or more than one. */
  only(type: string, having: Block = {}): Block {
    const found = this.resources(type).filter((r) => contains(r.config, having));
    if (found.length === 1) return found[0]!.config;
    return this.fail(`expected exactly one ${type}${describe(having)}, found ${found.length}`, type, having);
  }

  /** Fails unless a resource of the type contains every given attribute (nested blocks too, further attributes allowed). */
  has(type: string, having: Block): void {
    if (this.resources(type).some((r) => contains(r.config, having))) return;
    this.fail(`expected a ${type}${describe(having)}`, type, having);
  }

  /** Fails unless exactly one resource of the type exists and its attributes are these and no others (comments aside). */
  exactly(type: string, config: Block): void {
    const { "//": _comment, ...found } = this.only(type);
    if (contains(found, config) && contains(config, found)) return;
    this.fail(`expected ${type} to be exactly ${JSON.stringify(config)}`, type);
  }

  /** Fails where a resource of the type exists that contains the attributes. */
  absent(type: string, having: Block = {}): void {
    if (this.resources(type).some((r) => contains(r.config, having))) {
      this.fail(`expected no ${type}${describe(having)}`, type, having);
    }
  }

  /** Fails unless there are `count` resources of the type. */
  count(type: string, count: number): void {
    const found = this.resources(type).length;
    if (found !== count) this.fail(`expected ${count} ${type}, found ${found}`, type);
  }

  /** Fails unless the stack holds resources of these types and no others. */
  onlyTypes(...types: readonly string[]): void {
    const found = [...new Set(this.resources().map((r) => r.type))].sort();
    const wanted = [...types].sort();
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    throw new AssertionFailure(`${this.name}: expected only ${wanted.join(", ")}; found ${found.join(", ")}`);
  }

  // Of what is there, only the attributes that were asked for: a cluster has a hundred.
  private fail(message: string, type: string, asked: Block = {}): never {
    const shown = ({ "//": _comment, ...config }: Block) =>
      Object.keys(asked).length === 0
        ? config
        : Object.fromEntries(Object.keys(asked).map((key) => [key, config[key]]));
    const there = this.resources(type).map((r) => `  ${r.address}: ${JSON.stringify(shown(r.config))}`);
    const types = [...new Set(this.resources().map((r) => r.type))].join(", ");
    throw new AssertionFailure(
      `${this.name}: ${message}; ${there.length ? `there:\n${there.join("\n")}` : `types there: ${types || "none"}`}`,
    );
  }
}

/** An assertion on a synthesized stack that did not hold. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** What a synth wrote. */
export class Synthesized {
  constructor(private readonly stacks: ReadonlyMap<string, SynthesizedStack>) {}

  /** Names of the stacks, in the manifest's order. */
  get names(): string[] {
    return [...this.stacks.keys()];
  }

  /** One stack by name; without a name, the only one. */
  stack(name?: string): SynthesizedStack {
    const found =
      name === undefined && this.stacks.size === 1 ? [...this.stacks.values()][0] : this.stacks.get(name ?? "");
    if (found) return found;
    throw new AssertionFailure(`no stack ${name ?? "(there is not exactly one)"}; there: ${this.names.join(", ")}`);
  }
}

/**
 * Synthesizes as the CLI does: prepares, runs aspects once, validates, fails on error annotations; then reads back what was
 * written. (`Testing.synth` of cdktf does none of these by default.)
 *
 * @param build makes the stacks
 * @param make makes the app; by default a plain cdktf `App`, so that nothing depends on ours
 */
export function synthesize<A extends App = App>(
  build: (app: A) => void,
  make: (outdir: string) => A = (outdir) => new App({ outdir, stackTraces: false }) as A,
): Synthesized {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "synth-"));
  try {
    const app = make(outdir);
    build(app);
    app.synth();
    return readOutput(outdir);
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

/** Reads the stacks of an output folder. */
export function readOutput(outdir: string): Synthesized {
  const read = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(outdir, file), "utf8"));
  const manifest = read("manifest.json") as { stacks: Record<string, { synthesizedStackPath: string }> };
  return new Synthesized(
    new Map(
      Object.entries(manifest.stacks).map(([name, { synthesizedStackPath }]) => [
        name,
        new SynthesizedStack(name, read(synthesizedStackPath) as TerraformJson),
      ]),
    ),
  );
}

function contains(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) && actual.length === expected.length && expected.every((e, i) => contains(actual[i], e))
    );
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
    return Object.entries(expected).every(([key, value]) => contains((actual as Block)[key], value));
  }
  return actual === expected;
}

function describe(having: Block): string {
  return Object.keys(having).length > 0 ? ` with ${JSON.stringify(having)}` : "";
}
