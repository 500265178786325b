import * as fs from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { customApisOf } from "../../catalog/kubernetes-apis";
import { ConfigError, assertSchema, known, type Failure } from "../../core";
import type { AddOn } from "../add-on";
import type { KubernetesObject } from "../kubernetes-object";
import { ManifestRelease } from "../manifest-release";
import { PLATFORM_NAMESPACE, platformNamespace } from "../platform-namespace";

/**
 * Definitions of llm-d's router, by which callers of a language model ask for a priority (`gateway.endpointPicker.priorities`). The pickers
 * themselves stand beside their models. No chart brings the definitions, so that they come from the repository of the environment.
 */
export interface LlmDRouterConfig {
  /**
   * Folder with the definitions as YAML, from where the program runs, or absolute: `config/crd/bases` of llm-d-router at the tag of the
   * endpoint picker.
   */
  readonly definitions: string;
}

export const llmDRouterSchema = z.strictObject({
  definitions: known(
    z.string().min(1).describe("Folder with the definitions as the project publishes them"),
    "they are read from there",
  ),
});

assertSchema<LlmDRouterConfig, typeof llmDRouterSchema>(true);

const ID = "llm-d-router";
const GROUP = "llm-d.ai";
const PATH = "definitions";
const VERSION = CHARTS["llm-d-router-gateway"].appVersion;

export function llmDRouter({ definitions }: z.output<typeof llmDRouterSchema>): AddOn {
  return {
    id: ID,
    title: "Definitions of llm-d's router",
    features: ["gateway-api"],
    install(scope, context) {
      return new ManifestRelease(scope, "definitions", {
        name: ID,
        namespace: PLATFORM_NAMESPACE,
        objects: definitionsIn(definitions),
        after: [...context.after, ...platformNamespace(scope, context.cluster)],
      }).dependables;
    },
  };
}

interface Found {
  readonly file: string;
  /** As it was read; a text where that was no YAML. */
  readonly document: unknown;
}

/** @throws ConfigError for a folder that holds not all of them, or something else */
function definitionsIn(folder: string): KubernetesObject[] {
  const files = yamlFiles(folder);
  const found = files.flatMap((file) => documentsOf(folder, file));
  ConfigError.throwIfAny(`add-on ${ID}`, [
    missingFailure(folder, files, found),
    strangerFailure(found),
    versionFailure(found),
  ]);
  return found.map(({ document }) => document as KubernetesObject);
}

function yamlFiles(folder: string): string[] {
  if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) return [];
  return fs
    .readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
}

function documentsOf(folder: string, file: string): Found[] {
  const documents = parseAllDocuments(fs.readFileSync(path.join(folder, file), "utf8"));
  if (!Array.isArray(documents)) return [];
  return documents
    .map((document) => ({ file, document: document.errors[0]?.message ?? (document.toJS() as unknown) }))
    .filter(({ document }) => document !== null);
}

/** Kinds of the group, each with the version that is written. */
const KINDS = new Map(
  customApisOf(GROUP).flatMap(({ kinds }) =>
    Object.entries(kinds).map(([kind, { versions }]) => [kind, versions[0]!.version] as const),
  ),
);

interface Definition {
  readonly kind?: string;
  readonly spec?: {
    readonly group?: string;
    readonly names?: { readonly kind?: string };
    readonly versions?: readonly { readonly name?: string; readonly served?: boolean }[];
  };
}

/** The kind of the group that a document defines. */
function kindOf({ document }: Found): string | undefined {
  const { kind, spec } = document as Definition;
  const defined = kind === "CustomResourceDefinition" && spec?.group === GROUP ? spec.names?.kind : undefined;
  return defined !== undefined && KINDS.has(defined) ? defined : undefined;
}

function servedVersions({ document }: Found): string[] {
  const { versions = [] } = (document as Definition).spec!;
  return versions.filter(({ served }) => served).map(({ name }) => String(name));
}

function missingFailure(folder: string, files: readonly string[], found: readonly Found[]): Failure | undefined {
  const there = found.map(kindOf);
  const missing = [...KINDS.keys()].filter((kind) => !there.includes(kind));
  if (missing.length === 0) return undefined;
  return {
    code: "missing",
    path: PATH,
    message: files.length > 0 ? `lacks ${missing.join(" and ")}` : "is no folder with YAML files",
    got: folder,
    fix: `put the files of config/crd/bases there: git clone --branch ${VERSION} https://github.com/llm-d/llm-d-router`,
  };
}

function strangerFailure(found: readonly Found[]): Failure | undefined {
  const strangers = found.filter((one) => kindOf(one) === undefined);
  if (strangers.length === 0) return undefined;
  return {
    code: "not-a-definition",
    path: PATH,
    message: `holds what is no definition of ${GROUP}`,
    got: strangers.map(({ file, document }) => `${file}: ${titleOf(document)}`),
    allowed: `definitions of ${[...KINDS.keys()].join(", ")}`,
    fix: "keep nothing else in the folder",
  };
}

function titleOf(document: unknown): string {
  if (typeof document === "string") return document.split("\n", 1)[0]!;
  const { kind, metadata } = document as Partial<KubernetesObject>;
  return `${kind} ${metadata?.name}`;
}

function versionFailure(found: readonly Found[]): Failure | undefined {
  const others = found.filter((one) => {
    const kind = kindOf(one);
    return kind !== undefined && !servedVersions(one).includes(KINDS.get(kind)!);
  });
  if (others.length === 0) return undefined;
  return {
    code: "other-version",
    path: PATH,
    message: `are of another version than llm-d-router ${VERSION}`,
    got: others.map((one) => `${kindOf(one)} ${servedVersions(one).join(", ")}`),
    allowed: [...KINDS].map(([kind, version]) => `${kind} ${version}`).join(", "),
    fix: `take the files of tag ${VERSION}`,
  };
}
