// Texts come from Terraform values: none of them may end a cell, open HTML, or call somebody by an @.

/** A text as words in a table cell or a paragraph. */
export function proseOf(text: string): string {
  return flat(text)
    .replace(/[\\`*_[\]<>|~#]/g, "\\$&")
    .replace(/@(?=\w)/g, "@\u200b");
}

/** A text as code in a table cell. */
export function codeOf(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${flat(text).replace(/\|/g, "\\|")}${pad}${fence}`;
}

function flat(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
