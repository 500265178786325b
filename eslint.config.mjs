import { defineConfig } from "eslint/config";
import importX, { createNodeResolver } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * Which folders of `lib` a folder of `lib` may import, besides itself. Every folder has a row: one without imports nothing.
 * `stacks` may import all of `lib` but `cli`; of `lib` only `cli` may import `stacks`; nothing imports `cli`.
 */
const FOUNDATIONS = ["core", "catalog", "iam", "policy", "security", "network"];
const WORKLOADS = [...FOUNDATIONS, "cluster", "delivery"];
const MAY_IMPORT = {
  core: [],
  catalog: ["core"],
  iam: ["core", "catalog"],
  policy: ["core", "catalog"],
  security: ["core", "catalog", "iam"],
  network: ["core", "catalog", "iam", "security"],
  cluster: FOUNDATIONS,
  delivery: ["core", "catalog", "cluster"],
  tenants: WORKLOADS,
  serving: [...WORKLOADS, "tenants"],
  features: WORKLOADS,
  mlops: WORKLOADS,
  monitoring: ["core", "catalog", "iam"],
  actions: [...WORKLOADS, "tenants", "serving", "features", "mlops", "monitoring"],
  review: ["core", "catalog", "policy"],
  cost: ["core", "catalog", "policy"],
  cli: ["core", "catalog", "policy"],
  testing: ["core"],
};

const MAY_IMPORT_STACKS = ["cli"];

const folderZones = Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) => [
  {
    target: `./lib/${folder}`,
    from: "./lib",
    except: [folder, ...allowed].map((name) => `./${name}`),
    message: `lib/${folder} may import ${allowed.map((name) => `lib/${name}`).join(", ") || "no other folder"}.`,
  },
  ...(MAY_IMPORT_STACKS.includes(folder)
    ? []
    : [{ target: `./lib/${folder}`, from: "./stacks", message: "lib does not know stacks: pass what it needs." }]),
]);

const zones = [
  ...folderZones,
  { target: "./stacks", from: "./lib/cli", message: "The command line stands on stacks, not the other way round." },
  ...["./lib", "./stacks"].flatMap((target) =>
    ["./test", "./bench", "./examples"].map((from) => ({ target, from, message: "Not part of the package." })),
  ),
];

const PROVIDER_PACKAGES = ["google", "kubernetes", "helm"].map((name) => `@cdktf/provider-${name}`);
const NO_PROVIDER_ROOT = "Import a submodule (…/lib/container-cluster): the package root costs 1.5 s and 400 MB.";
// A slash would end the pattern of an esquery selector.
const PROVIDER_ROOT = "/^@cdktf.provider-(google|kubernetes|helm)$/";

const noProviderRoot = [
  { selector: `CallExpression[callee.name="require"][arguments.0.value=${PROVIDER_ROOT}]`, message: NO_PROVIDER_ROOT },
  { selector: `ImportExpression[source.value=${PROVIDER_ROOT}]`, message: NO_PROVIDER_ROOT },
];

const noBareError = {
  selector: ":matches(NewExpression, CallExpression)[callee.name=/^(Error|TypeError|RangeError|SyntaxError)$/]",
  message: "Throw a ConfigError: path, got, allowed, fix; all failures at once.",
};

const TYPED = ["{lib,stacks,examples,test,bench,scripts}/**/*.ts"];

export default defineConfig(
  { ignores: ["dist/", "cdktf.out/", ".bench/", "coverage/", "**/.terraform/"] },
  {
    files: TYPED,
    extends: [tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })] },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-restricted-imports": [
        "error",
        { paths: PROVIDER_PACKAGES.map((name) => ({ name, message: NO_PROVIDER_ROOT })) },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: "error",
      "import-x/no-cycle": "error",
      "import-x/no-duplicates": "error",
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "no-restricted-syntax": ["error", ...noProviderRoot],
    },
  },
  {
    files: ["{lib,stacks}/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...noProviderRoot, noBareError] },
  },
  {
    // What a synth wrote, or Terraform printed, is JSON of no declared type: tests read into it.
    files: ["{test,bench}/**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
