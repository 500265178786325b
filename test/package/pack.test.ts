import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as semver from "semver";

interface PackageJson {
  readonly name: string;
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly bin: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const root = path.resolve(__dirname, "../..");
const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as PackageJson;
const SOURCES = ["lib", "stacks"];

/** Subpaths that are code, e.g. `./cluster`; the others are files. */
const modules = Object.keys(manifest.exports).filter((subpath) => !subpath.endsWith(".json"));

function specifier(subpath: string): string {
  return path.posix.join(manifest.name, subpath);
}

describe("the package that users install", () => {
  const workshop = fs.mkdtempSync(path.join(os.tmpdir(), "pack-"));
  const installed = path.join(workshop, "user", "node_modules", manifest.name);
  const user = path.join(workshop, "user");
  let packed: string[];

  // Packs a copy: the build of `npm pack` empties dist, which other tests may be reading.
  beforeAll(() => {
    const copy = path.join(workshop, "copy");
    const left = ["node_modules", ".git", "dist", "cdktf.out"].map((name) => path.join(root, name));
    fs.cpSync(root, copy, { recursive: true, filter: (file) => !left.includes(file) });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    fs.mkdirSync(installed, { recursive: true });
    const output = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", workshop], { cwd: copy });
    // What the build prints comes before npm's own JSON.
    const text = output.toString();
    const [pack] = JSON.parse(text.slice(text.search(/^\[\s*$/m)));
    packed = pack.files.map((file: { path: string }) => file.path).sort();
    execFileSync("tar", ["-xzf", path.join(workshop, pack.filename), "-C", installed, "--strip-components=1"]);
    for (const name of [...Object.keys(manifest.peerDependencies), ...Object.keys(manifest.dependencies)]) {
      const link = path.join(user, "node_modules", name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(path.join(root, "node_modules", name), link);
    }
  }, 180_000);

  afterAll(() => fs.rmSync(workshop, { recursive: true, force: true }));

  test("holds one .js and one .d.ts for each source file, and no other code", () => {
    const wanted = SOURCES.flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !file.startsWith("cli/"))
        .map((file) => `dist/${folder}/${file.replace(/\.ts$/, "")}`),
    );
    const code = packed.filter((file) => file.startsWith("dist/"));
    // The command is one file: a process of its own starts faster with it than with hundreds.
    expect(code).toEqual(["dist/cli.js", ...wanted.flatMap((stem) => [`${stem}.js`, `${stem}.d.ts`])].sort());
  });

  test("holds the schema of the environment file and the documents, and nothing else", () => {
    const rest = packed.filter((file) => !/^(dist|docs)\//.test(file));
    expect(rest).toEqual(["README.md", "package.json", "schema/environment.schema.json"]);
    expect(packed.filter((file) => file.startsWith("docs/") && !file.endsWith(".md"))).toEqual([]);
  });

  test.each(modules)("the code and the types of %s are packed", (subpath) => {
    const { types, default: code } = manifest.exports[subpath] as { types: string; default: string };
    expect(packed).toEqual(expect.arrayContaining([types, code].map((file) => path.posix.normalize(file))));
  });

  test.each(modules)(
    "%s loads by require in a process of its own and by import, and says what it exports",
    (subpath) => {
      const program = [
        `const required = Object.keys(require("${specifier(subpath)}"));`,
        `import("${specifier(subpath)}").then((imported) => {`,
        `  const lost = required.filter((name) => !(name in imported));`,
        `  console.log(JSON.stringify({ count: required.length, lost }));`,
        `});`,
      ].join("\n");
      const output = execFileSync(process.execPath, ["-e", program], { cwd: user }).toString();
      const { count, lost } = JSON.parse(output);
      expect(lost).toEqual([]);
      expect(count).toBeGreaterThan(0);
    },
  );

  test("types of every subpath resolve under strict node16 resolution", () => {
    const imports = modules.map((subpath, index) => `export * as m${index} from "${specifier(subpath)}";`);
    fs.writeFileSync(path.join(user, "main.ts"), imports.join("\n"));
    fs.writeFileSync(path.join(user, "package.json"), JSON.stringify({ name: "user", private: true }));
    const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
    const options = ["--strict", "--noEmit", "--target", "es2022", "--module", "node16", "--skipLibCheck"];
    const types = ["--typeRoots", path.join(root, "node_modules", "@types"), "--types", "node"];
    const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...types, "main.ts"], { cwd: user });
    expect(stdout.toString()).toBe("");
  }, 120_000);

  test.each(Object.keys(manifest.exports).filter((subpath) => subpath.endsWith(".json")))("%s is there", (subpath) => {
    const output = execFileSync(process.execPath, ["-p", `typeof require("${specifier(subpath)}")`], { cwd: user });
    expect(output.toString().trim()).toBe("object");
  });

  test("nothing but the listed subpaths can be reached", () => {
    const deep = `${manifest.name}/dist/lib/core/config-error`;
    const program = `try { require("${deep}"); } catch (error) { console.log(error.code); }`;
    const output = execFileSync(process.execPath, ["-e", program], { cwd: user });
    expect(output.toString().trim()).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test.each(Object.entries(manifest.bin))(
    "the command %s is a file with an interpreter line that answers --help",
    (name, file) => {
      const command = path.join(installed, file);
      expect(fs.readFileSync(command, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(execFileSync(process.execPath, [command, "--help"], { cwd: user }).toString()).toContain("synth");
      expect(name).toBe(manifest.name);
    },
  );
});

describe("what the package asks of its users", () => {
  const peers = manifest.peerDependencies;

  test("constructs from 10.6 on, except the broken 10.8.0", () => {
    const allowed = peers["constructs"]!;
    for (const version of ["10.6.0", "10.7.2", "10.8.1", "10.9.0"])
      expect([version, semver.satisfies(version, allowed)]).toEqual([version, true]);
    for (const version of ["10.5.1", "10.8.0", "11.0.0"])
      expect([version, semver.satisfies(version, allowed)]).toEqual([version, false]);
  });

  test.each([
    ["cdktf", "0.21.0", "0.22.0"],
    ["@cdktf/provider-google", "16.12.1", "17.0.0"],
    ["@cdktf/provider-kubernetes", "12.1.1", "13.0.0"],
    ["zod", "4.6.7", "5.0.0"],
  ])("%s %s, not %s", (name, taken, refused) => {
    expect(semver.satisfies(taken, peers[name]!)).toBe(true);
    expect(semver.satisfies(refused, peers[name]!)).toBe(false);
  });

  test("every peer is tested at a version that it allows", () => {
    for (const [name, range] of Object.entries(peers)) {
      expect([name, semver.satisfies(manifest.devDependencies[name] ?? "", range)]).toEqual([name, true]);
    }
  });

  test("no package is asked for twice, and cdktf-cli not at all", () => {
    const { dependencies, devDependencies } = manifest;
    expect(Object.keys(dependencies).filter((name) => name in peers)).toEqual([]);
    for (const group of [dependencies, devDependencies, peers]) expect(Object.keys(group)).not.toContain("cdktf-cli");
  });

  test("what the code imports is asked for", () => {
    const asked = new Set([...Object.keys(manifest.dependencies), ...Object.keys(peers)]);
    const imported = SOURCES.flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) => packagesIn(fs.readFileSync(path.join(root, folder, file), "utf8"))),
    );
    expect([...new Set(imported)].filter((name) => !asked.has(name))).toEqual([]);
  });
});

/** Packages that a source imports from: no relative paths, no modules of Node. */
function packagesIn(source: string): string[] {
  return [...source.matchAll(/(?: from |^import |require\()"([^".\n][^"\n]*)"\)?;$/gm)]
    .map((match) => match[1]!)
    .filter((name) => !name.startsWith("node:"))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}
