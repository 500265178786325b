import * as path from "node:path";
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
      const app = new PlatformApp({ outdir: options.out });
      const platform = AiPlatform.fromFile(app, file);
      app.synth();
      process.stdout.write(`${renderSummary(platform)}\n\nWritten to ${path.join(options.out, "stacks")}\n`);
    });
}
