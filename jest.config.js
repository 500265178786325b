/** Unit tests. swc only strips types: `npm run lint` checks them, apart. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  moduleNameMapper: {
    "^cdktf-ai-platform$": "<rootDir>/stacks",
    "^cdktf-ai-platform/(.*)$": "<rootDir>/lib/$1",
  },
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/terraform/",
    "<rootDir>/test/scanner/",
    "<rootDir>/test/cluster/",
  ],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
};
