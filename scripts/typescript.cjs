/**
 * Lets Node run TypeScript sources: `node --require ./scripts/typescript.cjs bench/main.ts`. swc strips the types, as in
 * the unit tests; `npm run lint` checks them.
 */
const { transformSync } = require("@swc/core");

require.extensions[".ts"] = (module, filename) => {
  const { code } = transformSync(require("node:fs").readFileSync(filename, "utf8"), {
    filename,
    swcrc: false,
    sourceMaps: "inline",
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type: "commonjs" },
  });
  module._compile(code, filename);
};
