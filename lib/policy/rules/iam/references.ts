import type { Block, TerraformResourceBlock } from "../../../core";
import type { RuleContext } from "../../rule";

const REFERENCE = /\$\{([a-z][a-z0-9_]*)\.([\w-]+)\.(\w+)\}/g;
// Enough for any chain of references, and an end to a circle of them.
const MAX_DEPTH = 8;

/** Name of the stack that a resource belongs to: the first part of its construct's path. */
export function stackOf({ constructPath }: TerraformResourceBlock): string {
  return constructPath.split("/")[0]!;
}

/** The resource of an address in the stack of `from`. */
export function neighbour(
  from: TerraformResourceBlock,
  type: string,
  address: string,
  context: RuleContext,
): TerraformResourceBlock | undefined {
  if (context.graph.resource(from.address)?.config === from.config) return context.graph.resource(address);
  const candidates = context.resources(type).filter((resource) => resource.address === address);
  return candidates.find((resource) => stackOf(resource) === stackOf(from));
}

/** A text of `from` with references replaced by what they will be; a reference of which that is not known stays. */
export function resolved(text: string, from: TerraformResourceBlock, context: RuleContext, depth = 0): string {
  if (depth > MAX_DEPTH) return text;
  return text.replace(REFERENCE, (reference, type: string, id: string, attribute: string) => {
    const config = neighbour(from, type, `${type}.${id}`, context)?.config;
    const value = config && (config[attribute] ?? computed(type, attribute, config));
    return typeof value === "string" ? resolved(value, from, context, depth + 1) : reference;
  });
}

function computed(type: string, attribute: string, config: Block): string | undefined {
  if (attribute === "id" && type === "google_kms_key_ring") {
    return `projects/${text(config["project"])}/locations/${text(config["location"])}/keyRings/${text(config["name"])}`;
  }
  if (attribute === "id" && type === "google_kms_crypto_key") {
    return `${text(config["key_ring"])}/cryptoKeys/${text(config["name"])}`;
  }
  if (type !== "google_service_account") return undefined;
  const email = `${text(config["account_id"])}@${text(config["project"])}.iam.gserviceaccount.com`;
  if (attribute === "email") return email;
  return attribute === "member" ? `serviceAccount:${email}` : undefined;
}

/** `-` where the provider's own value counts, which a rule does not see. */
function text(value: unknown): string {
  return typeof value === "string" ? value : "-";
}
