import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Environment, Scoped } from "../core";
import { CustomRole, type CustomRoleProps } from "./custom-role";
import { recordGrant, type GrantConfig } from "./grant";
import type { Principal } from "./principal";

const scoped = new Scoped<Map<string, StackRole>>("stack-roles");

/** A custom role that a stack makes once, for all constructs in it that give it. */
export class StackRole extends Construct {
  private readonly role: CustomRole;

  private constructor(scope: Construct, id: string, props: CustomRoleProps) {
    super(scope, id);
    this.role = new CustomRole(this, "role", props);
  }

  /**
   * The role of the stack that `scope` is in; the first call makes it.
   * @param id its construct in the stack, by which later calls find it
   */
  static of(scope: Construct, id: string, props: CustomRoleProps): StackRole {
    const stack = TerraformStack.of(scope);
    const known = scoped.own(stack) ?? new Map<string, StackRole>();
    scoped.set(stack, known);
    const role = known.get(id) ?? new StackRole(stack, id, props);
    known.set(id, role);
    return role;
  }

  /** Gives it on the environment's project. */
  allow(to: Principal, config: GrantConfig): ProjectIamMember {
    return bindCustomRole(this, to.label.replaceAll(" ", ":"), this.role, to, config);
  }
}

/**
 * Gives a custom role on the environment's project, without the owner and the end that `Grant.broad` asks for: for a right that a construct of this
 * package cannot be without, given by a role that stands beside it.
 */
export function bindCustomRole(
  scope: Construct,
  id: string,
  role: CustomRole,
  to: Principal,
  { reason, condition }: GrantConfig,
): ProjectIamMember {
  const binding = new ProjectIamMember(scope, id, {
    project: Environment.of(scope).projectId,
    role: role.ref.name.from(scope),
    member: to.member.from(scope),
    ...(condition ? { condition } : {}),
    dependsOn: to.member.dependencies(scope),
  });
  return recordGrant(binding, { principal: to.label, reason });
}
