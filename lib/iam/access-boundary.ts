import { IamPrincipalAccessBoundaryPolicy } from "@cdktf/provider-google/lib/iam-principal-access-boundary-policy";
import { IamProjectsPolicyBinding } from "@cdktf/provider-google/lib/iam-projects-policy-binding";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import { Environment, assertSchema, explained, known, parseProps, resourceName, type Tokenable } from "../core";

export interface AccessBoundaryConfig {
  /** Number of the organisation that the project belongs to. */
  readonly organisationId: string;
  /** Policy's name, after the environment's. @default "own-project" */
  readonly name?: string;
  /**
   * Further projects that identities of this one may reach, e.g. of a shared registry: ids or numbers.
   * @default []
   */
  readonly furtherProjects?: readonly string[];
}

export const accessBoundarySchema = z.strictObject({
  organisationId: explained(
    z
      .string()
      .regex(/^\d{1,19}$/)
      .describe("Number of the organisation that the project belongs to"),
    "digits, in quotes",
  ),
  name: known(z.string().min(1).describe("Policy's name, after the environment's"), "names are made of it").default(
    "own-project",
  ),
  furtherProjects: known(
    z.array(z.string().min(1)).describe("Further projects that identities of this one may reach"),
    "one resource is written for each",
  ).default([]),
});

assertSchema<AccessBoundaryConfig, typeof accessBoundarySchema>(true);

export type AccessBoundaryProps = Tokenable<AccessBoundaryConfig>;

// IAM docs, "Principal access boundary policies", enforcement versions. A number, not `latest`, which would change what is refused by itself.
const ENFORCEMENT_VERSION = "3";

/**
 * Where identities of the project can use rights at all: in the project. Whoever lets one of them in elsewhere gives it nothing. A policy takes
 * about a minute until it can be bound: where the first apply says that it does not exist, a second one binds it.
 */
export class AccessBoundary extends Construct {
  readonly resources: {
    readonly policy: IamPrincipalAccessBoundaryPolicy;
    readonly binding: IamProjectsPolicyBinding;
  };

  constructor(scope: Construct, id: string, props: AccessBoundaryProps) {
    super(scope, id);
    const config = parseProps(this, "AccessBoundary", accessBoundarySchema, props);
    const { name: environment, projectId } = Environment.of(this);
    const projects = [projectId, ...config.furtherProjects].map(resourceOf);
    const policyId = resourceName(this, "name", NAMES.principalAccessBoundaryPolicy, environment, config.name);
    const policy = new IamPrincipalAccessBoundaryPolicy(this, "policy", {
      organization: config.organisationId,
      location: "global",
      principalAccessBoundaryPolicyId: policyId,
      displayName: `Identities of ${environment} stay in it`,
      details: {
        enforcementVersion: ENFORCEMENT_VERSION,
        rules: [{ description: "The environment's own project", effect: "ALLOW", resources: projects }],
      },
    });
    const binding = new IamProjectsPolicyBinding(this, "binding", {
      project: projectId,
      location: "global",
      policyBindingId: resourceName(this, "name", NAMES.policyBinding, environment, config.name),
      displayName: `Identities of ${environment}`,
      policyKind: "PRINCIPAL_ACCESS_BOUNDARY",
      policy: `organizations/${config.organisationId}/locations/global/principalAccessBoundaryPolicies/${policy.principalAccessBoundaryPolicyId}`,
      target: { principalSet: resourceOf(projectId) },
    });
    this.resources = { policy, binding };
  }
}

function resourceOf(project: string): string {
  return `//cloudresourcemanager.googleapis.com/projects/${project}`;
}
