import * as fs from "node:fs";
import * as path from "node:path";
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import { parse } from "yaml";
import type { KubernetesObject } from "../../lib/delivery";

/** Definitions of the custom resources that are installed: as in `test:cluster`. */
const folder = path.resolve(__dirname, "../..", process.env["CRD_DIR"] || "../shared/data/crds");

const areThere = fs.existsSync(folder);

/**
 * `describe` for tests that ask the definitions of custom resources; skipped, and said so in the title, where they are not beside the
 * project.
 */
export function describeWithCrds(title: string, tests: () => void): void {
  if (areThere) describe(title, tests);
  else describe.skip(`${title} (CRD_DIR is not set, and ../shared/data/crds is not there)`, tests);
}

/**
 * What an API server would say of a custom resource, strictly: unknown fields, missing ones, wrong types, values that are not allowed, a
 * version that is not served or is deprecated. Empty where all is well. Not asked: CEL rules and defaults, which need a real server.
 */
export function crdFailures(object: KubernetesObject): string[] {
  const { apiVersion, kind } = object;
  const [group, version] = apiVersion.split("/");
  const definition = definitionOf(group ?? "", kind);
  if (!definition) return [`no definition of ${kind} in group ${group}`];
  const found = definition.spec.versions.find(({ name }) => name === version);
  if (!found?.served) return [`${kind} is not served as ${apiVersion}`];
  const place = object.metadata.namespace === undefined ? "Cluster" : "Namespaced";
  const validate = validatorOf(`${apiVersion} ${kind}`, found.schema.openAPIV3Schema);
  return [
    ...(found.deprecated ? [`${apiVersion} is deprecated`] : []),
    ...(definition.spec.scope === place ? [] : [`${kind} is ${definition.spec.scope}`]),
    ...(validate(object) ? [] : (validate.errors ?? []).map(said)),
  ];
}

function said({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || "/"} ${message} ${JSON.stringify(params)}`;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly scope: "Cluster" | "Namespaced";
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly deprecated?: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

let documents: readonly string[] | undefined;
const definitions = new Map<string, Definition | undefined>();

// Some files have megabytes: only what is asked for is parsed.
function definitionOf(group: string, kind: string): Definition | undefined {
  const key = `${group} ${kind}`;
  if (!definitions.has(key)) {
    documents ??= fs
      .readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .flatMap((file) => fs.readFileSync(path.join(folder, file), "utf8").split(/^---$/m));
    const candidates = documents
      .filter((text) => text.includes(`group: ${group}\n`) && text.includes(`kind: ${kind}\n`))
      .map((text) => parse(text) as Definition);
    definitions.set(
      key,
      candidates.find(({ spec }) => spec.group === group && spec.names.kind === kind),
    );
  }
  return definitions.get(key);
}

type Schema = Readonly<Record<string, unknown>> & {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
};

// Patterns are Go's, which escape more than JavaScript takes in its Unicode mode.
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
const validators = new Map<string, ValidateFunction>();

function validatorOf(key: string, schema: Schema): ValidateFunction {
  const known = validators.get(key);
  if (known) return known;
  const { properties = {}, ...rest } = schema;
  // The API server checks these by itself, whatever a definition says of them.
  const top = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
  const validate = ajv.compile(strict({ ...rest, properties: { ...properties, ...top } }));
  validators.set(key, validate);
  return validate;
}

/** JSON Schema of a structural OpenAPI schema: what it does not name is refused, unless it says that it keeps unknown fields. */
function strict(schema: Schema): Schema {
  const { properties, additionalProperties, items, pattern, nullable, ...rest } = schema;
  if (schema["x-kubernetes-int-or-string"]) return { anyOf: [{ type: "integer" }, { type: "string" }] };
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema["x-kubernetes-embedded-resource"];
  const result: Record<string, unknown> = { ...rest };
  if (nullable && schema.type) result["type"] = [schema.type, "null"];
  // Go's flags within a pattern mean nothing to JavaScript.
  if (typeof pattern === "string" && !pattern.includes("(?")) result["pattern"] = pattern;
  if (items) result["items"] = strict(items);
  if (properties) {
    result["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, name === "metadata" ? inner : strict(inner)]),
    );
  }
  if (typeof additionalProperties === "object") result["additionalProperties"] = strict(additionalProperties);
  else if (properties && !open) result["additionalProperties"] = false;
  return result;
}
