import * as fs from "node:fs";
import { ruleCatalogue, RULES } from "../../scripts/rule-catalogue";

test("docs/rules.md is what the rules say: `npm run docs` writes it anew", () => {
  expect(fs.readFileSync(RULES, "utf8")).toBe(ruleCatalogue());
});
