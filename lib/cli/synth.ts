import * as fs from "node:fs";
import * as path from "node:path";
import { Manifest } from "cdktf";
import { Command } from "commander";
import { AiPlatform } from "../../stacks/ai-platform";
import { PlatformApp } from "../../stacks/platform-app";
import { renderSummary } from "./summary";

const DEFAULT_FILE = "examples/environments/prod.yaml";

export function synthCommand(): Command {
  return new Command("synth")
    .description("write the environment's Terraform, one folder a stack; needs no network and no cloud account")
    .argument("[file]", "environment file (YAML or JSON)", process.env["ENVIRONMENT_FILE"] ?? DEFAULT_FILE)
    .option("-o, --out <folder>", "output folder", process.env["CDKTF_OUTDIR"] ?? "cdktf.out")
    .addHelpText(
      "after",
      "\nENVIRONMENT_FILE and CDKTF_OUTDIR set the defaults; the cdktf CLI sets the latter.\nA refused file writes nothing and exits with 1.",
    )
    .action((file: string, options: { out: string }) => {
      const isNew = !fs.existsSync(options.out);
      try {
        process.stdout.write(`${synthesize(file, options.out)}\n`);
      } catch (error) {
        // The app makes the folder before anything is checked; a refused file leaves nothing behind.
        if (isNew) fs.rmSync(options.out, { recursive: true, force: true });
        throw error;
      }
    });
}

/** Writes the environment's Terraform; what to tell the user. */
function synthesize(file: string, out: string): string {
  const app = new PlatformApp({ outdir: out });
  const platform = AiPlatform.fromFile(app, file);
  app.synth();
  const stacks = path.join(out, Manifest.stacksFolder);
  return [renderSummary(platform), ...overrideWarnings(stacks), `Written to ${stacks}`].join("\n\n");
}

// Terraform merges these over what was written, whatever it says: also a backend, which sends state elsewhere.
const OVERRIDE = /^(.*_)?override\.tf(\.json)?$/;

function overrideWarnings(stacks: string): string[] {
  return fs
    .readdirSync(stacks, { recursive: true, encoding: "utf8" })
    .filter((file) => OVERRIDE.test(path.basename(file)))
    .map(
      (file) =>
        `warning ${path.join(stacks, file)}: Terraform merges this file over what was written; remove it unless it is meant`,
    );
}
