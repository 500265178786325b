import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { synthCommand } from "../../lib/cli/synth";
import { example, exampleFile, synthesizeExample } from "../stacks/examples";
import { filesIn, refusal, run } from "./output";

let folder: string;
let out: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cli-"));
  out = path.join(folder, "out");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** An environment file made of the dev example with something changed. */
function changedFile(change: (draft: any) => void): string {
  const draft = example("dev");
  change(draft);
  const file = path.join(folder, "changed.json");
  fs.writeFileSync(file, JSON.stringify(draft));
  return file;
}

/** The cells of the table's row for a stack; a cell of several lines is joined by commas. */
function row(printed: string, stack: string): string[] {
  const lines = printed.split("\n").map((line) =>
    line
      .split("│")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const first = lines.findIndex(([name]) => name === stack);
  const more = lines.slice(first + 1);
  const rest = more.slice(
    0,
    more.findIndex(([name]) => name !== ""),
  );
  return lines[first]!.map((cell, column) => [cell, ...rest.map((line) => line[column])].filter(Boolean).join(","));
}

describe("synth", () => {
  test("writes the Terraform of every stack, and a manifest", async () => {
    await run(synthCommand(), exampleFile("dev"), "--out", out);
    expect(Object.keys(filesIn(out))).toEqual([
      "manifest.json",
      "reports/iam.json",
      "reports/iam.md",
      "reports/policy.json",
      "reports/policy.md",
      "reports/policy.sarif",
      "stacks/dev-cluster/cdk.tf.json",
      "stacks/dev-foundation/cdk.tf.json",
      "stacks/dev-network/cdk.tf.json",
    ]);
  });

  test("prints a row a stack: resources, GPUs from the fewest to the most, waived rules", async () => {
    const printed = await run(synthCommand(), exampleFile("prod"), "--out", out);
    const resources = (stack: string) => String(synthesizeExample("prod").stack(stack).resources().length);
    expect(printed).toMatch(/stack +│ resources +│ GPUs \(min–max\) +│ waived rules/);
    expect(row(printed, "prod-foundation")).toEqual([
      "prod-foundation",
      resources("prod-foundation"),
      "–",
      "iam.reviewedProjectRoles",
    ]);
    expect(row(printed, "prod-network")).toEqual(["prod-network", resources("prod-network"), "–", "–"]);
    // 2 L4 and 4 A100 always, up to 16 L4, 16 A100 and 32 H100.
    expect(row(printed, "prod-cluster")).toEqual([
      "prod-cluster",
      resources("prod-cluster"),
      "6–64",
      "custom.gkeRequireNodePoolSandbox,custom.gkeRequireNodePoolAutoRepair",
    ]);
  });

  test("names every waived rule once, with where, why and until when", async () => {
    const printed = await run(synthCommand(), exampleFile("prod"), "-o", out);
    expect(printed.match(/^waived .*/gm)).toEqual([
      "waived iam.reviewedProjectRoles",
      "waived custom.gkeRequireNodePoolSandbox",
      "waived custom.gkeRequireNodePoolAutoRepair",
      "waived baseline.noForceDestroy",
    ]);
    const pools = example("prod").cluster.pools.map(({ name }) => `prod-cluster/pool-${name}/pool`);
    expect(printed).toContain(
      `waived custom.gkeRequireNodePoolSandbox\n  on     ${pools.join(", ")}\n  reason google provider 6.50 cannot express`,
    );
    expect(printed).toMatch(
      /waived custom\.gkeRequireNodePoolAutoRepair\n {2}on {5}prod-cluster\/pool-train-h100\/pool\n {2}reason .{20,}\n {2}until {2}\S+/,
    );
  });

  test("warns of a machine outside the zones that it is known in, and still writes", async () => {
    const file = changedFile((draft) => {
      draft.region = "europe-west8";
      draft.zones = ["europe-west8-a"];
      draft.cluster.pools[1].machine = "a2-highgpu-1g";
    });
    const printed = await run(synthCommand(), file, "--out", out);
    expect(printed).toMatch(
      /^warning dev-cluster\/pool-gpu-l4: .*a2-highgpu-1g has not been seen in europe-west8-a; .* lists .*us-central1-a/m,
    );
    expect(Object.keys(filesIn(out))).toContain("stacks/dev-cluster/cdk.tf.json");
  });

  test("a machine where it is known warns of nothing", async () => {
    expect(await run(synthCommand(), exampleFile("prod"), "--out", out)).not.toMatch(/^warning/m);
  });

  test("warns of a file that Terraform would merge over what was written", async () => {
    expect(await run(synthCommand(), exampleFile("dev"), "--out", out)).not.toContain("warning");
    const override = path.join(out, "stacks", "dev-cluster", "backend_override.tf.json");
    fs.writeFileSync(override, "{}");
    const printed = await run(synthCommand(), exampleFile("dev"), "--out", out);
    expect(printed).toContain(`warning ${override}: Terraform merges this file over what was written`);
  });

  test("says where it wrote", async () => {
    expect(await run(synthCommand(), exampleFile("dev"), "--out", out)).toContain(
      `\nWritten to ${path.join(out, "stacks")}\n`,
    );
  });

  test("twice writes the same bytes", async () => {
    await run(synthCommand(), exampleFile("dev"), "--out", out);
    const first = filesIn(out);
    await run(synthCommand(), exampleFile("dev"), "--out", out);
    expect(filesIn(out)).toEqual(first);
  });
});

describe("a refused file", () => {
  const refused = () =>
    changedFile((draft) => {
      draft.gpuBudget = 1;
      draft.netwrok = {};
    });

  test("is told with everything that is wrong", async () => {
    const { message } = await refusal(synthCommand(), refused(), "--out", out);
    expect(message).toMatch(/^2 problems in environment file .*changed\.json/);
    expect(message).toMatch(/netwrok \(changed\.json:1:\d+\): is not a known key/);
    expect(message).toMatch(/exceeds the GPU budget/);
  });

  test("writes no file into an empty folder, and makes no folder", async () => {
    await refusal(synthCommand(), refused(), "--out", out);
    expect(fs.existsSync(out)).toBe(false);
    fs.mkdirSync(out);
    await refusal(synthCommand(), refused(), "--out", out);
    expect(filesIn(out)).toEqual({});
  });

  test("leaves what was written before untouched", async () => {
    await run(synthCommand(), exampleFile("dev"), "--out", out);
    const before = filesIn(out);
    await refusal(synthCommand(), refused(), "--out", out);
    expect(filesIn(out)).toEqual(before);
  });

  test("that is not there is refused by name", async () => {
    const { message } = await refusal(synthCommand(), path.join(folder, "none.yaml"), "--out", out);
    expect(message).toMatch(/none\.yaml[\s\S]*does not exist/);
  });
});

describe("the defaults of synth", () => {
  const outside = { file: process.env["ENVIRONMENT_FILE"], out: process.env["CDKTF_OUTDIR"] };
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  afterEach(() => {
    set("ENVIRONMENT_FILE", outside.file);
    set("CDKTF_OUTDIR", outside.out);
  });

  test("come from ENVIRONMENT_FILE and CDKTF_OUTDIR", async () => {
    set("ENVIRONMENT_FILE", exampleFile("staging"));
    set("CDKTF_OUTDIR", out);
    await run(synthCommand());
    expect(Object.keys(filesIn(out))).toContain("stacks/staging-cluster/cdk.tf.json");
  });

  test("are the production example and cdktf.out otherwise", () => {
    set("ENVIRONMENT_FILE", undefined);
    set("CDKTF_OUTDIR", undefined);
    const command = synthCommand();
    expect(command.registeredArguments[0]!.defaultValue).toBe("examples/environments/prod.yaml");
    expect(command.opts()).toEqual({ out: "cdktf.out" });
  });

  test("what is given on the command line wins", async () => {
    set("ENVIRONMENT_FILE", exampleFile("staging"));
    set("CDKTF_OUTDIR", path.join(folder, "elsewhere"));
    await run(synthCommand(), exampleFile("dev"), "--out", out);
    expect(Object.keys(filesIn(out))).toContain("stacks/dev-cluster/cdk.tf.json");
    expect(filesIn(path.join(folder, "elsewhere"))).toEqual({});
  });

  test("the help names both, and what a refused file does", () => {
    let help = "";
    synthCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    expect(help).toMatch(/Usage: synth \[options\] \[file\]/);
    expect(help).toMatch(/ENVIRONMENT_FILE and CDKTF_OUTDIR set the defaults/);
    expect(help).toMatch(/refused file writes nothing and exits with 1/);
  });

  test("an option that does not exist is refused", async () => {
    const command = synthCommand().configureOutput({ writeErr: () => undefined });
    await expect(run(command, exampleFile("dev"), "--outt", out)).rejects.toMatchObject({
      code: "commander.unknownOption",
    });
  });
});
