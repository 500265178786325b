import * as fs from "node:fs";
import * as path from "node:path";
import { App, Manifest, TerraformStack, type AppConfig } from "cdktf";
import { ConfigError, Problems, STACK_FILES_FOLDER, type Failure } from "../lib/core";
import { MANIFESTS_FOLDER } from "../lib/delivery/manifests-folder";
import { RUNBOOKS_FOLDER } from "../lib/serving/stop/kill-switch-folder";
import { grantRecords, iamReport, renderIamReport } from "../lib/iam";
import { renderPolicyReport } from "../lib/policy";
import { policyOutcomeOf, writtenStacksOf } from "./checks-at-synth";

/**
 * A cdktf `App` whose `synth` writes all or nothing: stacks are written aside and moved into place once every one of them,
 * and the checks over all of them, passed. Failures of all stacks come out in one `ConfigError`. What Terraform keeps in a
 * stack's folder (`.terraform`, lock file, plans) stays.
 */
export class PlatformApp extends App {
  constructor(config: AppConfig = {}) {
    super({
      stackTraces: false,
      ...config,
      outdir: madeFolder(config.outdir ?? process.env["CDKTF_OUTDIR"] ?? "cdktf.out"),
    });
  }

  override synth(): void {
    const stacks = this.node.findAll().filter((c): c is TerraformStack => TerraformStack.isStack(c));
    const aside = fs.mkdtempSync(path.join(this.outdir, ".partial-"));
    try {
      const manifest = new Manifest(this.manifest.version, aside, false);
      const session = { outdir: aside, skipValidation: this.skipValidation, manifest };
      const problems = new Problems();
      for (const stack of stacks) problems.attempt(stack.node.path, () => stack.prepareStack());
      for (const stack of stacks) problems.attempt(stack.node.path, () => stack.synthesizer.synthesize(session));
      if (!problems.any && !this.skipValidation) {
        problems.attempt("", () => problems.add("", this.node.validate().map(unplaced)));
      }
      problems.throwIfAny("the stacks");
      manifest.writeToFile();
      this.writeReports(aside);
      publish(aside, this.outdir);
    } finally {
      fs.rmSync(aside, { recursive: true, force: true });
    }
  }

  private writeReports(folder: string): void {
    const outcome = policyOutcomeOf(this);
    if (outcome === undefined) return;
    const policy = renderPolicyReport(outcome.judgements);
    const iam = renderIamReport(iamReport(writtenStacksOf(this), grantRecords(this)));
    const files = {
      "iam.json": iam.json,
      "iam.md": iam.markdown,
      "policy.json": policy.json,
      "policy.md": policy.markdown,
      "policy.sarif": policy.sarif,
    };
    fs.mkdirSync(path.join(folder, REPORTS));
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, REPORTS, name), text);
  }
}

// cdktf makes only the last folder of the path, and fails without saying for what.
function madeFolder(folder: string): string {
  try {
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  } catch (error) {
    throw new ConfigError("the output folder", [
      {
        code: "no-folder",
        path: "outdir",
        message: `cannot be made (${(error as NodeJS.ErrnoException).code})`,
        got: folder,
        fix: "name a folder that does not exist yet, or one that can be written",
      },
    ]);
  }
}

function unplaced(message: string): Failure {
  return { code: "validation", path: "", message, fix: "see the construct that the message names" };
}

const STACKS = Manifest.stacksFolder;
const REPORTS = "reports";

// Each is made whole by every synth: nothing of an earlier run may stay in them.
const REPLACED = [REPORTS, MANIFESTS_FOLDER, RUNBOOKS_FOLDER];

function publish(aside: string, outdir: string): void {
  const made = fs.readdirSync(path.join(aside, STACKS));
  for (const stack of made) {
    const to = path.join(outdir, STACKS, stack);
    fs.mkdirSync(to, { recursive: true });
    fs.rmSync(path.join(to, STACK_FILES_FOLDER), { recursive: true, force: true });
    for (const entry of fs.readdirSync(path.join(aside, STACKS, stack))) {
      replace(path.join(aside, STACKS, stack, entry), path.join(to, entry));
    }
  }
  // A stack that is no more must not look as if it were: Terraform would still deploy its file. cdktf's own CLI does the same.
  for (const stack of fs.readdirSync(path.join(outdir, STACKS))) {
    if (made.includes(stack)) continue;
    fs.rmSync(path.join(outdir, STACKS, stack, "cdk.tf.json"), { force: true });
    fs.rmSync(path.join(outdir, STACKS, stack, STACK_FILES_FOLDER), { recursive: true, force: true });
  }
  for (const folder of REPLACED) {
    const from = path.join(aside, folder);
    if (fs.existsSync(from)) replace(from, path.join(outdir, folder));
    else fs.rmSync(path.join(outdir, folder), { recursive: true, force: true });
  }
  replace(path.join(aside, Manifest.fileName), path.join(outdir, Manifest.fileName));
}

/** A folder does not take the place of one that holds something, so that one goes first. */
function replace(from: string, to: string): void {
  if (fs.statSync(from).isDirectory()) fs.rmSync(to, { recursive: true, force: true });
  fs.renameSync(from, to);
}
