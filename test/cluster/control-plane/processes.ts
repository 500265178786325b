import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const STOP_MS = 10_000;

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

/** The programs of one control plane: started one by one, stopped in reverse, and never left behind. */
export class Processes {
  private readonly running: Running[] = [];
  private guard?: ChildProcess;
  private readonly kill = () => {
    for (const { child } of this.running) child.kill("SIGKILL");
    fs.rmSync(this.folder, { recursive: true, force: true });
  };

  /** @param folder where each writes its log; the whole folder goes when they are stopped */
  constructor(private readonly folder: string) {
    process.once("exit", this.kill);
  }

  start(name: string, program: string, args: readonly string[]): void {
    const log = fs.openSync(this.logOf(name), "w");
    const child = spawn(program, args, { cwd: this.folder, stdio: ["ignore", log, log] });
    fs.closeSync(log);
    const ended = new Promise<void>((resolve) => {
      child.on("error", (error) => {
        fs.appendFileSync(this.logOf(name), error.message);
        resolve();
      });
      child.on("exit", () => resolve());
    });
    this.running.push({ name, child, ended });
  }

  /**
   * Ends them even where this process is killed outright, which no handler of ours would see: a shell waits on a pipe from here, which the
   * kernel closes.
   */
  outliveNoParent(): void {
    const pids = this.running.flatMap(({ child }) => (child.pid === undefined ? [] : [String(child.pid)]));
    const script = 'folder=$1; shift; cat >/dev/null; kill -9 "$@"; rm -rf "$folder"';
    this.guard = spawn("sh", ["-c", script, "sh", this.folder, ...pids], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.guard.unref();
  }

  /** What each one that ended by itself said last. */
  get deaths(): string[] {
    return this.running
      .filter(({ child }) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      .map(({ name, child }) => `${name} ended with ${child.exitCode ?? child.signalCode}: ${this.lastWords(name)}`);
  }

  lastWords(name: string, lines = 5): string {
    return fs.readFileSync(this.logOf(name), "utf8").trim().split("\n").slice(-lines).join("\n");
  }

  async stop(): Promise<void> {
    for (const { child, ended } of this.running.reverse()) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    this.guard?.kill("SIGKILL");
    process.removeListener("exit", this.kill);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private logOf(name: string): string {
    return path.join(this.folder, `${name}.log`);
  }
}
