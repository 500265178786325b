import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** The providers that the bindings were made from, and that everything here is proven against. */
export const PROVIDER_VERSIONS: Readonly<Record<string, string>> = {
  google: "6.50.0",
  helm: "3.1.1",
  kubernetes: "2.38.0",
};

export type Outcome =
  | { readonly state: "passed"; readonly resources: number }
  | { readonly state: "skipped"; readonly why: string }
  | { readonly state: "failed"; readonly why: string };

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Thrown by a check that does not hold. */
class CheckFailure extends Error {}

/**
 * Runs `terraform` (or `tofu`) in a folder, with a dummy token and nothing else of Google or of Terraform's own variables
 * from outside: a plan that passes here passes with no cloud account.
 */
export function run(tool: string, folder: string, ...args: string[]): Promise<Ran> {
  const outside = /^(GOOGLE_|GCLOUD_|CLOUDSDK_|TF_VAR_|TF_CLI_ARGS|TF_WORKSPACE|TF_DATA_DIR)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outside.test(name)));
  env["GOOGLE_OAUTH_ACCESS_TOKEN"] = "dummy";
  env["CHECKPOINT_DISABLE"] = "1";
  return new Promise((resolve) =>
    execFile(tool, args, { cwd: folder, env, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error ? 1 : 0;
      resolve({ code, stdout, stderr: error && !stderr ? error.message : stderr });
    }),
  );
}

/**
 * Installs the providers of a stack. The backend is overridden by a local one: a plan wants an initialised backend, and the
 * stack's own bucket exists only in a cloud.
 */
export async function initialise(tool: string, folder: string): Promise<Outcome | undefined> {
  for (const [provider, { version }] of Object.entries(readStack(folder).terraform.required_providers)) {
    if (version === PROVIDER_VERSIONS[provider]) continue;
    return { state: "failed", why: `pins provider ${provider} at ${version}, not ${PROVIDER_VERSIONS[provider]}` };
  }
  const backend = { terraform: { backend: { local: {} } } };
  fs.writeFileSync(path.join(folder, "backend_override.tf.json"), JSON.stringify(backend));
  const init = await run(tool, folder, "init", "-input=false", "-no-color");
  if (init.code === 0) return undefined;
  const providersMissing = /Failed to (query available|install) provider|provider registry|registry service/i;
  const why = `${tool} init: ${firstError(init.stdout + init.stderr)}`;
  return { state: providersMissing.test(init.stdout + init.stderr) ? "skipped" : "failed", why };
}

/** The version in the lock file, `validate` without a diagnostic. */
export function validate(tool: string, folder: string): Promise<Outcome> {
  return outcomeOf(async () => {
    const lock = fs.readFileSync(path.join(folder, ".terraform.lock.hcl"), "utf8");
    for (const [, provider, locked] of lock.matchAll(/\/hashicorp\/(\w+)"\s*\{\s*version\s*=\s*"([^"]+)"/g)) {
      const wanted = PROVIDER_VERSIONS[provider!];
      demand(locked === wanted, `the lock file holds ${provider} ${locked}, not ${wanted}`);
    }
    const { stdout, stderr } = await run(tool, folder, "validate", "-json", "-no-color");
    const verdict = parse<Verdict>(stdout, stderr);
    demand(verdict.diagnostics.length === 0, `${tool} validate: ${render(verdict.diagnostics)}`);
    demand(verdict.valid, `${tool} validate: not valid`);
    return countResources(folder);
  });
}

/** A plan without a diagnostic that creates the stack's resources, each once, and does nothing else. */
export function plan(tool: string, folder: string): Promise<Outcome> {
  return outcomeOf(async () => {
    const planned = await run(tool, folder, "plan", "-json", "-input=false", "-no-color", "-out=stack.tfplan");
    const messages = planned.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => parse<Message>(line, planned.stderr));
    const diagnostics = messages.flatMap(({ diagnostic }) => diagnostic ?? []);
    demand(diagnostics.length === 0, `${tool} plan: ${render(diagnostics)}`);
    demand(planned.code === 0, `${tool} plan: exit ${planned.code} ${planned.stderr}`);
    const shown = await run(tool, folder, "show", "-json", "stack.tfplan");
    const changes = parse<Plan>(shown.stdout, shown.stderr).resource_changes ?? [];
    const others = changes.filter(({ change }) => change.actions.join() !== "create");
    demand(
      others.length === 0,
      `plans more than creation: ${others.map((o) => `${o.address} ${o.change.actions.join()}`).join()}`,
    );
    const resources = countResources(folder);
    demand(changes.length === resources, `plans ${changes.length} creations for ${resources} resources`);
    return resources;
  });
}

interface Verdict {
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** One line of what `plan -json` prints. */
interface Message {
  readonly diagnostic?: Diagnostic;
}

interface Plan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
}

async function outcomeOf(check: () => Promise<number>): Promise<Outcome> {
  try {
    return { state: "passed", resources: await check() };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { state: "failed", why: error.message };
  }
}

function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new CheckFailure(otherwise);
}

function parse<T>(text: string, stderr: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new CheckFailure(`no JSON from Terraform: ${text.slice(0, 500)} ${stderr.slice(0, 500)}`);
  }
}

function render(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(
      ({ severity, address, summary, detail }) =>
        `${severity}${address ? ` at ${address}` : ""}: ${summary}. ${detail ?? ""}`,
    )
    .join("\n    ");
}

function firstError(output: string): string {
  const [, error] = /Error: ([\s\S]*?)(?:\n\s*\n[^\n]*To see|$)/.exec(output) ?? [];
  return (error ?? output).replace(/\s+/g, " ").trim().slice(0, 300);
}

interface StackFile {
  readonly terraform: { readonly required_providers: Record<string, { readonly version?: string }> };
  readonly resource?: Record<string, Record<string, unknown>>;
}

function readStack(folder: string): StackFile {
  return JSON.parse(fs.readFileSync(path.join(folder, "cdk.tf.json"), "utf8")) as StackFile;
}

function countResources(folder: string): number {
  return Object.values(readStack(folder).resource ?? {}).flatMap((byId) => Object.keys(byId)).length;
}
