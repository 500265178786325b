import type { ServiceAgent } from "../../../catalog/service-agents";
import type { TerraformResourceBlock } from "../../../core";
import type { RuleContext } from "../../rule";
import { neighbour, resolved, stackOf } from "./references";

const KEY = "google_kms_crypto_key";
const ENCRYPT = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
const REFERENCE = /^\$\{(google_kms_crypto_key\.[\w-]+)\.(id|self_link)\}$/;

/** The key of this program that a text of `from` names; `elsewhere` for a key that the program does not make. */
export function keyNamed(
  text: string,
  from: TerraformResourceBlock,
  context: RuleContext,
): TerraformResourceBlock | "elsewhere" | "unknown" {
  const address = REFERENCE.exec(text)?.[1];
  const referred = address && neighbour(from, KEY, address, context);
  if (referred) return referred;
  const name = resolved(text, from, context);
  if (name.includes("${")) return "unknown";
  const keys = context.resources(KEY);
  return keys.find((key) => isNamed(key, name, context)) ?? "elsewhere";
}

function isNamed(key: TerraformResourceBlock, name: string, context: RuleContext): boolean {
  const own = resolved(`\${${key.address}.id}`, key, context).split("/").reverse();
  const other = parts(name).reverse();
  // A project of `-` is the provider's own, which a rule does not see; forms without a project exist too.
  return other.length >= 6 && other.every((part, index) => part === own[index] || (index === 6 && own[index] === "-"));
}

/** The segments of a key's name: `projects/P/locations/L/keyRings/R/cryptoKeys/K`, or the short `P/L/R/K` and `L/R/K`. */
function parts(name: string): string[] {
  const segments = name.split("/");
  if (segments.length > 4) return segments;
  const [key, ring, location, project] = segments.reverse();
  const path = ["locations", location!, "keyRings", ring!, "cryptoKeys", key!];
  return project === undefined ? path : ["projects", project, ...path];
}

/** Whether a service agent may encrypt with a key. */
export function rightOn(
  key: TerraformResourceBlock,
  agent: ServiceAgent,
  context: RuleContext,
): "given" | "missing" | "unknown" {
  const bindings = context
    .resources("google_kms_crypto_key_iam_member")
    .filter(({ config }) => config["role"] === ENCRYPT)
    .map((binding) => ({ on: keyOf(binding, context), member: memberOf(binding, context) }))
    .filter(({ on }) => on === "unknown" || (on !== "elsewhere" && isSame(on, key)));
  const here = bindings.filter(({ member }) => isAgent(member, agent));
  if (here.some(({ on }) => on !== "unknown")) return "given";
  const undecided = bindings.some(({ on, member }) => (on === "unknown" ? isAgent(member, agent) : isOpen(member)));
  return undecided ? "unknown" : "missing";
}

function keyOf(binding: TerraformResourceBlock, context: RuleContext) {
  return keyNamed(String(binding.config["crypto_key_id"]), binding, context);
}

function memberOf(binding: TerraformResourceBlock, context: RuleContext): string {
  return resolved(String(binding.config["member"]), binding, context);
}

function isSame(a: TerraformResourceBlock, b: TerraformResourceBlock): boolean {
  return a.address === b.address && stackOf(a) === stackOf(b);
}

/** By domain: projects differ in the first part, and older ones name the agent of log buckets `cmek-p…`. */
function isAgent(member: string, { email, dataSource, service }: ServiceAgent): boolean {
  const domain = email.slice(email.indexOf("@"));
  if (member.startsWith("serviceAccount:") && member.endsWith(domain)) return true;
  if (dataSource !== undefined && member.includes(`\${data.${dataSource}.`)) return true;
  const identity = service.split(".")[0]!;
  return member.includes(`\${google_project_service_identity.${identity}`);
}

/** True for a member that may turn out to be any account. */
function isOpen(member: string): boolean {
  return /^(serviceAccount:)?\$\{(?!data\.)[^}]*\}$/.test(member);
}
