import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { Construct } from "constructs";
import { z } from "zod";
import {
  APPLY_ROLES,
  DEPLOYER_GRANTABLE_ROLES,
  PLAN_ROLES,
  SERVING_APPLY_ROLES,
  SERVING_GRANTABLE_ROLES,
  SERVING_PLAN_ROLES,
  type DeployerRole,
} from "../catalog/deployer-roles";
import { NAMES } from "../catalog/names";
import {
  acknowledge,
  ConfigError,
  Environment,
  Ref,
  assertSchema,
  explained,
  known,
  parseProps,
  resourceName,
  type Failure,
} from "../core";
import { recordGrant } from "./grant";
import type { Principal } from "./principal";

/** Where CI runs. */
export const FORGES = ["github", "gitlab"] as const;
export type Forge = (typeof FORGES)[number];

export interface DeployerIdentitiesConfig {
  /** Where CI runs. */
  readonly forge: Forge;
  /** The one repository that is trusted: `organisation/repository`, on GitLab `group/…/project`. */
  readonly repository: string;
  /**
   * Number of the owner (GitHub `repository_owner_id`, GitLab `namespace_id`), in quotes: a name that was given up can be taken by others, a
   * number cannot.
   */
  readonly ownerId: string;
  /** Branch that is applied, and that plans are made against. @default "main" */
  readonly branch?: string;
  /** Environment of the forge, with its approvals, in which apply runs. @default - the environment's name */
  readonly forgeEnvironment?: string;
  /** Issuer of a forge of your own, e.g. `https://gitlab.example`. @default - that of github.com or gitlab.com */
  readonly issuer?: string;
  /** Bucket of Terraform's state, which plan reads and apply writes. @default - no right on a bucket is given */
  readonly stateBucket?: string;
}

const TRUST = "the condition of trust is made of it";

export const deployerIdentitiesSchema = z.strictObject({
  forge: known(z.enum(FORGES).describe("Where CI runs"), TRUST),
  repository: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/)
        .describe("The one repository that is trusted"),
      "organisation/repository, without a wildcard",
    ),
    TRUST,
  ),
  ownerId: known(
    explained(z.string().regex(/^\d+$/).describe("Number of the repository's owner, in quotes"), "digits, in quotes"),
    TRUST,
  ),
  branch: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9_./-]+$/)
        .describe("Branch that is applied"),
      "a branch, without a wildcard",
    ),
    TRUST,
  ).default("main"),
  forgeEnvironment: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9_./-]+$/)
        .describe("Environment of the forge in which apply runs; default: the environment's name")
        .optional(),
      "letters, digits and _ . / -",
    ),
    TRUST,
  ),
  issuer: known(
    explained(
      z
        .string()
        .regex(/^https:\/\/[^\s'"]+$/)
        .describe("Issuer of a forge of your own")
        .optional(),
      "an https address",
    ),
    TRUST,
  ),
  stateBucket: z.string().min(3).describe("Bucket of Terraform's state").optional(),
});

assertSchema<DeployerIdentitiesConfig, typeof deployerIdentitiesSchema>(true);

export type DeployerIdentitiesProps = DeployerIdentitiesConfig & {
  /** True where the environment serves models: CI then writes Kubernetes objects, gateways and workflows too. @default false */
  readonly servesModels?: boolean;
};

/** What a job may do: read what there is, or change it. */
export type DeployerTask = "plan" | "apply";

/** Whom a provider trusts, and by which subject it is known afterwards. */
interface Trust {
  readonly subject: string;
  /** CEL over the token's claims that makes the subject. */
  readonly subjectFrom: string;
  /** CEL over the token's claims, all of which must hold. */
  readonly conditions: readonly string[];
}

interface Deployer {
  readonly provider: IamWorkloadIdentityPoolProvider;
  readonly account: ServiceAccount;
  readonly login: ServiceAccountIamMember;
  readonly roles: readonly ProjectIamMember[];
  /** Absent without `stateBucket`. */
  readonly state?: StorageBucketIamMember;
}

const ISSUERS: Readonly<Record<Forge, string>> = {
  github: "https://token.actions.githubusercontent.com",
  gitlab: "https://gitlab.com",
};

/**
 * The identities of CI: one that plans and one that applies, each a service account that exactly one subject of one repository may act as.
 * No key, no wildcard: repository, owner, branch and environment are pinned where the token is accepted.
 */
export class DeployerIdentities extends Construct {
  /** The accounts as principals; ready once their roles are given. */
  readonly principals: Readonly<Record<DeployerTask, Principal>>;
  /** Issuer of the tokens that are accepted. */
  readonly issuer: string;
  readonly resources: {
    readonly pool: IamWorkloadIdentityPool;
    readonly plan: Deployer;
    readonly apply: Deployer;
    /** Lets apply give a few roles on the project, and no others. */
    readonly limitedGrants: ProjectIamMember;
    /** The same for what serving needs; absent where no models are served. */
    readonly servingGrants?: ProjectIamMember;
  };

  constructor(scope: Construct, id: string, props: DeployerIdentitiesProps) {
    super(scope, id);
    const { servesModels = false, ...plain } = props;
    const config = parseProps(this, "DeployerIdentities", deployerIdentitiesSchema, plain);
    const { name: environment, projectId } = Environment.of(this);
    const trust = trustOf(config, config.forgeEnvironment ?? environment);
    const failures = Object.values(trust).flatMap(({ subject }) => subjectFailure(subject) ?? []);
    ConfigError.throwIfAny(`DeployerIdentities at ${this.node.path}`, failures);
    this.issuer = config.issuer ?? ISSUERS[config.forge];
    const pool = new IamWorkloadIdentityPool(this, "pool", {
      project: projectId,
      workloadIdentityPoolId: resourceName(this, "forge", NAMES.workloadIdentityPool, environment, "deployers"),
      displayName: `Deployers of ${environment}`,
      description: `CI of ${config.repository}`,
    });
    const roles = rolesOf(servesModels);
    const plan = this.deployer("plan", trust.plan, pool, roles.plan, config.stateBucket);
    const apply = this.deployer("apply", trust.apply, pool, roles.apply, config.stateBucket);
    const limitedGrants = this.limitedGrants(apply.account, "platform", DEPLOYER_GRANTABLE_ROLES);
    const servingGrants = servesModels
      ? this.limitedGrants(apply.account, "serving", SERVING_GRANTABLE_ROLES)
      : undefined;
    this.resources = { pool, plan, apply, limitedGrants, servingGrants };
    this.principals = {
      plan: this.principal("plan", plan.account, plan.roles),
      apply: this.principal("apply", apply.account, [
        ...apply.roles,
        limitedGrants,
        ...(servingGrants ? [servingGrants] : []),
      ]),
    };
    this.acknowledgeExceptions(config.forge);
  }

  private acknowledgeExceptions(forge: Forge): void {
    acknowledge(this, {
      rule: "iam.reviewedProjectRoles",
      reason:
        "CI makes every resource of the environment: each role stands in the catalogue with its reason, and none changes trust",
      until: "another program deploys the environment",
      source: "lib/catalog/deployer-roles.ts",
    });
    if (forge === "github") return;
    acknowledge(this, {
      rule: "iam.pinnedFederation",
      reason: "GitLab puts the source branch into the subject of a merge request, so it is pinned by its beginning",
      until: "GitLab offers a subject without the source branch",
      source: "GitLab docs, Connect to cloud services (OIDC), token payload",
    });
  }

  private limitedGrants(account: ServiceAccount, what: "platform" | "serving", roles: readonly string[]) {
    const listed = roles.map((role) => `'${role}'`).join(", ");
    const binding = new ProjectIamMember(this, what === "platform" ? "apply-limited-grants" : "apply-serving-grants", {
      project: Environment.of(this).projectId,
      role: "roles/resourcemanager.projectIamAdmin",
      member: account.member,
      condition: {
        title: `only-${what}-roles`,
        description: "Gives and takes roles that the platform binds on the project, no others",
        expression: `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${listed}])`,
      },
    });
    return recordGrant(binding, {
      principal: labelOf("apply"),
      reason: "gives and takes the roles on the project that the platform binds there, no others",
    });
  }

  private deployer(
    task: DeployerTask,
    trust: Trust,
    pool: IamWorkloadIdentityPool,
    rolesOnProject: readonly DeployerRole[],
    stateBucket: string | undefined,
  ): Deployer {
    const { name: environment, projectId, projectNumber } = Environment.of(this);
    const provider = new IamWorkloadIdentityPoolProvider(this, `${task}-provider`, {
      project: projectId,
      workloadIdentityPoolId: pool.workloadIdentityPoolId,
      workloadIdentityPoolProviderId: `${task}-jobs`,
      displayName: `Jobs that ${task}`,
      attributeMapping: { "google.subject": trust.subjectFrom },
      attributeCondition: trust.conditions.join(" && "),
      oidc: { issuerUri: this.issuer },
    });
    const account = new ServiceAccount(this, `${task}-account`, {
      project: projectId,
      accountId: resourceName(this, "forge", NAMES.serviceAccount, environment, "deploy", task),
      displayName: `CI that ${task === "plan" ? "plans" : "applies"} ${environment}`,
    });
    const poolName = `projects/${projectNumber}/locations/global/workloadIdentityPools/${pool.workloadIdentityPoolId}`;
    const login = new ServiceAccountIamMember(this, `${task}-login`, {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: `principal://iam.googleapis.com/${poolName}/subject/${trust.subject}`,
    });
    recordGrant(login, {
      principal: `federated ${trust.subject}`,
      reason: `jobs log in as the account that ${task === "plan" ? "plans" : "applies"}`,
    });
    const roles = rolesOnProject.map(({ role, reason }) => {
      const binding = new ProjectIamMember(this, `${task}-${role.replace("roles/", "")}`, {
        project: projectId,
        role,
        member: account.member,
      });
      return recordGrant(binding, { principal: labelOf(task), reason });
    });
    const state = stateBucket === undefined ? undefined : this.stateAccess(task, account, stateBucket);
    return { provider, account, login, roles, state };
  }

  private stateAccess(task: DeployerTask, account: ServiceAccount, bucket: string): StorageBucketIamMember {
    const binding = new StorageBucketIamMember(this, `${task}-state`, {
      bucket,
      role: task === "plan" ? "roles/storage.objectViewer" : "roles/storage.objectUser",
      member: account.member,
    });
    const reason = `${task === "plan" ? "reads" : "reads and writes"} Terraform's state`;
    return recordGrant(binding, { principal: labelOf(task), reason });
  }

  private principal(task: DeployerTask, account: ServiceAccount, readyAfter: readonly ProjectIamMember[]): Principal {
    const { projectId } = Environment.of(this);
    const email = `${account.accountIdInput}@${projectId}.iam.gserviceaccount.com`;
    return {
      kind: "service-account",
      member: Ref.to(account, account.member, `serviceAccount:${email}`, readyAfter),
      label: labelOf(task),
    };
  }
}

function rolesOf(servesModels: boolean): Record<DeployerTask, readonly DeployerRole[]> {
  const plan = [...PLAN_ROLES, ...(servesModels ? SERVING_PLAN_ROLES : [])];
  return { plan, apply: [...plan, ...APPLY_ROLES, ...(servesModels ? SERVING_APPLY_ROLES : [])] };
}

function labelOf(task: DeployerTask): string {
  return `deployer ${task}`;
}

type Config = z.output<typeof deployerIdentitiesSchema>;

function trustOf(config: Config, forgeEnvironment: string): Record<DeployerTask, Trust> {
  return config.forge === "github" ? githubTrust(config, forgeEnvironment) : gitlabTrust(config, forgeEnvironment);
}

// GitHub docs, "OpenID Connect reference": the subject names the environment where a job has one, else the event. Checkov's CKV_GCP_125 asks
// for the subject as a literal; the other claims pin what it leaves open.
function githubTrust({ repository, ownerId, branch }: Config, environment: string): Record<DeployerTask, Trust> {
  const owned = [claim("repository", repository), claim("repository_owner_id", ownerId)];
  const trust = (what: string, ...conditions: string[]): Trust => {
    const subject = `repo:${repository}:${what}`;
    return { subject, subjectFrom: "assertion.sub", conditions: [claim("sub", subject), ...owned, ...conditions] };
  };
  return {
    plan: trust("pull_request", claim("event_name", "pull_request"), claim("base_ref", branch)),
    apply: trust(`environment:${environment}`, claim("ref", `refs/heads/${branch}`), claim("environment", environment)),
  };
}

// GitLab docs, "ID token payload": the subject names the branch, for a merge request the one that is merged, which nobody can know before. The
// subject of plan is therefore made of claims that are known.
function gitlabTrust({ repository, ownerId, branch }: Config, environment: string): Record<DeployerTask, Trust> {
  const owned = [claim("project_path", repository), claim("namespace_id", ownerId)];
  const subject = `project_path:${repository}:ref_type:branch:ref:${branch}`;
  return {
    plan: {
      subject: `project_path:${repository}:pipeline_source:merge_request_event`,
      subjectFrom: `"project_path:" + assertion.project_path + ":pipeline_source:" + assertion.pipeline_source`,
      conditions: [
        `assertion.sub.startsWith('project_path:${repository}:ref_type:branch:ref:')`,
        ...owned,
        claim("pipeline_source", "merge_request_event"),
      ],
    },
    apply: {
      subject,
      subjectFrom: "assertion.sub",
      conditions: [
        claim("sub", subject),
        ...owned,
        claim("ref", branch),
        claim("ref_protected", "true"),
        claim("environment", environment),
      ],
    },
  };
}

// Workload Identity Federation docs, attribute mappings: google.subject holds at most 127 bytes.
const MAX_SUBJECT_LENGTH = 127;

function subjectFailure(subject: string): Failure | undefined {
  if (subject.length <= MAX_SUBJECT_LENGTH) return undefined;
  return {
    code: "name-too-long",
    path: "repository",
    message: `makes a subject of ${subject.length} characters, with which no job could log in`,
    got: subject,
    allowed: `at most ${MAX_SUBJECT_LENGTH} characters`,
    fix: "shorten the names of repository, branch or environment",
  };
}

function claim(name: string, value: string): string {
  return `assertion.${name} == '${value}'`;
}
