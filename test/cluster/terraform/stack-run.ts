import * as fs from "node:fs";
import * as path from "node:path";
import type { TerraformJson } from "../../../lib/core";
import { run } from "../../terraform/check-stack";
import { Problems, Skipped } from "../checks";

/** Terraform in the folder of one stack. */
export class StackRun {
  private constructor(private readonly folder: string) {}

  /**
   * Writes the stack into a folder, beside the charts and files that came with it, and installs its providers.
   * @throws Skipped where Terraform or a provider cannot be had
   */
  static async initialised(
    folder: string,
    files: string,
    stackIn: (folder: string) => TerraformJson,
  ): Promise<StackRun> {
    fs.cpSync(files, folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(stackIn(folder), null, 2));
    if ((await run("terraform", folder, "version")).code !== 0) throw new Skipped("terraform is not on PATH");
    const { code, stdout, stderr } = await run("terraform", folder, "init", "-input=false", "-no-color");
    if (code === 0) return new StackRun(folder);
    const missing = /Failed to (query available|install) provider|provider registry|registry service/i;
    if (missing.test(stdout + stderr)) throw new Skipped(`terraform init: ${errorsIn(stdout + stderr)[0]}`);
    throw new Problems(errorsIn(stdout + stderr));
  }

  /** @returns how many resources the stack has now */
  async apply(): Promise<number> {
    await this.terraform("apply", "-auto-approve");
    return (await this.terraform("state", "list")).trim().split("\n").filter(Boolean).length;
  }

  /** @returns each change that a plan over what was just applied would make, with the attributes that differ; none is right */
  async changes(): Promise<string[]> {
    await this.terraform("plan", "-out=second.tfplan");
    const shown = JSON.parse(await this.terraform("show", "-json", "second.tfplan")) as Plan;
    return (shown.resource_changes ?? [])
      .filter(({ change }) => !["no-op", "read"].includes(change.actions.join()))
      .map(({ address, change }) => `${address}: ${change.actions.join()} ${differing(change).join("; ")}`);
  }

  async destroy(): Promise<void> {
    await this.terraform("destroy", "-auto-approve");
  }

  private async terraform(command: string, ...args: string[]): Promise<string> {
    const interactive = ["apply", "plan", "destroy"].includes(command) ? ["-input=false", "-no-color"] : [];
    const { code, stdout, stderr } = await run("terraform", this.folder, command, ...interactive, ...args);
    if (code !== 0) throw new Problems(errorsIn(stdout + stderr).map((error) => `terraform ${command}: ${error}`));
    return stdout;
  }
}

interface Plan {
  readonly resource_changes?: readonly { readonly address: string; readonly change: Change }[];
}

interface Change {
  readonly actions: readonly string[];
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly after_unknown?: Record<string, unknown>;
}

function differing({ before, after, after_unknown: unknown }: Change): string[] {
  if (before === null || after === null) return [];
  return Object.keys({ ...before, ...after, ...unknown })
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key}: ${JSON.stringify(before[key])} -> ${JSON.stringify(after[key]) ?? "?"}`.slice(0, 600));
}

/** Each `Error: …` of Terraform's output, in one line. */
function errorsIn(output: string): string[] {
  const blocks = output
    .replace(/[│╷╵]/g, "")
    .split(/^\s*Error: /m)
    .slice(1);
  return blocks.length === 0 ? [output.trim().slice(-600)] : blocks.map((block) => block.replace(/\s+/g, " ").trim());
}
