import * as fs from "node:fs";
import * as path from "node:path";
import { TerraformStack, type ISynthesisSession } from "cdktf";
import type { IConstruct } from "constructs";
import { Scoped } from "./scoped";

/** What a file holds; a function is asked when the stack is written, so that Terraform values can be resolved. */
export type FileContent = string | Uint8Array | (() => string | Uint8Array);

/** Folder within a stack's own that holds what is written for its Terraform: one, so that a synth can replace it whole. */
export const STACK_FILES_FOLDER = "files";

const files = new Scoped<Map<string, FileContent>>("output-files");

/** Files that are written with a stack's Terraform: charts that a resource names, manifests for reviewers. The last content of a path holds. */
export const OutputFiles = {
  /**
   * Has a file written below the stack's own folder, where Terraform runs.
   * @returns the path by which a resource finds it
   */
  besideTerraform(scope: IConstruct, file: string, content: FileContent): string {
    const stack = TerraformStack.of(scope);
    filesOf(stack).set(path.posix.join("stacks", stack.node.id, STACK_FILES_FOLDER, file), content);
    return `./${STACK_FILES_FOLDER}/${file}`;
  },

  /** Has a file written into a folder of the output, below the name of the stack: `<folder>/<stack>/<file>`. */
  inFolder(scope: IConstruct, folder: string, file: string, content: FileContent): void {
    const stack = TerraformStack.of(scope);
    filesOf(stack).set(path.posix.join(folder, stack.node.id, file), content);
  },
};

/** The files of a stack. The first one has the stack's synthesizer write them, whatever app the stack is in. */
function filesOf(stack: TerraformStack): Map<string, FileContent> {
  const known = files.own(stack);
  if (known) return known;
  const made = new Map<string, FileContent>();
  files.set(stack, made);
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize(session: ISynthesisSession): void {
      inner.synthesize(session);
      for (const [file, content] of made) {
        const to = path.join(session.outdir, file);
        fs.mkdirSync(path.dirname(to), { recursive: true });
        fs.writeFileSync(to, typeof content === "function" ? content() : content);
      }
    },
  };
  return made;
}
