import type { Block, TerraformResourceBlock } from "../../../core";
import type { Finding, RuleContext, Verdict } from "../../rule";
import { NOT_APPLICABLE, valuesAt, verdict } from "../../values";
import { resolved } from "./references";

/** Resources that bind members to a role. */
export const BINDING_TYPES = ["google_*_iam_member", "google_*_iam_binding"] as const;

/** Resources that give rights on all that is below a project, a folder or an organisation. */
export const WIDE_BINDING_TYPES = ["project", "folder", "organization"].flatMap((scope) => [
  `google_${scope}_iam_member`,
  `google_${scope}_iam_binding`,
]);

/** A member as it is written, and with references replaced. */
export interface Member {
  readonly path: string;
  readonly written: string;
  readonly member: string;
}

export function membersOf(resource: TerraformResourceBlock, context: RuleContext): Member[] {
  return ["member", "members"].flatMap((path) =>
    valuesAt(resource.config, path)
      .flat()
      .filter((value): value is string => typeof value === "string")
      .map((written) => ({ path, written, member: resolved(written, resource, context) })),
  );
}

/** What refuses a member, and when that cannot be told. */
export interface MemberTest {
  readonly expected: string;
  readonly refuses: (member: string) => boolean;
  readonly cannotTell?: (member: string) => boolean;
}

export function judgeMembers(resource: TerraformResourceBlock, context: RuleContext, test: MemberTest): Verdict {
  const cannotTell = test.cannotTell ?? isOfUnknownKind;
  const members = membersOf(resource, context);
  if (members.length === 0) return NOT_APPLICABLE;
  const refused = members.filter(({ member }) => test.refuses(member));
  return verdict(
    refused.map(({ path, written }) => ({ path, found: written, expected: test.expected })),
    members.find(({ member }) => cannotTell(member))?.path,
  );
}

/** True where not even the prefix (`serviceAccount:`, `group:`) is known. */
export function isOfUnknownKind(member: string): boolean {
  return member.startsWith("${") && !member.startsWith("${data.");
}

/** Paths at which resources name roles: bindings, and entitlements of Privileged Access Manager. */
const ROLE_PATHS = ["role", "privileged_access.gcp_iam_access.role_bindings.role"];

export function rolesOf(config: Block): { readonly path: string; readonly role: string }[] {
  return ROLE_PATHS.flatMap((path) =>
    valuesAt(config, path)
      .filter((role): role is string => typeof role === "string")
      .map((role) => ({ path, role })),
  );
}

/** Judges the roles that a resource gives; a role that only Terraform knows is unknown. */
export function judgeRoles(resource: TerraformResourceBlock, context: RuleContext, test: RoleTest): Verdict {
  const roles = rolesOf(resource.config).map((found) => ({ ...found, role: resolved(found.role, resource, context) }));
  if (roles.length === 0) return NOT_APPLICABLE;
  const findings: Finding[] = roles
    .filter(({ role }) => test.refuses(role))
    .map(({ path, role }) => ({ path, found: role, expected: test.expected }));
  const isUnknown = ({ role }: { role: string }) => role.includes("${") && !test.accepts?.(role);
  return verdict(findings, roles.find(isUnknown)?.path);
}

export interface RoleTest {
  readonly expected: string;
  readonly refuses: (role: string) => boolean;
  /** Roles that pass although only Terraform knows their name. */
  readonly accepts?: (role: string) => boolean;
}
