import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import type { z } from "zod";
import { defOf, unwrap } from "../../lib/core";

// Each `assertSchema<Interface, typeof schema>` in the code names an interface and the schema it is bound to. Types cannot say that a
// default in TSDoc is the schema's: this does.
const ROOT = path.join(__dirname, "../..");
const files = ["lib", "stacks"].flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".ts") && !f.endsWith(".d.ts"))
    .map((f) => path.join(ROOT, folder, f)),
);

interface Pair {
  readonly file: string;
  readonly source: ts.SourceFile;
  readonly type: string;
  readonly schema: string;
}

const pairs = files.flatMap((file): Pair[] => {
  const text = fs.readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  return [...text.matchAll(/^assertSchema<(\w+), typeof (\w+)>\(true\);/gm)].map(([, type, schema]) => ({
    file,
    source,
    type: type!,
    schema: schema!,
  }));
});

interface Documented {
  readonly path: string;
  readonly optional: boolean;
  /** Text of `@default`, if any. */
  readonly default: string | undefined;
  readonly summary: string;
  readonly schema: z.ZodType | undefined;
}

function declarationOf(source: ts.SourceFile, name: string): ts.TypeNode | ts.InterfaceDeclaration | undefined {
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) return statement;
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name) return statement.type;
  }
  return undefined;
}

function membersOf(
  source: ts.SourceFile,
  node: ts.Node | undefined,
  schema: z.ZodType | undefined,
  at: string,
): Documented[] {
  if (!node || !schema) return [];
  const def = defOf(unwrap(schema).core);
  if (ts.isTypeReferenceNode(node)) {
    const name = node.typeName.getText(source);
    if (name === "Readonly") return membersOf(source, node.typeArguments?.[0], schema, at);
    return membersOf(source, declarationOf(source, name), schema, at);
  }
  if (ts.isTypeOperatorNode(node)) return membersOf(source, node.type, schema, at);
  if (ts.isArrayTypeNode(node)) return membersOf(source, node.elementType, def.element, `${at}[]`);
  if (ts.isUnionTypeNode(node)) {
    return node.types.flatMap((type) => membersOf(source, type, optionFor(source, type, schema), at));
  }
  if ((ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) && def.shape) {
    return node.members.filter(ts.isPropertySignature).flatMap((member) => {
      const name = (member.name as ts.Identifier).text;
      const tag = ts.getJSDocTags(member).find((t) => t.tagName.text === "default");
      const doc = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc);
      const inner = def.shape![name];
      return [
        {
          path: `${at}.${name}`,
          optional: member.questionToken !== undefined,
          default: tag ? ts.getTextOfJSDocComment(tag.comment)?.trim() : undefined,
          summary: ts.getTextOfJSDocComment(doc?.comment) ?? "",
          schema: inner,
        },
        ...membersOf(source, member.type, inner, `${at}.${name}`),
      ];
    });
  }
  return [];
}

function optionFor(source: ts.SourceFile, type: ts.TypeNode, schema: z.ZodType): z.ZodType | undefined {
  const { options, discriminator } = defOf(unwrap(schema).core);
  if (!options || !discriminator || !ts.isTypeLiteralNode(type)) return undefined;
  const tag = type.members.filter(ts.isPropertySignature).find((m) => (m.name as ts.Identifier).text === discriminator);
  const literal = tag?.type?.getText(source);
  return options.find(
    (o) => JSON.stringify(defOf(unwrap(defOf(o).shape![discriminator]!).core).values![0]) === literal,
  );
}

test("interfaces bound to schemas were found", () => {
  expect(pairs.length).toBeGreaterThan(10);
});

describe.each(pairs.map((p) => [`${p.type} (${path.relative(ROOT, p.file)})`, p] as const))("%s", (_name, pair) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the modules are found by reading the code
  const schema = (require(pair.file) as Record<string, z.ZodType | undefined>)[pair.schema];
  const fields = membersOf(pair.source, declarationOf(pair.source, pair.type), schema, "");

  test("its schema is exported", () => {
    expect(schema).toBeDefined();
  });

  test("every optional field says its default, and it is the schema's", () => {
    const wrong = fields.flatMap((field) => {
      const { hasDefault, defaultValue } = unwrap(field.schema!);
      const said = field.default;
      if (!field.optional) return said === undefined ? [] : [`${field.path}: required, yet documents a default`];
      if (said === undefined) return [`${field.path}: optional without @default`];
      if (said.startsWith("- "))
        return hasDefault ? [`${field.path}: documents "${said}", schema has ${JSON.stringify(defaultValue)}`] : [];
      // `{}` stands for a section whose own fields all have defaults.
      const filled = said === "{}" && typeof defaultValue === "object";
      return hasDefault && (filled || JSON.stringify(defaultValue) === JSON.stringify(JSON.parse(said)))
        ? []
        : [`${field.path}: documents ${said}, schema has ${JSON.stringify(defaultValue)}`];
    });
    expect(wrong).toEqual([]);
  });

  test("every field of the schema has a description for the JSON Schema", () => {
    const bare = fields.filter((f) => f.schema && !unwrap(f.schema).description).map((f) => f.path);
    expect(bare.filter((p) => !/\.(model|backend|affinity|strategy)$/.test(p))).toEqual([]);
  });
});
