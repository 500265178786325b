import { parseAllDocuments, type Document } from "yaml";
import { isLate, type Block, type TerraformResourceBlock } from "../../../core";
import { blocksAt } from "../../values";

/** A container; `partial` where its runtime adds to it what is not seen here (the model of a KServe predictor). */
export interface Container {
  readonly path: string;
  readonly block: Block;
  readonly partial: boolean;
}

export interface Pod {
  readonly path: string;
  readonly block: Block;
  readonly containers: readonly Container[];
  readonly partial: boolean;
}

/** What a resource runs on Kubernetes. */
export interface Workload {
  readonly pods: readonly Pod[];
  /** Every block, in pods or not: values of charts say `securityContext.privileged` in places of their own. */
  readonly blocks: readonly { readonly path: string; readonly block: Block }[];
  /** Where there is something that cannot be read. */
  readonly unreadable?: string;
}

const TEMPLATE = "spec.template.spec";

/** Types of the kubernetes provider, and where their pod is. */
const POD_PATHS: Readonly<Record<string, string>> = {
  kubernetes_cron_job: `spec.job_template.${TEMPLATE}`,
  kubernetes_cron_job_v1: `spec.job_template.${TEMPLATE}`,
  kubernetes_daemon_set_v1: TEMPLATE,
  kubernetes_daemonset: TEMPLATE,
  kubernetes_deployment: TEMPLATE,
  kubernetes_deployment_v1: TEMPLATE,
  kubernetes_job: TEMPLATE,
  kubernetes_job_v1: TEMPLATE,
  kubernetes_pod: "spec",
  kubernetes_pod_v1: "spec",
  kubernetes_replication_controller: TEMPLATE,
  kubernetes_replication_controller_v1: TEMPLATE,
  kubernetes_stateful_set: TEMPLATE,
  kubernetes_stateful_set_v1: TEMPLATE,
};

export const WORKLOAD_TYPES = [...Object.keys(POD_PATHS), "helm_release", "kubernetes_manifest"];

/** The field of a block, in the spelling of Kubernetes or of Terraform; a block in a list of one is the block. */
export function field(block: Block | undefined, ...names: readonly string[]): unknown {
  const value = names.map((name) => block?.[name] ?? block?.[snakeCase(name)]).find((found) => found !== undefined);
  return value ?? undefined;
}

export function blockOf(block: Block | undefined, name: string): Block | undefined {
  const value = field(block, name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isBlock(first) ? first : undefined;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`);
}

function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): Block[] {
  return [value].flat().filter(isBlock);
}

// A dozen rules ask of the same release, and its values are pages of YAML. Nothing changes them while rules judge.
const read = new WeakMap<Block, Workload>();

/** What a resource runs, read once. */
export function workloadOf({ type, config }: Pick<TerraformResourceBlock, "type" | "config">): Workload {
  const known = read.get(config) ?? workloadIn(type, config);
  read.set(config, known);
  return known;
}

function workloadIn(type: string, config: Block): Workload {
  const path = POD_PATHS[type];
  if (path !== undefined) {
    const specs = blocksAt(config, path);
    const blocks = specs.flatMap((spec) => [...blocksIn(spec, path)]);
    return { pods: specs.map((spec) => podAt(path, spec)), blocks, unreadable: specs.length > 0 ? undefined : path };
  }
  const sources = type === "helm_release" ? chartValues(config) : [{ path: "manifest", value: config["manifest"] }];
  const blocks = sources.flatMap(({ path: at, value }) => [...blocksIn(value, at)]);
  const pods = blocks.filter(({ path: at, block }) => isPod(at, block)).map(({ path: at, block }) => podAt(at, block));
  return { pods, blocks, unreadable: sources.find(({ value }) => isLate(value))?.path };
}

interface Source {
  readonly path: string;
  readonly value: unknown;
}

/** The values of a chart. What only Terraform knows, or what is no YAML, stays a late text. */
function chartValues(config: Block): Source[] {
  const values = [config["values"] ?? []].flat().flatMap((text, index) => parsed(text, `values[${index}]`));
  const single = listOf(config["set"]).map(({ name, value }) => ({
    path: "set",
    value: String(name)
      .split(".")
      .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
  }));
  return [...values, ...single];
}

function parsed(text: unknown, path: string): Source[] {
  if (typeof text !== "string") return [{ path, value: text }];
  if (/^\$\{[^}]*\}$/.test(text.trim()) || text.trim().startsWith("${yamlencode(")) return [{ path, value: text }];
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => ({ path, value: valueOf(document) }));
}

/** A late text for what is no YAML, or expands without end. */
function valueOf(document: Document.Parsed): unknown {
  if (document.errors.length > 0) return UNREADABLE;
  try {
    return document.toJS();
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE = "${unreadable}";

/** Every block inside of a value; manifests that stand in a text are read too. */
function* blocksIn(value: unknown, path: string): Generator<{ readonly path: string; readonly block: Block }> {
  if (typeof value === "string" && /^\s*kind:/m.test(value)) {
    for (const { value: inner } of parsed(value, path)) if (typeof inner === "object") yield* blocksIn(inner, path);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* blocksIn(item, `${path}[${index}]`);
  } else if (isBlock(value)) {
    yield { path, block: value };
    for (const [key, item] of Object.entries(value)) if (key !== "//") yield* blocksIn(item, `${path}.${key}`);
  }
}

// Components of a KServe InferenceService are pods without a template.
const KSERVE = /\.(predictor|transformer|explainer)$/;
const MODEL_FIELDS = ["image", "modelFormat", "resources", "storageUri"];

function isPod(path: string, block: Block): boolean {
  return listOf(block["containers"]).length > 0 || (KSERVE.test(path) && modelsOf(path, block).length > 0);
}

function podAt(path: string, block: Block): Pod {
  const containers = ["containers", "container", "initContainers", "init_container"].flatMap((name) =>
    listOf(block[name]).map((item, index) => ({ path: `${path}.${name}[${index}]`, block: item, partial: false })),
  );
  const models = KSERVE.test(path) ? modelsOf(path, block) : [];
  return { path, block, containers: [...containers, ...models], partial: models.length > 0 };
}

/** The one container of a predictor that stands under the name of its framework, or under `model`. */
function modelsOf(path: string, block: Block): Container[] {
  return Object.entries(block).flatMap(([name, item]) =>
    isBlock(item) && MODEL_FIELDS.some((known) => known in item)
      ? [{ path: `${path}.${name}`, block: item, partial: true }]
      : [],
  );
}
