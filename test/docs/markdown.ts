import * as fs from "node:fs";
import * as path from "node:path";

/** A document of this repository. */
export function documentText(file: string): string {
  return fs.readFileSync(path.join(__dirname, "../..", file), "utf8");
}

/** Fenced blocks of one language in a document, in order. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block]) => block!);
}

/** Address of a heading within its page, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
}

/** Links of a document to files and headings of this repository that are not there. */
export function brokenLinks(file: string): string[] {
  const text = documentText(file);
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [to = "", anchor] = target.split("#");
    const found = to === "" ? file : path.join(path.dirname(file), to);
    if (!fs.existsSync(path.join(__dirname, "../..", found))) return true;
    return anchor !== undefined && !anchorsOf(documentText(found)).includes(anchor);
  });
}
