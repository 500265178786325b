import * as fs from "node:fs";
import * as path from "node:path";
import { renderRuleCatalogue, SHIPPED_PACKS } from "../lib/policy";

/** The committed page of all rules. */
export const RULES = path.join(__dirname, "../docs/rules.md");

/** Every rule of the packs that ship with the library. */
export function ruleCatalogue(): string {
  return renderRuleCatalogue(SHIPPED_PACKS);
}

if (require.main === module) fs.writeFileSync(RULES, ruleCatalogue());
