import { TerraformStack } from "cdktf";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { Construct, type IConstruct } from "constructs";
import { Environment, Scoped } from "../core";
import { CustomRole, grantRecords, recordGrant, type Principal } from "../iam";

const scoped = new Scoped<GatewaySessions>("gateway-sessions");

/**
 * The one permission that shells and forwarded ports need of the Connect Gateway besides reaching it. Of predefined roles only
 * `gkehub.gatewayAdmin` has it (GKE docs, "Using the Connect gateway", read 2026-11-21); a role of our own gives it without the rest. One role a
 * stack, whichever team asked first.
 */
export class GatewaySessions extends Construct {
  readonly resources: { readonly role: CustomRole };
  private readonly bindings = new Map<string, ProjectIamMember>();

  private constructor(scope: Construct) {
    super(scope, "gateway-sessions");
    const role = new CustomRole(this, "role", {
      name: "gatewaySessions",
      title: "Shells and ports through the Connect Gateway",
      description: "Opens shells in pods and forwards ports to them, where Kubernetes lets the caller",
      permissions: ["gkehub.gateway.stream"],
    });
    this.resources = { role };
  }

  /** That of the stack of `scope`, made where there is none yet. */
  static of(scope: IConstruct): GatewaySessions {
    const stack = TerraformStack.of(scope);
    const known = scoped.own(stack);
    if (known) return known;
    const made = new GatewaySessions(stack);
    scoped.set(stack, made);
    return made;
  }

  /** Lets a group open sessions; asked for twice, it is one binding with both reasons. */
  allow(to: Principal, reason: string): ProjectIamMember {
    const known = this.bindings.get(to.label);
    const before = known && grantRecords(known).get(known.node.path)?.reason;
    const binding =
      known ??
      new ProjectIamMember(this, to.label.replaceAll(" ", ":"), {
        project: Environment.of(this).projectId,
        role: this.resources.role.ref.name.from(this),
        member: to.member.from(this),
        dependsOn: to.member.dependencies(this),
      });
    this.bindings.set(to.label, binding);
    return recordGrant(binding, { principal: to.label, reason: before ? `${before}; ${reason}` : reason });
  }
}
