import { RESOURCE_NAMES } from "../../../lib/catalog/resource-names";
import { ForeseenValues, stringsIn, type Block, type TerraformJson } from "../../../lib/core";

/** A stack that a lone API server can take. */
export interface Grounded {
  readonly json: TerraformJson;
  /** Types of what was taken out, with their numbers. */
  readonly left: Readonly<Record<string, number>>;
  /** References to what was taken out whose value nobody can foresee. */
  readonly unforeseen: readonly string[];
}

const CLUSTER_PROVIDERS = ["kubernetes", "helm"];
const REFERENCE = /\$\{([a-z][a-z0-9_]*)\.[^}]*\}/g;
const ofCluster = (type: string) => CLUSTER_PROVIDERS.some((provider) => type.startsWith(`${provider}_`));

/**
 * The part of a stack that its cluster takes: resources of the Kubernetes and Helm providers, as they are written, through a kubeconfig. Google's
 * resources are taken out, and what refers to them gets the value that they will have.
 */
export function ground(json: TerraformJson, kubeconfig: string): Grounded {
  const foreseen = new ForeseenValues(json, RESOURCE_NAMES);
  const resource = keep(json.resource);
  const kept = new Set(
    Object.entries(resource).flatMap(([type, byId]) => Object.keys(byId).map((id) => `${type}.${id}`)),
  );
  const settled = settle(
    { resource, data: keep(json.data), locals: json["locals"], variable: json["variable"] },
    foreseen,
    kept,
  );
  const { required_providers: providers = {} } = json.terraform ?? {};
  const used = Object.entries(providers).filter(([name]) => CLUSTER_PROVIDERS.includes(name));
  return {
    json: {
      ...withoutEmpty(settled as Block),
      terraform: { required_providers: Object.fromEntries(used), backend: { local: {} } },
      provider: Object.fromEntries(used.map(([name]) => [name, [providerOf(name, kubeconfig)]])),
    },
    left: Object.fromEntries(
      Object.entries(json.resource ?? {})
        .filter(([type]) => !ofCluster(type))
        .map(([type, byId]) => [type, Object.keys(byId).length]),
    ),
    unforeseen: [...stringsIn(settled)]
      .filter(({ text }) => /(?<!\$)\$\{[^}]*\bgoogle_/.test(text))
      .map(({ path, text }) => `${path}: ${text}`),
  };
}

function providerOf(name: string, kubeconfig: string): Block {
  const access = { config_path: kubeconfig };
  return name === "helm" ? { kubernetes: access } : access;
}

function keep<T>(byType: Record<string, T> | undefined): Record<string, T> {
  return Object.fromEntries(Object.entries(byType ?? {}).filter(([type]) => ofCluster(type)));
}

/** Fills in what is foreseen; dependencies on what was taken out go. */
function settle(value: unknown, foreseen: ForeseenValues, kept: ReadonlySet<string>): unknown {
  // References between what stays are what Terraform orders by: they stay too.
  if (typeof value === "string")
    return value.replace(REFERENCE, (text, type: string) => (ofCluster(type) ? text : foreseen.resolve(text)));
  if (Array.isArray(value)) return value.map((item) => settle(item, foreseen, kept));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== "depends_on" && key !== "replace_triggered_by") return [key, settle(item, foreseen, kept)];
      return [
        key,
        (item as string[]).filter((address) =>
          kept.has(
            address
              .replace(/^\$\{|\}$/g, "")
              .split(".")
              .slice(0, 2)
              .join("."),
          ),
        ),
      ];
    }),
  );
}

function withoutEmpty(json: Block): Block {
  return Object.fromEntries(
    Object.entries(json).filter(
      ([, value]) => typeof value === "object" && value !== null && Object.keys(value).length > 0,
    ),
  );
}
