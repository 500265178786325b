/**
 * pytest over examples/fastapi-server and examples/prediction-logger, in a virtual environment of its own from PyPI, every package by its
 * checksum. Says so and passes where there is no Python, or no PyPI.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

// Of `requires-python` in the example's pyproject.toml.
const OLDEST_PYTHON = "(3, 11)";

// The logger's packages are among those of the server.
const FOLDERS = [__dirname, path.join(__dirname, "../prediction-logger")];

function main(): number {
  const workshop = fs.mkdtempSync(path.join(os.tmpdir(), "fastapi-"));
  try {
    const python = install(path.join(workshop, "venv"));
    if (python === undefined) {
      console.log(
        `fastapi: 0 passed, 0 failed, ${testsWritten()} skipped (no Python of 3.11 or later with venv, or no PyPI)`,
      );
      return 0;
    }
    if (python === "refused") {
      console.log("fastapi: 0 passed, 1 failed, 0 skipped");
      return 1;
    }
    return run(python, path.join(workshop, "junit.xml"));
  } finally {
    fs.rmSync(workshop, { recursive: true, force: true });
  }
}

/** The interpreter with everything installed; undefined where it cannot be had, "refused" where a package is not the one that was locked. */
function install(venv: string): string | undefined {
  const newEnough = ["-c", `import sys; sys.exit(sys.version_info < ${OLDEST_PYTHON})`];
  if (spawnSync("python3", newEnough, { stdio: "ignore" }).status !== 0) return undefined;
  console.log("installing test/fastapi-server/requirements.lock in a virtual environment");
  if (spawnSync("python3", ["-m", "venv", venv], { stdio: "ignore" }).status !== 0) return undefined;
  const python = path.join(venv, "bin", "python");
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "--only-binary",
    ":all:",
  ];
  const installed = spawnSync(python, [...pip, "-r", path.join(__dirname, "requirements.lock")], {
    encoding: "utf8",
  });
  process.stdout.write(installed.stderr);
  if (/DO NOT MATCH THE HASHES/.test(installed.stderr)) return "refused";
  return installed.status === 0 ? python : undefined;
}

function run(python: string, report: string): number {
  // Nothing is written beside the sources: .ci/run compares the working tree before and after.
  const quiet = ["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml", report, ...FOLDERS];
  const { status } = spawnSync(python, quiet, { stdio: ["ignore", "inherit", "inherit"] });
  const suite = fs.existsSync(report) ? fs.readFileSync(report, "utf8").match(/<testsuite [^>]*>/)?.[0] : undefined;
  const count = (name: string) => Number(suite?.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
  const skipped = count("skipped");
  // pytest that did not get to its end has failed, whatever it counted.
  const failed = Math.max(count("failures") + count("errors"), status === 0 ? 0 : 1);
  const passed = Math.max(0, count("tests") - skipped - count("failures") - count("errors"));
  console.log(`fastapi: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

function testsWritten(): number {
  const files = FOLDERS.flatMap((folder) => {
    return fs.readdirSync(folder).flatMap((file) => (/^test_.*\.py$/.test(file) ? [path.join(folder, file)] : []));
  });
  return files.reduce((sum, file) => {
    return sum + (fs.readFileSync(file, "utf8").match(/^(async )?def test_/gm)?.length ?? 0);
  }, 0);
}

process.exitCode = main();
