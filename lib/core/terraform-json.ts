/** The Terraform JSON of one stack, as cdktf writes it: resources by type and logical id. */
export interface TerraformJson {
  readonly terraform?: {
    readonly required_providers?: Record<string, { source?: string; version?: string }>;
    readonly backend?: Record<string, unknown>;
  };
  readonly provider?: Record<string, Block[]>;
  readonly resource?: Record<string, Record<string, Block>>;
  readonly data?: Record<string, Record<string, Block>>;
  readonly output?: Record<string, Block>;
  readonly [section: string]: unknown;
}

/** A block of attributes and nested blocks. */
export type Block = Record<string, unknown>;

/** One resource of a stack. */
export interface TerraformResourceBlock {
  /** `google_compute_network.vpc`. */
  readonly address: string;
  readonly type: string;
  readonly config: Block;
  /** Path of the construct that made it. */
  readonly constructPath: string;
}

/** All resources of a stack, sorted by address. */
export function resourcesOf(json: TerraformJson): TerraformResourceBlock[] {
  return Object.entries(json.resource ?? {})
    .flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, config]) => ({
        address: `${type}.${id}`,
        type,
        config,
        constructPath: constructPathOf(config),
      })),
    )
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function constructPathOf(config: Block): string {
  const comment = config["//"] as { metadata?: { path?: string } } | undefined;
  return comment?.metadata?.path ?? "";
}

/** Every string inside a value, with the path to it. Comments (`//`) are left out. */
export function* stringsIn(value: unknown, path = ""): Generator<{ readonly path: string; readonly text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* stringsIn(item, `${path}[${index}]`);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key !== "//") yield* stringsIn(item, path ? `${path}.${key}` : key);
    }
  }
}
