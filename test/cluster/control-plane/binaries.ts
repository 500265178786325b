import { execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Problems } from "../checks";
import { withLock } from "./lock";

/** The minor that the example environments run (GKE 1.34). Its staging modules carry the same patch as v0. */
export const KUBERNETES_VERSION = "1.34.4";
const STAGING_VERSION = KUBERNETES_VERSION.replace(/^1\./, "0.");

/** Paths of the programs of a control plane. */
export interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

export function hasGo(): boolean {
  return spawnSync("go", ["version"], { stdio: "ignore" }).status === 0;
}

/** Builds them from Go modules once; later runs find them in the user's cache folder, outside of any checkout. */
export async function controlPlaneBinaries(say: (line: string) => void): Promise<Binaries> {
  const cache = path.join(
    process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"),
    "cdktf-ai-platform",
    "control-plane",
  );
  const folder = path.join(cache, `${KUBERNETES_VERSION}-${os.platform()}-${os.arch()}`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(cache, { recursive: true });
    await withLock(`${folder}.lock`, say, async () => {
      if (!fs.existsSync(folder)) await build(folder, say);
    });
  }
  return {
    etcd: path.join(folder, "etcd"),
    apiServer: path.join(folder, "kube-apiserver"),
    controllerManager: path.join(folder, "kube-controller-manager"),
    scheduler: path.join(folder, "kube-scheduler"),
  };
}

async function build(folder: string, say: (line: string) => void): Promise<void> {
  const unfinished = `${path.basename(folder)}.building-`;
  // Of a run that was killed: whoever builds holds the lock.
  for (const name of fs.readdirSync(path.dirname(folder)).filter((entry) => entry.startsWith(unfinished))) {
    fs.rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true });
  }
  const workshop = fs.mkdtempSync(path.join(path.dirname(folder), unfinished));
  try {
    say(`building a Kubernetes ${KUBERNETES_VERSION} control plane from Go modules, once: takes some minutes`);
    fs.writeFileSync(path.join(workshop, "go.mod"), goMod());
    const bin = path.join(workshop, "bin");
    fs.mkdirSync(bin);
    const programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
    await goBuild(workshop, bin, [...programs.map((program) => `k8s.io/kubernetes/cmd/${program}`)], say);
    await goBuild(workshop, path.join(bin, "etcd"), ["go.etcd.io/etcd/server/v3"], say);
    // At once, so that a folder that exists is whole.
    fs.renameSync(bin, folder);
  } finally {
    fs.rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * A module that stands on k8s.io/kubernetes. That one replaces its staging modules by folders of its own repository, which count for nothing
 * in a module that requires it: here each is replaced by what is published of it.
 */
function goMod(): string {
  const { GoMod } = JSON.parse(
    go(os.tmpdir(), "mod", "download", "-json", `k8s.io/kubernetes@v${KUBERNETES_VERSION}`),
  ) as { readonly GoMod: string };
  const theirs = fs.readFileSync(GoMod, "utf8");
  const staging = [...theirs.matchAll(/^\s*(\S+) => \.\/staging\//gm)].map(([, module]) => module!);
  const etcd = /^\s*go\.etcd\.io\/etcd\/server\/v3 (\S+)/m.exec(theirs)?.[1];
  const goVersion = /^go (\S+)/m.exec(theirs)?.[1];
  if (staging.length === 0 || etcd === undefined || goVersion === undefined) {
    throw new Error(`go.mod of k8s.io/kubernetes v${KUBERNETES_VERSION} is not written as expected: ${GoMod}`);
  }
  return [
    "module cluster.test/control-plane",
    `go ${goVersion}`,
    `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
    `require go.etcd.io/etcd/server/v3 ${etcd}`,
    ...staging.map((module) => `replace ${module} => ${module} v${STAGING_VERSION}`),
    "",
  ].join("\n");
}

// Without these the API server calls itself v0.0.0-master, and features that are locked to a version misbehave.
const [MAJOR, MINOR] = KUBERNETES_VERSION.split(".");
const VERSION_FLAGS = [`gitVersion=v${KUBERNETES_VERSION}`, `gitMajor=${MAJOR}`, `gitMinor=${MINOR}`]
  .map((assignment) => `-X k8s.io/component-base/version.${assignment}`)
  .join(" ");

async function goBuild(workshop: string, out: string, packages: readonly string[], say: (line: string) => void) {
  const args = ["build", "-v", "-trimpath", "-ldflags", `-s -w ${VERSION_FLAGS}`, "-o", out, ...packages];
  const started = Date.now();
  const child = spawn("go", args, { cwd: workshop, env: goEnvironment(), stdio: ["ignore", "ignore", "pipe"] });
  // Minutes of every core: what the person at the machine does comes first.
  if (child.pid !== undefined) {
    os.setPriority(child.pid, Math.max(os.getPriority(), os.constants.priority.PRIORITY_BELOW_NORMAL));
  }
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const stop = () => child.kill();
  process.once("exit", stop);
  const clock = setInterval(() => {
    const compiled = output.split("\n").filter((line) => line && !line.startsWith("go: ")).length;
    say(`  ${compiled} packages compiled after ${Math.round((Date.now() - started) / 1000)} s`);
  }, 30_000);
  const code = await new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (exit, signal) => resolve(exit ?? signal ?? "killed"));
  });
  clearInterval(clock);
  process.removeListener("exit", stop);
  if (code !== 0)
    throw new Problems([`go build ended with ${code}: ${output.trim().split("\n").slice(-10).join("\n")}`]);
}

function go(folder: string, ...args: string[]): string {
  return execFileSync("go", args, { cwd: folder, env: goEnvironment(), encoding: "utf8" });
}

// Flags of the user's own (-mod=vendor) must not reach this module; GOWORK would put it into another workspace.
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: "-mod=mod -buildvcs=false", GOWORK: "off", GO111MODULE: "on" };
}
