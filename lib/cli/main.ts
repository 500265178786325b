#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { ConfigError } from "../core";
import { synthCommand } from "./synth";
import { schemaCommand } from "./schema";
import { dropTokenTraces } from "./token-traces";

/** 0: done · 1: the input was refused · 2: the command line was wrong · 3: a fault of ours. */
const EXIT = { refused: 1, usage: 2, fault: 3 } as const;

function main(argv: readonly string[]): void {
  const program = new Command("cdktf-ai-platform")
    .description("Turns an environment file into Terraform for a governed AI platform on Google Cloud")
    .exitOverride();
  for (const command of [synthCommand(), schemaCommand()]) program.addCommand(command.copyInheritedSettings(program));
  try {
    program.parse(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (ConfigError.is(error)) {
    process.stderr.write(`${error.message}\n\nNothing was written.\n`);
    return EXIT.refused;
  }
  process.stderr.write(
    `${error instanceof Error ? error.stack : String(error)}\n\nThis is a fault of cdktf-ai-platform: please report it.\n`,
  );
  return EXIT.fault;
}

dropTokenTraces();
main(process.argv);
