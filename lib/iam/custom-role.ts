import { ProjectIamCustomRole } from "@cdktf/provider-google/lib/project-iam-custom-role";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  ConfigError,
  Environment,
  Ref,
  assertSchema,
  explained,
  isLate,
  known,
  parseProps,
  resourceName,
  type CrossFieldRule,
  type Failure,
  type Tokenable,
} from "../core";
import type { CustomRoleRef } from "./grant";

/** A role of our own, for what predefined roles give too much of. */
export interface CustomRoleConfig {
  /** Last part of the role's id, after the environment's name: letters, digits, underscores and dots. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /** What holders do with it. */
  readonly description: string;
  /** Permissions, e.g. `aiplatform.endpoints.predict`. No wildcards, and none by which a holder could get further rights. */
  readonly permissions: readonly string[];
}

export const customRoleSchema = z.strictObject({
  name: known(
    explained(
      z
        .string()
        .regex(/^[a-zA-Z0-9_.]+$/)
        .describe("Last part of the role's id"),
      "letters, digits, underscores and dots",
      "write it in camelCase: a role's id takes no dashes",
    ),
    "the role's id is made of it",
  ),
  // IAM API, Role: title and description of at most 100 and 300 bytes.
  title: z.string().min(1).max(100).describe("Name for people"),
  description: z.string().min(1).max(300).describe("What holders do with it"),
  permissions: known(
    z
      .array(known(z.string().describe("Permission"), "it is checked"))
      .min(1)
      .describe("Permissions of the role"),
    "each is checked",
  ),
});

assertSchema<CustomRoleConfig, typeof customRoleSchema>(true);

export type CustomRoleProps = Tokenable<CustomRoleConfig>;

interface Refused {
  readonly code: string;
  readonly pattern: RegExp;
  readonly message: string;
  readonly fix: string;
}

const ESCALATES = "escalating-permission";
const TO_FACADE = "leave it out, and give the right on the one service account (ServiceAccountGrants)";

// First match counts.
const REFUSED: readonly Refused[] = [
  {
    code: "wildcard-permission",
    pattern: /\*/,
    message: "is a wildcard: what it allows grows with every new API method",
    fix: "list the permissions that are used",
  },
  {
    code: ESCALATES,
    pattern: /\.setIamPolicy$/,
    message: "lets its holder give itself and others any right on the resource",
    fix: "leave it out: rights are given by Terraform",
  },
  {
    code: ESCALATES,
    pattern: /^iam\.serviceAccounts\.(actAs|getAccessToken|getOpenIdToken|implicitDelegation|signBlob|signJwt)$/,
    message: "lets its holder become a service account",
    fix: TO_FACADE,
  },
  {
    code: ESCALATES,
    pattern: /^iam\.serviceAccountKeys\./,
    message: "is about keys of service accounts, which do not expire and can be copied",
    fix: "leave it out: identities are federated or attached",
  },
  {
    code: ESCALATES,
    pattern: /^iam\.roles\.(create|update|undelete)$/,
    message: "lets its holder widen the roles that it has",
    fix: "leave it out: roles are changed by Terraform",
  },
  {
    code: ESCALATES,
    pattern: /^iam\.workloadIdentityPool(Provider)?s\.(create|update)$/,
    message: "lets its holder let further identities in",
    fix: "leave it out: federation is set up by Terraform",
  },
  {
    code: "not-for-projects",
    pattern: /^resourcemanager\.((folders|organizations)\.|projects\.list$)/,
    message: "is for roles of an organisation: a project's role does not take it",
    fix: "leave it out",
  },
  {
    code: "wrong-format",
    pattern: /^(?![a-zA-Z][\w-]*(\.[\w/-]+){2,}$)/,
    message: "is not a permission",
    fix: "write it as SERVICE.RESOURCE.VERB, e.g. storage.objects.get",
  },
];

export const customRoleRules: readonly CrossFieldRule<z.output<typeof customRoleSchema>>[] = [
  {
    reads: ["permissions"],
    check: ({ permissions }) => permissions.flatMap((permission, index) => permissionFailures(permission, index)),
  },
];

function permissionFailures(permission: string, index: number): Failure[] {
  const refused = REFUSED.find(({ pattern }) => pattern.test(permission));
  if (refused === undefined) return [];
  const { code, message, fix } = refused;
  return [{ code, path: `permissions[${index}]`, message, got: permission, fix }];
}

/**
 * A custom role of the environment's project.
 *
 * A role that is removed is deleted softly: for 7 days Terraform can bring it back under its name, then it is gone, and for up to 30 more its
 * name is taken (37 in all; google 6.50.0, google_project_iam_custom_role). Within that time give a new role a new name.
 *
 * It is given by `Grant.broad`: the catalogue of reviewed roles does not hold it.
 */
export class CustomRole extends Construct {
  readonly ref: CustomRoleRef;
  readonly resources: { readonly role: ProjectIamCustomRole };

  constructor(scope: Construct, id: string, props: CustomRoleProps) {
    super(scope, id);
    const config = parseProps(this, "CustomRole", customRoleSchema, props, customRoleRules);
    const { name: environment, projectId } = Environment.of(this);
    const prefix = environment.replaceAll("-", "_");
    const roleId = resourceName(this, "name", NAMES.projectCustomRole, prefix, config.name);
    const role = new ProjectIamCustomRole(this, "role", {
      project: projectId,
      roleId,
      title: config.title,
      description: config.description,
      permissions: [...new Set(config.permissions)].sort(),
      stage: "GA",
    });
    this.resources = { role };
    this.ref = { name: Ref.to(role, role.name, `projects/${projectId}/roles/${roleId}`) };
  }

  /**
   * A custom role that exists already; what it allows is not checked.
   * @param name `projects/P/roles/R`
   * @throws ConfigError where the name is not of that form
   */
  static fromExisting(name: string): CustomRoleRef {
    if (/^projects\/[^/]+\/roles\/[a-zA-Z0-9_.]+$/.test(name) || isLate(name)) return { name: Ref.existing(name) };
    throw new ConfigError("CustomRole.fromExisting", [
      {
        code: "wrong-format",
        path: "name",
        message: "is not the name of a project's custom role",
        got: name,
        allowed: "projects/P/roles/R",
        fix: "give its full name, as `gcloud iam roles list --project` prints it",
      },
    ]);
  }
}
