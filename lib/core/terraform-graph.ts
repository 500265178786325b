import { resourcesOf, stringsIn, type TerraformJson, type TerraformResourceBlock } from "./terraform-json";

// `${…}`, not `$${…}` which Terraform reads as text; one level of braces within.
const EXPRESSION = /(?<!\$)\$\{((?:[^{}]|\{[^{}]*\})*)\}/g;
// `type.id` inside of an expression; what is not an address of the stack (var.x, each.key, functions) is dropped by the caller.
const REFERENCE = /(?<![\w.])([a-z][a-z0-9_]*)\.([A-Za-z_][\w-]*)/g;

/** The resources of one stack and which of them wait for which: what Terraform will see. */
export class TerraformGraph {
  readonly resources: readonly TerraformResourceBlock[];
  private readonly byAddress: ReadonlyMap<string, TerraformResourceBlock>;
  private readonly edges = new Map<string, ReadonlySet<string>>();
  private readonly closures = new Map<string, ReadonlySet<string>>();

  constructor(json: TerraformJson) {
    this.resources = resourcesOf(json);
    this.byAddress = new Map(this.resources.map((r) => [r.address, r]));
  }

  resource(address: string): TerraformResourceBlock | undefined {
    return this.byAddress.get(address);
  }

  /** Addresses that `address` refers to or lists in `depends_on`. */
  dependenciesOf(address: string): ReadonlySet<string> {
    const cached = this.edges.get(address);
    if (cached) return cached;
    const found = new Set<string>();
    const config = this.byAddress.get(address)?.config ?? {};
    for (const { path, text } of stringsIn(config)) {
      if (path.startsWith("depends_on")) found.add(text);
      else for (const reference of referencesIn(text)) found.add(reference);
    }
    found.delete(address);
    for (const other of found) if (!this.byAddress.has(other)) found.delete(other);
    this.edges.set(address, found);
    return found;
  }

  /** True where Terraform makes `dependency` before `address`, directly or through others. */
  waitsFor(address: string, dependency: string): boolean {
    return this.closureOf(address).has(dependency);
  }

  private closureOf(address: string): ReadonlySet<string> {
    const cached = this.closures.get(address);
    if (cached) return cached;
    const seen = new Set<string>();
    const open = [address];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const other of this.dependenciesOf(next)) {
        if (seen.has(other)) continue;
        seen.add(other);
        open.push(other);
      }
    }
    this.closures.set(address, seen);
    return seen;
  }
}

function referencesIn(text: string): string[] {
  if (!text.includes("${")) return [];
  return [...text.matchAll(EXPRESSION)].flatMap(([, expression]) =>
    [...expression!.matchAll(REFERENCE)].map(([, type, id]) => `${type}.${id}`),
  );
}
