import * as path from "node:path";
import * as ts from "typescript";

type Block = Record<string, unknown>;

/** A stack as cdktf writes it, as far as the plain program makes it again. */
export interface StackJson {
  readonly terraform: { readonly backend?: Record<string, Block> };
  readonly provider?: Record<string, Block[]>;
  readonly data?: Record<string, Record<string, Block>>;
  readonly resource?: Record<string, Record<string, Block>>;
}

/**
 * The floor: one JavaScript file that makes the same stacks with nothing but cdktf and the provider's own classes, every
 * value a literal. What a team would write by hand, had it worked out every value beforehand.
 *
 * @param stacks stacks by name, as synthesized by the library
 * @returns the program; it writes to `CDKTF_OUTDIR`
 */
export function plainProgram(stacks: Readonly<Record<string, StackJson>>): string {
  const bindings = new Bindings(Object.values(stacks).flatMap(modulesOf));
  const body = Object.entries(stacks).flatMap(([name, json]) => [
    "{",
    `const stack = new cdktf.TerraformStack(app, ${JSON.stringify(name)});`,
    ...Object.entries(json.terraform.backend ?? {}).map(
      ([type, config]) =>
        `new cdktf.${type === "gcs" ? "GcsBackend" : "LocalBackend"}(stack, ${JSON.stringify(config)});`,
    ),
    ...Object.entries(json.provider ?? {}).flatMap(([provider, configs]) =>
      configs.map((config) => providerCall(bindings, provider, config)),
    ),
    ...[json.data, json.resource].flatMap((section, index) =>
      Object.entries(section ?? {}).flatMap(([type, byId]) =>
        Object.entries(byId).map(([id, config]) =>
          type === BUILT_IN ? builtInCall(id, config) : bindings.call(moduleOf(type, index === 0), type, id, config),
        ),
      ),
    ),
    "}",
  ]);
  return [
    `"use strict";`,
    `const cdktf = require("cdktf");`,
    ...bindings.imports(),
    "const app = new cdktf.App({ stackTraces: false });",
    ...body,
    "app.synth();",
    "",
  ].join("\n");
}

// Terraform's own resource, which cdktf brings itself.
const BUILT_IN = "terraform_data";

function builtInCall(id: string, { depends_on = [] }: Block): string {
  const dependsOn = (depends_on as string[]).map((fqn) => ({ fqn }));
  return `new cdktf.DataResource(stack, ${JSON.stringify(id)}, ${JSON.stringify({ dependsOn })});`;
}

function providerCall(bindings: Bindings, provider: string, { default_labels, ...config }: Block): string {
  const call = bindings.call(providerModule(provider), provider, provider, config);
  if (default_labels === undefined) return call;
  // As a property cdktf would write ai_risk_tier for ai-risk-tier: it spells the keys of a provider's maps, too.
  return `${call.replace(/;$/, "")}.addOverride("default_labels", ${JSON.stringify(default_labels)});`;
}

function modulesOf(json: StackJson): string[] {
  return [
    ...Object.keys(json.provider ?? {}).map(providerModule),
    ...Object.keys(json.data ?? {}).map((type) => moduleOf(type, true)),
    ...Object.keys(json.resource ?? {})
      .filter((type) => type !== BUILT_IN)
      .map((type) => moduleOf(type, false)),
  ];
}

/** `google_pubsub_topic` → `@cdktf/provider-google/lib/pubsub-topic`. */
function moduleOf(type: string, data: boolean): string {
  const provider = type.slice(0, type.indexOf("_"));
  const name = data ? `data_${type}` : type.slice(provider.length + 1);
  return `@cdktf/provider-${provider}/lib/${name.replaceAll("_", "-")}`;
}

function providerModule(provider: string): string {
  return `@cdktf/provider-${provider}/lib/provider`;
}

interface Binding {
  readonly variable: string;
  readonly className: string;
  readonly config: ts.Type;
}

/** The providers' submodules: which class makes a resource, and how its config spells the attributes. */
class Bindings {
  private readonly checker: ts.TypeChecker;
  private readonly byModule: ReadonlyMap<string, Binding>;

  constructor(modules: readonly string[]) {
    const names = [...new Set(modules)].sort();
    const file = (name: string) => require.resolve(name).replace(/\.js$/, ".d.ts");
    const program = ts.createProgram(names.map(file), { skipLibCheck: true });
    this.checker = program.getTypeChecker();
    this.byModule = new Map(
      names.map((name, index) => {
        const exported = this.checker.getExportsOfModule(
          this.checker.getSymbolAtLocation(program.getSourceFile(path.resolve(file(name)))!)!,
        );
        // The generator names the config of a resource, a data source and a provider after the class.
        const className = classIn(name);
        const config = exported.find((symbol) => symbol.name === `${className}Config`)!;
        return [name, { variable: `m${index}`, className, config: this.checker.getDeclaredTypeOfSymbol(config) }];
      }),
    );
  }

  imports(): string[] {
    return [...this.byModule].map(([name, { variable }]) => `const ${variable} = require("${name}");`);
  }

  call(module: string, type: string, id: string, config: Block): string {
    const binding = this.byModule.get(module)!;
    const { "//": _comment, depends_on, provider, ...attributes } = config;
    const spelled = {
      ...(this.spell(attributes, binding.config, `${type}.${id}`) as Block),
      ...(depends_on === undefined ? {} : { dependsOn: (depends_on as string[]).map((fqn) => ({ fqn })) }),
      ...(provider === undefined ? {} : { provider: { fqn: provider } }),
    };
    return `new ${binding.variable}.${binding.className}(stack, ${JSON.stringify(id)}, ${JSON.stringify(spelled)});`;
  }

  /** Terraform's attribute names as the config's property names. Keys of a map (labels, metadata) stay. */
  private spell(value: unknown, type: ts.Type, where: string): unknown {
    if (Array.isArray(value)) {
      const element = this.member(type, (t) => this.checker.isArrayType(t));
      const of = element ? this.checker.getTypeArguments(element as ts.TypeReference)[0]! : type;
      return value.map((item, index) => this.spell(item, of, `${where}[${index}]`));
    }
    if (typeof value !== "object" || value === null) return value;
    if (this.member(type, (t) => t.getStringIndexType() !== undefined)) return value;
    const struct = this.member(type, (t) => t.isClassOrInterface() && t.symbol.name !== "IResolvable");
    if (!struct) throw new Error(`${where}: the bindings take no block here`);
    const properties = new Map(struct.getProperties().map((property) => [squash(property.name), property]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const property = properties.get(squash(key));
        if (!property) throw new Error(`${where}.${key}: the bindings have no property for it`);
        return [property.name, this.spell(item, this.checker.getTypeOfSymbol(property), `${where}.${key}`)];
      }),
    );
  }

  private member(type: ts.Type, wanted: (type: ts.Type) => boolean): ts.Type | undefined {
    return (type.isUnion() ? type.types : [type]).find(wanted);
  }
}

function classIn(module: string): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the name of the module is known here only
  const exported = require(module) as Record<string, { tfResourceType?: string }>;
  const [name] = Object.entries(exported).find(([, value]) => value.tfResourceType !== undefined)!;
  return name;
}

/** `enable_k8s_beta_apis` and `enableK8SBetaApis` are one attribute. */
function squash(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
