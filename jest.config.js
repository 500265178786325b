/** Unit tests. swc only strips types: `npm run lint` checks them, apart. */
module.exports = {
  testEnvironment: "node",
  // jest's own choice is one less than the cores: on two, half of the machine would wait.
  maxWorkers: "100%",
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
