import { resourcesOf, type Block, type TerraformJson } from "./terraform-json";

/** How labels reach resources: which types the provider's `default_labels` serve, and which fields of others must be written. */
export interface LabelFields {
  readonly byProvider: ReadonlySet<string>;
  /** Field paths by resource type, e.g. `node_config.resource_labels`. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Writes labels into a stack's Terraform JSON: on every google provider as `default_labels`, and into every field that
 * those do not reach. Works on what will be written, so that raw resources, overrides and third-party constructs are
 * labelled too. A label that a resource sets itself stays.
 */
export function labelEverything(json: TerraformJson, labels: Labels, fields: LabelFields): void {
  for (const provider of json.provider?.["google"] ?? []) {
    provider["default_labels"] = mergeLabels(labels, provider["default_labels"]);
  }
  for (const { type, config } of resourcesOf(json)) {
    for (const path of fields.extra[type] ?? []) {
      const steps = path.split(".");
      label(config, steps, labels, steps.length <= 2 && !fields.byProvider.has(type));
    }
  }
}

// `create`: only where the field is the type's one carrier of labels, and right below a top block: a type that default_labels reach needs no
// block it did not ask for, and what a deeper one needs besides (a snapshot schedule its schedule) is not ours to invent.
function label(block: Block, path: readonly string[], labels: Labels, create: boolean): void {
  const [head, ...rest] = path;
  if (rest.length === 0) {
    block[head!] = mergeLabels(labels, block[head!]);
    return;
  }
  if (block[head!] === undefined && create) block[head!] = {};
  const inner = block[head!];
  for (const item of Array.isArray(inner) ? inner : [inner]) {
    if (typeof item === "object" && item !== null) label(item as Block, rest, labels, create);
  }
}

function mergeLabels(labels: Labels, own: unknown): unknown {
  if (typeof own === "string") {
    const expression = /^\$\{([\s\S]*)\}$/.exec(own)?.[1] ?? JSON.stringify(own);
    return `\${merge(${JSON.stringify(labels)}, ${expression})}`;
  }
  return { ...labels, ...(own as Labels | undefined) };
}
