/**
 * checkov, from PyPI, over every example environment: a second opinion on what is written, by people who do not know us. It must find
 * nothing but what our own policy report names as acknowledged. Needs Python with pip and venv; says so and passes where there is none.
 */
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");
const ENVIRONMENTS = path.join(root, "examples", "environments");
const CHECKOV = "checkov==3.3.30";
// Of checkov's 116 ids that speak of our resources; a parse error makes 0 checks and exit code 0.
const FEWEST_CHECKS = 100;

/** Checks of checkov's that ask for the same as a rule of ours. */
const SAME_AS: Readonly<Record<string, string>> = { CKV_GCP_9: "custom.gkeRequireNodePoolAutoRepair" };

/**
 * Checks that know one way of two, and how ours is told. CKV2_GCP_33 asks a private endpoint for `network`; Private Service Connect, the newer
 * way, excludes it (google provider 6.50.0, vertex_ai_endpoint: `network` conflicts with `private_service_connect_config`).
 */
const MET_OTHERWISE: Readonly<Record<string, (resource: any) => boolean>> = {
  CKV2_GCP_33: ({ private_service_connect_config: psc }) => psc?.enable_private_service_connect === true,
};

interface CheckovReport {
  readonly summary: {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly parsing_errors: number;
  };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

interface PolicyReport {
  readonly acknowledged: readonly { readonly rule: string; readonly address: string }[];
}

function main(): number {
  const workshop = fs.mkdtempSync(path.join(os.tmpdir(), "checkov-"));
  try {
    const environments = fs.readdirSync(ENVIRONMENTS).filter((file) => file.endsWith(".yaml"));
    const checkov = install(path.join(workshop, "venv"));
    if (checkov === undefined) {
      console.log(`checkov: 0 passed, 0 failed, ${environments.length} skipped (no Python with venv and pip)`);
      return 0;
    }
    const failed = environments.filter((file) => {
      const problems = check(checkov, file, path.join(workshop, path.basename(file, ".yaml")));
      for (const problem of problems) console.log(`failed  ${file}: ${problem}`);
      return problems.length > 0;
    });
    console.log(`checkov: ${environments.length - failed.length} passed, ${failed.length} failed`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    fs.rmSync(workshop, { recursive: true, force: true });
  }
}

/** The command, or undefined where it cannot be had. */
function install(venv: string): string | undefined {
  console.log(`installing ${CHECKOV} in a virtual environment`);
  if (spawnSync("python3", ["-m", "venv", venv], { stdio: "ignore" }).status !== 0) return undefined;
  const pip = spawnSync(path.join(venv, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", CHECKOV]);
  return pip.status === 0 ? path.join(venv, "bin", "checkov") : undefined;
}

function check(checkov: string, file: string, out: string): string[] {
  execFileSync(process.execPath, ["dist/cli.js", "synth", path.join(ENVIRONMENTS, file), "--out", out], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const args = ["-d", path.join(out, "stacks"), "--framework", "terraform_json", "-o", "json", "--quiet"];
  const { stdout } = spawnSync(checkov, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const { summary, results } = JSON.parse(stdout) as CheckovReport;
  const { acknowledged } = JSON.parse(
    fs.readFileSync(path.join(out, "reports", "policy.json"), "utf8"),
  ) as PolicyReport;
  const found = results.failed_checks.map(({ check_id, resource }) => ({
    id: check_id,
    resource: resource.replace(/^resource\./, ""),
  }));
  const made = resourcesOf(path.join(out, "stacks"));
  const unexplained = found.filter(({ id, resource }) => {
    if (MET_OTHERWISE[id]?.(made.get(resource)) === true) return false;
    return !acknowledged.some(({ rule, address }) => rule === SAME_AS[id] && address.endsWith(`.${resource}`));
  });
  console.log(
    `checked ${file}: ${summary.passed} passed, ${found.length - unexplained.length} acknowledged by us or met another way, ${unexplained.length} failed`,
  );
  return [
    ...unexplained.map(({ id, resource }) => `${id} on ${resource}`),
    ...(summary.parsing_errors === 0 ? [] : [`${summary.parsing_errors} files were not parsed`]),
    ...(summary.skipped === 0 ? [] : [`${summary.skipped} checks were skipped`]),
    ...(summary.passed > FEWEST_CHECKS ? [] : [`only ${summary.passed} checks passed: did it read anything?`]),
  ];
}

/** Every resource of the stacks by its address. */
function resourcesOf(stacks: string): ReadonlyMap<string, unknown> {
  const resources = new Map<string, unknown>();
  for (const stack of fs.readdirSync(stacks)) {
    const json = JSON.parse(fs.readFileSync(path.join(stacks, stack, "cdk.tf.json"), "utf8")) as {
      readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    for (const [type, byId] of Object.entries(json.resource ?? {})) {
      for (const [id, config] of Object.entries(byId)) resources.set(`${type}.${id}`, config);
    }
  }
  return resources;
}

process.exitCode = main();
