import { PrivilegedAccessManagerEntitlement } from "@cdktf/provider-google/lib/privileged-access-manager-entitlement";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  ConfigError,
  Environment,
  assertSchema,
  explained,
  hours,
  known,
  parseProps,
  resourceName,
  type Failure,
  type Tokenable,
} from "../core";
import type { Principal } from "./principal";

export interface ElevationConfig {
  /** Entitlement's name, after the environment's, e.g. `break-glass`. */
  readonly name: string;
  /** Roles on the project that are lent; no basic ones. */
  readonly roles: readonly string[];
  /** Longest time that they are lent for, in hours. @default 4 */
  readonly maxHours?: number;
  /** How many of the approvers must agree. @default 1 */
  readonly approvalsNeeded?: number;
  /** Addresses that are told of every request. @default [] */
  readonly notify?: readonly string[];
}

export const elevationSchema = z.strictObject({
  name: known(z.string().min(1).describe("Entitlement's name, after the environment's"), "names are made of it"),
  roles: known(
    z
      .array(
        known(
          explained(
            z.string().regex(/^(roles\/[a-z][\w]*\.[\w.]+|(projects|organizations)\/[^/]+\/roles\/[\w.]+)$/),
            "a predefined role such as roles/container.developer, or a custom one",
            "name the narrowest role; owner, editor and viewer are never lent",
          ),
          "basic roles are refused",
        ),
      )
      .min(1)
      .describe("Roles on the project that are lent; no basic ones"),
    "one binding is written for each",
  ),
  // A working day is enough for an incident; who needs longer asks again.
  maxHours: known(
    z.int().min(1).max(24).describe("Longest time that the roles are lent for, in hours"),
    "it is converted to seconds",
  ).default(4),
  approvalsNeeded: z.int().min(1).max(5).describe("How many of the approvers must agree").default(1),
  notify: z.array(z.email()).describe("Addresses that are told of every request").default([]),
});

assertSchema<ElevationConfig, typeof elevationSchema>(true);

export type ElevationProps = Tokenable<ElevationConfig> & {
  /** Who may ask: groups. */
  readonly eligible: readonly Principal[];
  /** Who decides: groups, none of which may ask. */
  readonly approvers: readonly Principal[];
};

/** Rights that are lent for hours, for a written reason, once somebody else agreed: nobody holds them in between. */
export class Elevation extends Construct {
  readonly resources: { readonly entitlement: PrivilegedAccessManagerEntitlement };

  constructor(scope: Construct, id: string, props: ElevationProps) {
    super(scope, id);
    const { eligible, approvers, ...plain } = props;
    const config = parseProps(this, "Elevation", elevationSchema, plain);
    const failures = [
      ...groupsOnly("eligible", eligible),
      ...groupsOnly("approvers", approvers),
      ...ownApproval(eligible, approvers),
    ];
    ConfigError.throwIfAny(`Elevation at ${this.node.path}`, failures);
    const { name: environment, projectId } = Environment.of(this);
    const members = (principals: readonly Principal[]) => principals.map(({ member }) => member.from(this));
    const entitlement = new PrivilegedAccessManagerEntitlement(this, "entitlement", {
      parent: `projects/${projectId}`,
      location: "global",
      entitlementId: resourceName(this, "name", NAMES.privilegedAccessManagerEntitlement, environment, config.name),
      maxRequestDuration: hours(config.maxHours),
      eligibleUsers: [{ principals: members(eligible) }],
      requesterJustificationConfig: { unstructured: {} },
      privilegedAccess: {
        gcpIamAccess: {
          resource: `//cloudresourcemanager.googleapis.com/projects/${projectId}`,
          resourceType: "cloudresourcemanager.googleapis.com/Project",
          roleBindings: config.roles.map((role) => ({ role })),
        },
      },
      approvalWorkflow: {
        manualApprovals: {
          requireApproverJustification: true,
          steps: [{ approvalsNeeded: config.approvalsNeeded, approvers: { principals: members(approvers) } }],
        },
      },
      ...(config.notify.length > 0 ? { additionalNotificationTargets: { adminEmailRecipients: config.notify } } : {}),
    });
    this.resources = { entitlement };
  }
}

function groupsOnly(path: "eligible" | "approvers", principals: readonly Principal[]): Failure[] {
  if (principals.length === 0) {
    return [{ code: "missing", path, message: "names nobody", allowed: "at least one group", fix: "name a group" }];
  }
  return principals.flatMap((principal, i) =>
    principal.kind === "group"
      ? []
      : [
          {
            code: "not-a-group",
            path: `${path}[${i}]`,
            message: "is not a group: people ask and people agree",
            got: principal.label,
            allowed: "groups",
            fix: "give a group",
          },
        ],
  );
}

function ownApproval(eligible: readonly Principal[], approvers: readonly Principal[]): Failure[] {
  return approvers.flatMap((approver, i) =>
    eligible.some(({ member }) => member.value === approver.member.value)
      ? [
          {
            code: "own-approval",
            path: `approvers[${i}]`,
            message: "may ask too, and so agree to what its own members asked for",
            got: approver.label,
            fix: "name a group of other people as approvers",
          },
        ]
      : [],
  );
}
