import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { IConstruct } from "constructs";
import { parse } from "yaml";
import type { ChartSpec } from "../catalog/charts";
import type { Digest } from "../catalog/images";
import { ConfigError, OutputFiles, type Failure } from "../core";

/**
 * A chart that lies in a folder, copied beside the Terraform of the stack of `scope`, so that the output is whole on any machine. An archive must
 * have the digest that is known of it; a folder is text that is reviewed where it lies, and only its name and version are compared.
 *
 * @returns the path by which a release finds it
 * @throws ConfigError for one that is not there or is another
 */
export function vendoredChart(scope: IConstruct, folder: string, id: string, spec: ChartSpec, given?: Digest): string {
  const archive = `${spec.chart}-${spec.version}.tgz`;
  const file = path.resolve(folder, archive);
  const unpacked = path.resolve(folder, spec.chart);
  if (fs.existsSync(file)) {
    const content = fs.readFileSync(file);
    refuse(id, archiveFailures(id, archive, content, given ?? spec.archiveDigest));
    return OutputFiles.besideTerraform(scope, `charts/${archive}`, content);
  }
  refuse(id, folderFailures(folder, archive, unpacked, spec));
  const written = filesIn(unpacked).map((name) =>
    OutputFiles.besideTerraform(scope, `charts/${spec.chart}/${name}`, fs.readFileSync(path.join(unpacked, name))),
  );
  return path.posix.dirname(written.find((name) => name.endsWith(`charts/${spec.chart}/Chart.yaml`))!);
}

function archiveFailures(id: string, archive: string, content: Uint8Array, digest: Digest | undefined): Failure[] {
  const found = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  if (found === digest) return [];
  return [
    {
      code: digest === undefined ? "digest-unknown" : "digest-mismatch",
      path: `digests.${id}`,
      message: digest === undefined ? `is needed: no digest of ${archive} is known` : `is not the digest of ${archive}`,
      got: found,
      ...(digest === undefined ? {} : { allowed: digest }),
      fix:
        digest === undefined
          ? `check the archive against where it comes from, then give its digest`
          : `fetch ${archive} again from where the project publishes it`,
    },
  ];
}

function folderFailures(folder: string, archive: string, unpacked: string, { chart, version }: ChartSpec): Failure[] {
  const file = path.join(unpacked, "Chart.yaml");
  if (!fs.existsSync(file)) {
    return [
      {
        code: "chart-missing",
        path: "path",
        message: `holds neither ${archive} nor a folder ${chart} with a Chart.yaml`,
        got: folder,
        fix: `put ${archive} there: helm pull ${chart} --version ${version}`,
      },
    ];
  }
  const found = (parse(fs.readFileSync(file, "utf8")) ?? {}) as { name?: unknown; version?: unknown };
  if (found.name === chart && String(found.version) === version) return [];
  return [
    {
      code: "chart-version",
      path: "path",
      message: `holds another chart in folder ${chart} than the catalogue names`,
      got: `${String(found.name)} ${String(found.version)}`,
      allowed: `${chart} ${version}`,
      fix: `put version ${version} there`,
    },
  ];
}

/** Paths below a folder, sorted, so that a synth writes the same on every machine. */
function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort();
}

function refuse(id: string, failures: readonly Failure[]): void {
  ConfigError.throwIfAny(`chart ${id}`, failures);
}
