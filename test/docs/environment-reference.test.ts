import * as fs from "node:fs";
import { REFERENCE, environmentReference } from "../../scripts/environment-reference";

test("docs/environment.md is what the schema says: `npm run docs` writes it anew", () => {
  expect(fs.readFileSync(REFERENCE, "utf8")).toBe(environmentReference());
});
