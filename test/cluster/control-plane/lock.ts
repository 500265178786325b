import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 2_000;

/**
 * Runs `work` while no other process holds the lock, a file with the holder's process id. A holder that is gone is overruled. Two that
 * overrule it at once would both work, so work must end in one rename.
 */
export async function withLock(file: string, say: (line: string) => void, work: () => Promise<void>): Promise<void> {
  for (let waited = false; !take(file); waited = true) {
    const holder = Number(read(file));
    if (holder > 0 && !isAlive(holder)) {
      fs.rmSync(file, { force: true });
      continue;
    }
    if (!waited) say(`waiting for process ${holder}, which holds ${file}`);
    await sleep(POLL_MS);
  }
  try {
    await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
