import type { Block, TerraformJson, TerraformResourceBlock } from "./terraform-json";

// Enough for any chain of references between resources, and an end to a circle of them.
const MAX_DEPTH = 8;
const REFERENCE = /\$\{([a-z][a-z0-9_]*)\.([\w-]+)\.([\w.[\]]+)\}/g;

/** What the references in a stack's values will be, as far as the stack itself says so. */
export class ForeseenValues {
  private readonly defaults: Block;

  /**
   * @param templates full names by type, with `{attribute}` placeholders: the first is the `id`, of a service account the second its e-mail
   */
  constructor(
    private readonly json: TerraformJson,
    private readonly templates: Readonly<Record<string, readonly string[]>>,
  ) {
    this.defaults = json.provider?.["google"]?.[0] ?? {};
  }

  /** The text with its references replaced; those that only Terraform will know stay as they are. */
  resolve(text: string): string {
    return this.replace(text, 0);
  }

  /** The full names of a resource of the stack; one that only Terraform will know is left out. */
  namesOf({ type, config }: Pick<TerraformResourceBlock, "type" | "config">): string[] {
    return (this.templates[type] ?? [])
      .map((template) => this.fill(template, config, 0))
      .filter((name) => name !== undefined)
      .filter((name) => !name.includes("${"));
  }

  private replace(text: string, depth: number): string {
    if (depth > MAX_DEPTH) return text;
    return text.replace(
      REFERENCE,
      (whole, type: string, id: string, path: string) => this.attribute(type, id, path, depth + 1) ?? whole,
    );
  }

  private attribute(type: string, id: string, path: string, depth: number): string | undefined {
    const config = this.json.resource?.[type]?.[id];
    if (config === undefined) return undefined;
    const value = valueAt(config, path);
    if (typeof value === "string") return this.replace(value, depth);
    const [full, short] = this.templates[type] ?? [];
    switch (path) {
      case "id":
      case "name":
        return this.fill(full, config, depth);
      case "email":
        return this.fill(short, config, depth);
      case "member": {
        const email = this.fill(short, config, depth);
        return email === undefined ? undefined : `serviceAccount:${email}`;
      }
      default:
        return undefined;
    }
  }

  private fill(template: string | undefined, config: Block, depth: number): string | undefined {
    let complete = template !== undefined;
    const name = template?.replace(/\{(\w+)\}/g, (_all, attribute: string) => {
      const value = config[attribute] ?? this.defaults[attribute === "location" ? "region" : attribute];
      if (typeof value !== "string") complete = false;
      return typeof value === "string" ? this.replace(value, depth) : "";
    });
    return complete ? name : undefined;
  }
}

/** The value at `a.b[0].c`; a single block counts as a list of one, as Terraform has it. */
function valueAt(config: Block, path: string): unknown {
  return path.split(/[.[\]]+/).reduce<unknown>((value, key) => {
    if (key === "" || (/^\d+$/.test(key) && !Array.isArray(value))) return value;
    return typeof value === "object" && value !== null ? (value as Block)[key] : undefined;
  }, config);
}
