import type { ITerraformDependable, TerraformResource } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { z } from "zod";
import {
  BASIC_ROLES,
  IMPERSONATION_ROLES,
  REVIEWED_ROLES,
  isAdminRole,
  isServiceAgentRole,
  reviewedRole,
  type ReviewedRole,
} from "../catalog/roles";
import {
  ConfigError,
  Scoped,
  assertSchema,
  explained,
  isLate,
  known,
  parseValue,
  today,
  useNearest,
  type Failure,
  type Ref,
} from "../core";
import type { GrantCondition, GrantTarget } from "./grant-target";
import { memberFailure } from "./member";
import type { Principal } from "./principal";

/** Why a right is given, and under which condition. */
export interface GrantConfig {
  /** Why the principal needs it, at least 10 characters: the report of rights shows it. */
  readonly reason: string;
  /** Restricts the grant; refused on resources whose policies take none. @default - none */
  readonly condition?: GrantCondition;
}

export interface GrantOptions extends GrantConfig {
  /**
   * Where the binding is made. A workload of a later stack gets its right there, because the stack of the resource cannot wait for it.
   * @default - with the resource
   */
  readonly at?: Construct;
}

/** Who answers for a right that the catalogue of reviewed roles does not hold, and until when. */
export interface BroadGrantConfig extends GrantConfig {
  /** Who answers for it: a team, a role or an address. */
  readonly owner: string;
  /** Last day on which it holds, `2027-03-31`; at most a year away. The program is refused after it. */
  readonly expires: string;
}

export interface BroadGrantOptions extends BroadGrantConfig {
  /** Predefined role, e.g. `roles/run.developer`, or a custom one. */
  readonly role: string | CustomRoleRef;
  readonly on: GrantTarget;
  readonly to: Principal;
}

/** A custom role. */
export interface CustomRoleRef {
  /** `projects/P/roles/R`. */
  readonly name: Ref;
}

/** What is known of a grant besides its Terraform. */
export interface GrantRecord {
  /** The principal, for people. */
  readonly principal: string;
  readonly reason: string;
  /** Set where the role is not in the catalogue. */
  readonly broad?: { readonly owner: string; readonly expires: string };
}

const ROLE_NEEDS = "the report of rights shows it";

const grantShape = {
  reason: known(
    explained(
      z.string().trim().min(10).describe("Why the principal needs the right"),
      "at least 10 characters",
      "say what the principal does with the right",
    ),
    ROLE_NEEDS,
  ),
  condition: z
    .strictObject({
      title: z.string().min(1).max(100).describe("Short name of the condition"),
      expression: z.string().min(1).describe("In the Common Expression Language"),
      description: z.string().max(256).describe("What the condition is for").optional(),
    })
    .describe("Restricts the grant")
    .optional(),
};

export const grantSchema = z.strictObject(grantShape);

export const broadGrantSchema = z.strictObject({
  ...grantShape,
  owner: known(z.string().trim().min(1).describe("Who answers for the right"), ROLE_NEEDS),
  expires: known(
    explained(z.iso.date().describe("Last day on which the right holds"), "a day, YYYY-MM-DD"),
    "it is compared with today",
  ),
});

assertSchema<GrantConfig, typeof grantSchema>(true);
assertSchema<BroadGrantConfig, typeof broadGrantSchema>(true);

const records = new Scoped<GrantRecord>("grant-record");
const made = new Scoped<Map<string, Grant>>("grants");

/** Says why a binding is there that no grant wrote, as a construct does for what it always needs itself. */
export function recordGrant<T extends IConstruct>(binding: T, record: GrantRecord): T {
  records.set(binding, record);
  return binding;
}

/** What is known of the grants below `scope`, by the path of the construct of each binding. */
export function grantRecords(scope: IConstruct): ReadonlyMap<string, GrantRecord> {
  return new Map(
    scope.node.findAll().flatMap((construct): [string, GrantRecord][] => {
      const record = records.own(construct);
      return record ? [[construct.node.path, record]] : [];
    }),
  );
}

interface Right {
  readonly scope: Construct;
  readonly target: GrantTarget;
  readonly role: string;
  readonly roleRef?: Ref;
  readonly to: Principal;
  readonly condition?: GrantCondition;
}

/**
 * A right that was given: one role to one principal on one resource, as a binding that leaves other bindings alone. Given twice, it is one
 * binding with both reasons.
 */
export class Grant {
  private constructor(
    /** The bindings. */
    readonly resources: readonly TerraformResource[],
    /** Its role. */
    readonly role: string,
    readonly principal: Principal,
  ) {}

  /** Why it is given; every reason where several were. */
  get reason(): string {
    return records.own(this.resources[0]!)!.reason;
  }

  /** What a resource that needs the right lists in `dependsOn`, or a ref names in `after`. */
  get dependables(): readonly ITerraformDependable[] {
    return this.resources;
  }

  /**
   * Has Terraform make constructs only once the right is given; those of another stack make that stack wait for this one.
   * @throws ConfigError for a construct that holds the grant itself: it cannot wait for a part of itself
   */
  applyBefore(...constructs: readonly IConstruct[]): this {
    for (const construct of constructs) {
      for (const resource of this.resources) {
        if (resource.node.scopes.includes(construct)) throw waitsForItself(construct, resource);
        construct.node.addDependency(resource);
      }
    }
    return this;
  }

  /**
   * Gives a right of the catalogue. Facades (`BucketGrants`, …) are the usual way to it.
   * @param right a right on the target's type in `REVIEWED_ROLES`, e.g. `read`
   * @throws ConfigError for an unknown right, a short reason, a condition that the resource does not take, and principals that get no rights
   */
  static reviewed(scope: Construct, target: GrantTarget, right: string, to: Principal, options: GrantOptions): Grant {
    const { at = scope, ...plain } = options;
    const rights: Readonly<Record<string, ReviewedRole>> = REVIEWED_ROLES[target.type];
    const reviewed = Object.hasOwn(rights, right) ? rights[right] : undefined;
    const { value, failures } = parseValue(grantSchema, plain, "pass");
    const config = value as z.output<typeof grantSchema>;
    ConfigError.throwIfAny(`the grant of ${right} on ${target.kind} ${target.name.value} to ${to.label}`, [
      ...(reviewed ? onlyForFailures(reviewed, to) : [unknownRight(right, Object.keys(rights))]),
      ...failures,
      ...commonFailures(target, to, config.condition),
    ]);
    const { condition, reason } = config;
    return Grant.give({ scope: at, target, role: reviewed!.role, to, condition }, { principal: to.label, reason });
  }

  /**
   * Gives a role that the catalogue does not hold. It has an owner and an end, and every report lists it first. Refused even here: basic
   * roles; `*.admin` for what is no group and no CI identity; on a project, roles that let their holder become other identities; roles of
   * Google's own agents for anyone else.
   */
  static broad(scope: Construct, options: BroadGrantOptions): Grant {
    const { role: given, on: target, to, ...plain } = options;
    const role = typeof given === "string" ? given : given.name.value;
    const { value, failures } = parseValue(broadGrantSchema, plain, "pass");
    const { condition, reason, owner, expires } = value as z.output<typeof broadGrantSchema>;
    ConfigError.throwIfAny(`the broad grant of ${role} on ${target.kind} ${target.name.value} to ${to.label}`, [
      ...failures,
      ...(failures.some(({ path }) => path === "expires") ? [] : expiryFailures(expires, today())),
      ...roleFailures(role, target, to),
      ...commonFailures(target, to, condition),
    ]);
    const roleRef = typeof given === "string" ? undefined : given.name;
    const record = { principal: to.label, reason, broad: { owner, expires } };
    return Grant.give({ scope, target, role, roleRef, to, condition }, record);
  }

  private static give(right: Right, record: GrantRecord): Grant {
    const { scope, target, role, to, condition } = right;
    const root = scope.node.root;
    const grants = made.own(root) ?? new Map<string, Grant>();
    made.set(root, grants);
    const key = JSON.stringify([target.type, target.name.value, role, to.member.value, condition]);
    const before = grants.get(key);
    if (before) {
      before.addReason(record.reason);
      return before;
    }
    const resource = bind(right);
    records.set(resource, record);
    const grant = new Grant([resource], role, to);
    grants.set(key, grant);
    return grant;
  }

  private addReason(reason: string): void {
    const resource = this.resources[0]!;
    const record = records.own(resource)!;
    const reasons = new Set([...record.reason.split("; "), reason]);
    records.set(resource, { ...record, reason: [...reasons].join("; ") });
  }
}

function bind({ scope, target, role, roleRef, to, condition }: Right): TerraformResource {
  // Below a construct of their own, so that the hash of its path keeps two ids apart that differ in punctuation only.
  const parent = scope.node.tryFindChild("grants") ?? new Construct(scope, "grants");
  const id = idOf(target, role, to, condition);
  if (parent.node.tryFindChild(id)) throw alike(parent, to, id);
  const refs = [target.name, to.member, ...(roleRef ? [roleRef] : [])];
  return orExplainCircle(scope, to, () =>
    target.bind(parent, id, {
      role: roleRef?.from(parent) ?? role,
      member: to.member.from(parent),
      ...(condition ? { condition } : {}),
      dependsOn: refs.flatMap((ref) => ref.dependencies(parent)),
    }),
  );
}

function idOf({ kind, name }: GrantTarget, role: string, to: Principal, condition?: GrantCondition): string {
  return [role.replace(/^.*roles\//, ""), kind, name.value, to.label, condition?.title]
    .filter((part) => part !== undefined && !isLate(part))
    .join(" ")
    .replace(/[\s/]+/g, ":");
}

function commonFailures(target: GrantTarget, to: Principal, condition?: GrantCondition): Failure[] {
  const member = isLate(to.member.value) ? undefined : memberFailure("to", to.member.value);
  const found: Failure[] = member ? [member] : [];
  if (condition !== undefined && !target.takesConditions) {
    found.push({
      code: "no-conditions",
      path: "condition",
      message: `is not taken by the policy of a ${target.kind}`,
      fix: "drop it: the grant is on this one resource already",
    });
  }
  return found;
}

function onlyForFailures({ role, onlyFor }: ReviewedRole, to: Principal): Failure[] {
  if (onlyFor === undefined || to.kind === onlyFor) return [];
  return [
    {
      code: "not-for-this-principal",
      path: "to",
      message: `gets no ${role}: it was reviewed for a ${onlyFor} alone`,
      got: to.label,
      allowed: `a ${onlyFor}`,
      fix: "give the right to a group of people, or a narrower one to a workload",
    },
  ];
}

function unknownRight(right: string, rights: readonly string[]): Failure {
  return {
    code: "unknown-right",
    path: "right",
    message: "is not in the catalogue of reviewed roles",
    got: right,
    allowed: rights.join(", "),
    fix: useNearest(right, rights, "use a right of the catalogue, or Grant.broad with an owner and an end"),
  };
}

const ROLE = /^(roles\/[a-zA-Z0-9._]+|(projects|organizations)\/[^/]+\/roles\/[a-zA-Z0-9._]+)$/;

function roleFailures(role: string, { type, kind }: GrantTarget, to: Principal): Failure[] {
  const failure = (code: string, message: string, fix: string): Failure => ({
    code,
    path: "role",
    message,
    got: role,
    fix,
  });
  const person = to.kind === "group" || to.kind === "federated";
  if (isLate(role) && !/^projects\/[^/]+\/roles\/[^/$]+$/.test(role)) {
    return [failure("late-value", "must be known when the program runs: it is checked then", "give a plain value")];
  }
  if (BASIC_ROLES.includes(role)) {
    return [
      failure(
        "basic-role",
        "is a basic role: it reaches every service, and takes no conditions",
        "give the predefined roles of the services that are needed, each on its resource",
      ),
    ];
  }
  if (!isLate(role) && !ROLE.test(role)) {
    return [
      failure(
        "wrong-format",
        "is not the name of a role",
        "write roles/SERVICE.ROLE, or projects/P/roles/R for a custom role",
      ),
    ];
  }
  const found: Failure[] = [];
  if (reviewedRole(type, role)) {
    found.push(
      failure(
        "reviewed-role",
        `is a reviewed role on a ${kind}: it needs no broad grant`,
        "give it through the grants of the resource",
      ),
    );
  }
  if (type === "google_project" && IMPERSONATION_ROLES.includes(role)) {
    found.push(
      failure(
        "impersonation-role",
        "on a project lets its holder become every service account there, or give itself any role",
        "give it on the one service account (ServiceAccountGrants)",
      ),
    );
  }
  if (isServiceAgentRole(role) && to.kind !== "service-agent") {
    found.push(
      failure(
        "service-agent-role",
        "is a role of Google's own service agents",
        "give the narrow roles that are needed",
      ),
    );
  }
  if (isAdminRole(role) && !person) {
    found.push(
      failure(
        "admin-role",
        `administers a service, and is refused to a ${to.kind}`,
        "give what it does day by day; administration belongs to a group or a CI identity",
      ),
    );
  }
  return found;
}

function expiryFailures(expires: string, day: string): Failure[] {
  const latest = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
  if (expires >= day && expires <= latest) return [];
  const over = expires < day;
  return [
    {
      code: over ? "expired" : "out-of-range",
      path: "expires",
      message: over ? "is over: the right no longer holds" : "is more than a year away",
      got: expires,
      allowed: `${day} to ${latest}`,
      fix: over ? "remove the grant, or have its owner decide again" : "choose an earlier day",
    },
  ];
}

function waitsForItself(construct: IConstruct, resource: IConstruct): ConfigError {
  return new ConfigError(`applyBefore(${construct.node.path})`, [
    {
      code: "waits-for-itself",
      path: "constructs",
      message: "holds the grant, and cannot wait for a part of itself",
      got: resource.node.path,
      fix: "name the constructs inside of it that use the right, or make the grant elsewhere (at)",
    },
  ]);
}

function alike(parent: Construct, to: Principal, id: string): ConfigError {
  return new ConfigError(`grants at ${parent.node.path}`, [
    {
      code: "grants-alike",
      path: "to",
      message: `has the name of another principal or resource that got the same role here (${to.label})`,
      got: id,
      fix: "make one of the two grants at another construct (at)",
    },
  ]);
}

/** cdktf refuses a circle of stacks by a bare error that does not say what to do. */
function orExplainCircle<T>(scope: Construct, to: Principal, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("circular dependency")) throw error;
    throw new ConfigError(`the grant to ${to.label} at ${scope.node.path}`, [
      {
        code: "circular-stacks",
        path: "at",
        message: "makes this stack wait for the stack of the principal, which waits for this one",
        got: scope.node.path,
        fix: "make the grant in the principal's stack: pass a construct of it as at",
      },
    ]);
  }
}
