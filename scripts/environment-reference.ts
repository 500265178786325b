import * as fs from "node:fs";
import * as path from "node:path";
import type { z } from "zod";
import { defOf, unwrap } from "../lib/core";
import { environmentSchema } from "../stacks/environment-config";

/** The committed reference of the environment file. */
export const REFERENCE = path.join(__dirname, "../docs/environment.md");

interface Row {
  readonly path: string;
  readonly kind: string;
  readonly standard: string;
  readonly meaning: string;
}

/** Every field of the environment file as Markdown tables, a section a table, from the schema that also checks it. */
export function environmentReference(): string {
  const sections = Object.entries(defOf(environmentSchema).shape!).filter(([name]) => name !== "$schema");
  const plain = sections.filter(([, schema]) => !isSection(schema));
  return [
    "# The environment file",
    "",
    "Written by `npm run docs` from the schema that checks the file; a test compares the two. `[]` marks a list, `(word)` the choice that a field",
    "belongs to. A file holds plain values: no Terraform expressions.",
    "",
    "## General",
    "",
    ...table(plain.flatMap(([name, schema]) => rows(name, schema))),
    ...sections
      .filter(([, schema]) => isSection(schema))
      .flatMap(([name, schema]) => [
        "",
        `## ${name}`,
        "",
        `${unwrap(schema).description}.`,
        "",
        ...table(rows(name, schema).slice(1)),
      ]),
    "",
  ].join("\n");
}

function isSection(schema: z.ZodType): boolean {
  const { type } = defOf(unwrap(schema).core);
  return type === "object" || type === "union";
}

function rows(at: string, schema: z.ZodType): Row[] {
  const { core, optional, hasDefault, defaultValue, description } = unwrap(schema);
  const def = defOf(core);
  const isEmpty = hasDefault && JSON.stringify(defaultValue) === "{}";
  const standard =
    hasDefault && (!isEmpty || def.type === "record") ? code(defaultValue) : optional || hasDefault ? "–" : "required";
  const own: Row = { path: at, kind: kindOf(schema), standard, meaning: description ?? "" };
  switch (def.type) {
    case "object":
      return [own, ...inside(at, def.shape!)];
    case "array": {
      const element = unwrap(def.element!).core;
      const isBlock = ["object", "union"].includes(defOf(element).type);
      return [own, ...(isBlock ? rows(`${at}[]`, element).slice(1) : [])];
    }
    case "union":
      return [own, ...def.options!.flatMap((option) => optionRows(at, option, def.discriminator))];
    default:
      return [own];
  }
}

function inside(at: string, shape: Record<string, z.ZodType>): Row[] {
  return Object.entries(shape).flatMap(([name, schema]) => rows(`${at}.${name}`, schema));
}

function optionRows(at: string, option: z.ZodType, discriminator: string | undefined): Row[] {
  const shape = defOf(unwrap(option).core).shape;
  if (!shape) return [];
  if (discriminator === undefined) return inside(at, shape);
  const { [discriminator]: tag, ...others } = shape;
  const word = String(defOf(unwrap(tag!).core).values![0]);
  const chosen: Row = {
    path: `${at}.${discriminator}`,
    kind: code(word),
    standard: "required",
    meaning: unwrap(tag!).description ?? "",
  };
  return [chosen, ...inside(`${at}(${word})`, others)];
}

function kindOf(schema: z.ZodType): string {
  const { core, notes } = unwrap(schema);
  const def = defOf(core);
  switch (def.type) {
    case "enum":
      return Object.values(def.entries!).map(code).join(", ");
    case "literal":
      return def.values!.map(code).join(", ");
    case "array":
      return `list of ${kindOf(def.element!)}`;
    case "record":
      return `map of ${kindOf(def.valueType!)}`;
    case "union":
      return def.discriminator ? "one of" : def.options!.map(kindOf).join(" or ");
    case "string":
      return notes.allowed ?? "text";
    case "object":
      return "section";
    case "int":
    case "number":
      return numberKind(core as z.ZodNumber);
    case "boolean":
      return "`true`, `false`";
    default:
      return def.type;
  }
}

function numberKind({ minValue, maxValue }: z.ZodNumber): string {
  const bounded = (bound: number | null) => bound !== null && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (bounded(minValue) && bounded(maxValue)) return `${minValue} to ${maxValue}`;
  return bounded(minValue) ? `number from ${minValue}` : "number";
}

function table(all: readonly Row[]): string[] {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [
    "| field | takes | default | meaning |",
    "| --- | --- | --- | --- |",
    ...all.map((r) => `| \`${r.path}\` | ${cell(r.kind)} | ${cell(r.standard)} | ${cell(r.meaning)} |`),
  ];
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

if (require.main === module) fs.writeFileSync(REFERENCE, environmentReference());
