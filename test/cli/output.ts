import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../../lib/core";

/** Runs a command in process as the command line would, and returns what it printed. */
export async function run(command: Command, ...args: readonly string[]): Promise<string> {
  let printed = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await command.exitOverride().parseAsync(args, { from: "user" });
  } finally {
    write.mockRestore();
  }
  return printed;
}

/** The error that a command refuses its input with. */
export async function refusal(command: Command, ...args: readonly string[]): Promise<ConfigError> {
  const error: unknown = await run(command, ...args).then(
    () => new Error("the command passed"),
    (thrown: unknown) => thrown,
  );
  if (ConfigError.is(error)) return error;
  throw error;
}

/** Every file below a folder, by its path in it, with its content. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  if (!fs.existsSync(folder)) return {};
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, "utf8")]),
  );
}
