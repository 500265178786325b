import * as fs from "node:fs";
import { run } from "../../terraform/check-stack";
import { Problems, Skipped } from "../checks";

/** Writes a stack into a folder: its JSON, and the charts and files that came with it. */
export type WriteStack = (folder: string) => void;

/** Terraform in the folder of one stack. */
export class StackRun {
  private constructor(
    private readonly folder: string,
    private readonly write: WriteStack,
  ) {}

  /**
   * Writes the stack and installs its providers.
   * @throws Skipped where Terraform or a provider cannot be had
   */
  static async initialised(folder: string, write: WriteStack): Promise<StackRun> {
    fs.mkdirSync(folder, { recursive: true });
    write(folder);
    if ((await run("terraform", folder, "version")).code !== 0) throw new Skipped("terraform is not on PATH");
    const { code, stdout, stderr } = await run("terraform", folder, "init", "-input=false", "-no-color");
    if (code === 0) return new StackRun(folder, write);
    const missing = /Failed to (query available|install) provider|provider registry|registry service/i;
    if (missing.test(stdout + stderr)) throw new Skipped(`terraform init: ${errorsIn(stdout + stderr)[0]}`);
    throw new Problems(errorsIn(stdout + stderr));
  }

  /** @returns how many resources the stack has now */
  async apply(): Promise<number> {
    await this.terraform("apply", "-auto-approve");
    return (await this.terraform("state", "list")).trim().split("\n").filter(Boolean).length;
  }

  /** @returns each change that a plan over what was just applied would make; none is right */
  async changes(): Promise<PlannedChange[]> {
    await this.terraform("plan", "-out=changes.tfplan");
    const shown = JSON.parse(await this.terraform("show", "-json", "changes.tfplan")) as Plan;
    return (shown.resource_changes ?? [])
      .map(({ address, change }) => ({ address, actions: change.actions.join(), differing: differing(change) }))
      .filter(({ actions }) => actions !== "no-op" && actions !== "read");
  }

  /** @returns what a plan would change if the stack were another */
  async changesTo(write: WriteStack): Promise<PlannedChange[]> {
    write(this.folder);
    try {
      return await this.changes();
    } finally {
      this.write(this.folder);
    }
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

export interface PlannedChange {
  readonly address: string;
  /** `update`, `delete,create`, … */
  readonly actions: string;
  /** Each attribute that differs, with both values. */
  readonly differing: readonly string[];
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
