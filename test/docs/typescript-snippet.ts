import * as path from "node:path";
import * as ts from "typescript";

const ROOT = path.join(__dirname, "../..");

/** What the compiler says of each of some snippets that import this package by its name. */
export function typeErrors(snippets: readonly string[]): string[][] {
  const config = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const code = new Map(snippets.map((text, index) => [path.join(ROOT, `test/docs/snippet-${index}.ts`), text]));
  const base = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (name) => code.has(name) || base.fileExists(name),
    readFile: (name) => code.get(name) ?? base.readFile(name),
    getSourceFile: (name, target, ...rest) => {
      const text = code.get(name);
      return text === undefined ? base.getSourceFile(name, target, ...rest) : ts.createSourceFile(name, text, target);
    },
  };
  const paths = { "cdktf-ai-platform": ["./stacks/index.ts"], "cdktf-ai-platform/*": ["./lib/*/index.ts"] };
  const program = ts.createProgram([...code.keys()], { ...options, paths, noEmit: true }, host);
  return [...code.keys()].map((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  );
}
