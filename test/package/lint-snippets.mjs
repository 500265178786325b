// Lints snippets that are given as JSON on stdin ([{ file, text }]) and prints the ids of the rules that fire, one list
// each. A process of its own: eslint loads its configuration by import(), which jest does not offer.
import { readFileSync } from "node:fs";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const eslint = new ESLint({
  cwd: new URL("../..", import.meta.url).pathname,
  // Types are not asked: the files need not exist, and a program of the whole project takes seconds.
  overrideConfig: [
    { ...tseslint.configs.disableTypeChecked, files: ["**/*.ts"] },
    { files: ["**/*.ts"], languageOptions: { parserOptions: { projectService: false } } },
  ],
});

const fired = [];
for (const { file, text } of JSON.parse(readFileSync(0, "utf8"))) {
  const [result] = await eslint.lintText(text, { filePath: file });
  fired.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
process.stdout.write(JSON.stringify(fired));
