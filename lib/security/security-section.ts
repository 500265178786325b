import { Construct } from "constructs";
import { z } from "zod";
import {
  Problems,
  assertSchema,
  known,
  parseProps,
  type CrossFieldRule,
  type KeyRef,
  type Ref,
  type RegistryRef,
} from "../core";
import { AccessBoundary, accessBoundarySchema, type AccessBoundaryConfig } from "../iam/access-boundary";
import { DenyPolicy } from "../iam/deny-policy";
import { Elevation, elevationSchema, type ElevationConfig } from "../iam/elevation";
import { DeployerIdentities, deployerIdentitiesSchema, type DeployerIdentitiesConfig } from "../iam/federation";
import { Principals } from "../iam/principal";
import { AuditLogging, auditLoggingSchema, type AuditLoggingConfig } from "./audit-logging";
import {
  BinaryAuthorizationPolicy,
  binaryAuthorizationSchema,
  type BinaryAuthorizationConfig,
} from "./binary-authorization-policy";
import { EssentialContacts, essentialContactsSchema, type EssentialContactsConfig } from "./essential-contacts";
import { ModelArmorTemplate, modelArmorSchema, type ModelArmorConfig } from "./model-armor-template";
import {
  OrganisationPolicies,
  organisationPoliciesSchema,
  type OrganisationPoliciesConfig,
} from "./organisation-policies";
import { RegistryMirror, registryMirrorSchema, type RegistryMirrorConfig } from "./registry-mirror";
import { RotationTopic } from "./rotation-topic";
import { ServicePerimeter, servicePerimeterSchema, type ServicePerimeterConfig } from "./service-perimeter";

/** Foundations that an environment has unless it says otherwise. */
export const SECURITY_PARTS = [
  "audit-logging",
  "organisation-policies",
  "binary-authorization",
  "model-armor",
  "rotation-topic",
] as const;
export type SecurityPart = (typeof SECURITY_PARTS)[number];

/** Rights that are lent for hours, and between whom. */
export interface ElevationSection extends ElevationConfig {
  /** Groups that may ask. */
  readonly eligible: readonly string[];
  /** Groups that decide; none of those that may ask. */
  readonly approvers: readonly string[];
}

/** What guards the project. What `SECURITY_PARTS` names is there by default; the rest needs a fact that only the organisation knows. */
export interface SecuritySection {
  /** Parts that are made elsewhere, e.g. by the organisation. @default [] */
  readonly off?: readonly SecurityPart[];
  /** Audit logs and where they are kept. @default {} */
  readonly auditLogging?: AuditLoggingConfig;
  /** What nobody can do in the project. @default {} */
  readonly organisationPolicies?: OrganisationPoliciesConfig;
  /** Which images may run. @default {} */
  readonly binaryAuthorization?: BinaryAuthorizationConfig;
  /** What prompts and answers are searched for. @default {} */
  readonly modelArmor?: ModelArmorConfig;
  /** Registries outside that are mirrored. @default [] */
  readonly mirrors?: readonly RegistryMirrorConfig[];
  /** Identities of CI. @default - none */
  readonly deployers?: DeployerIdentitiesConfig;
  /**
   * Groups that may change policies besides the deployer that applies: whoever sets the environment up, and steps in for CI. With them, nobody
   * else can, and nobody can make keys of service accounts. Asks for `deployers`.
   * @default []
   */
  readonly policyAdministrators?: readonly string[];
  /** Rights that are lent for hours. @default [] */
  readonly elevations?: readonly ElevationSection[];
  /** Fence round the project's data. @default - none */
  readonly perimeter?: ServicePerimeterConfig;
  /** Where the project's identities can use rights. @default - anywhere */
  readonly accessBoundary?: AccessBoundaryConfig;
  /** Whom Google writes to. @default - the organisation's contacts */
  readonly contacts?: EssentialContactsConfig;
}

const group = () => known(z.email().describe("Address of a group"), "the principal is made of it");

export const elevationSectionSchema = elevationSchema.extend({
  eligible: known(z.array(group()).min(1).describe("Groups that may ask"), "one principal is made of each"),
  approvers: known(z.array(group()).min(1).describe("Groups that decide"), "one principal is made of each"),
});

assertSchema<ElevationSection, typeof elevationSectionSchema>(true);

export const securitySectionSchema = z.strictObject({
  off: known(
    z
      .array(known(z.enum(SECURITY_PARTS), "a part exists or not"))
      .describe("Parts that are made elsewhere, e.g. by the organisation"),
    "a part exists or not",
  ).default([]),
  auditLogging: auditLoggingSchema.describe("Audit logs and where they are kept").prefault({}),
  organisationPolicies: organisationPoliciesSchema.describe("What nobody can do in the project").prefault({}),
  binaryAuthorization: binaryAuthorizationSchema.describe("Which images may run").prefault({}),
  modelArmor: modelArmorSchema.describe("What prompts and answers are searched for").prefault({}),
  mirrors: z.array(registryMirrorSchema).describe("Registries outside that are mirrored").default([]),
  deployers: deployerIdentitiesSchema.describe("Identities of CI").optional(),
  policyAdministrators: known(
    z.array(group()).describe("Groups that may change policies besides the deployer that applies"),
    "whether there are any decides if policies are closed to others",
  ).default([]),
  elevations: z.array(elevationSectionSchema).describe("Rights that are lent for hours").default([]),
  perimeter: servicePerimeterSchema.describe("Fence round the project's data").optional(),
  accessBoundary: accessBoundarySchema.describe("Where the project's identities can use rights").optional(),
  contacts: essentialContactsSchema.describe("Whom Google writes to").optional(),
});

assertSchema<SecuritySection, typeof securitySectionSchema>(true);

export type SecurityFoundationProps = SecuritySection & {
  /** The platform's own registry. */
  readonly registry: RegistryRef;
  /** Keys by purpose: `keys.key(…)` of `EncryptionKeys`. */
  readonly keys: {
    readonly logs: KeyRef;
    readonly artifacts: KeyRef;
    readonly notifications: KeyRef;
  };
  /** True where the environment serves models: CI gets the rights for it. @default false */
  readonly servesModels?: boolean;
};

/**
 * Everything that guards a project, from one section of the environment. Sections go to their constructs as they were given, so that
 * defaults set on a scope hold.
 */
export class SecurityFoundation extends Construct {
  readonly auditLogging?: AuditLogging;
  readonly organisationPolicies?: OrganisationPolicies;
  readonly binaryAuthorization?: BinaryAuthorizationPolicy;
  readonly modelArmor?: ModelArmorTemplate;
  /** Where secrets announce that they are due. */
  readonly rotationTopic?: Ref;
  readonly mirrors: readonly RegistryRef[];
  readonly deployers?: DeployerIdentities;
  /** Absent without `policyAdministrators`. */
  readonly denyPolicy?: DenyPolicy;
  readonly elevations: readonly Elevation[];
  readonly perimeter?: ServicePerimeter;
  readonly accessBoundary?: AccessBoundary;
  readonly contacts?: EssentialContacts;

  constructor(scope: Construct, id: string, props: SecurityFoundationProps) {
    super(scope, id);
    const { registry, keys, servesModels, ...section } = props;
    const { off, policyAdministrators } = parseProps(
      this,
      "SecurityFoundation",
      switchesSchema,
      { off: section.off, policyAdministrators: section.policyAdministrators },
      [administratorsNeedDeployers(section.deployers)],
    );
    const problems = new Problems();
    const part = <T>(name: SecurityPart, field: string, make: () => T): T | undefined =>
      off.includes(name) ? undefined : problems.attempt(field, make);
    const given = <C, T>(config: C | undefined, field: string, make: (config: C) => T): T | undefined =>
      config === undefined ? undefined : problems.attempt(field, () => make(config));

    this.deployers = given(
      section.deployers,
      "deployers",
      (c) => new DeployerIdentities(this, "deployers", { ...c, servesModels }),
    );
    const deployers = this.deployers;
    this.denyPolicy = deployers && this.closePolicies(deployers, policyAdministrators);
    this.elevations = (section.elevations ?? []).flatMap(
      ({ eligible, approvers, ...elevation }, i) =>
        problems.attempt(
          `elevations[${i}]`,
          () =>
            new Elevation(this, `elevation-${elevation.name}`, {
              ...elevation,
              eligible: eligible.map((email) => Principals.group(email)),
              approvers: approvers.map((email) => Principals.group(email)),
            }),
        ) ?? [],
    );
    this.auditLogging = part(
      "audit-logging",
      "auditLogging",
      () => new AuditLogging(this, "audit-logging", { ...section.auditLogging, key: keys.logs }),
    );
    this.organisationPolicies = part(
      "organisation-policies",
      "organisationPolicies",
      () =>
        new OrganisationPolicies(this, "organisation-policies", {
          ...section.organisationPolicies,
          identityProviders: trusted(section.organisationPolicies, deployers),
        }),
    );
    const mirrors = (section.mirrors ?? []).map((mirror, i) =>
      problems.attempt(
        `mirrors[${i}]`,
        () => new RegistryMirror(this, `mirror-${mirror.name}`, { ...mirror, key: keys.artifacts }),
      ),
    );
    this.mirrors = mirrors.flatMap((mirror) => mirror?.ref ?? []);
    this.binaryAuthorization = part(
      "binary-authorization",
      "binaryAuthorization",
      () =>
        new BinaryAuthorizationPolicy(this, "binary-authorization", {
          ...section.binaryAuthorization,
          registries: [registry, ...this.mirrors],
        }),
    );
    this.modelArmor = part(
      "model-armor",
      "modelArmor",
      () => new ModelArmorTemplate(this, "model-armor", section.modelArmor),
    );
    this.rotationTopic = part(
      "rotation-topic",
      "rotationTopic",
      () => new RotationTopic(this, "rotation-topic", { key: keys.notifications }),
    )?.ref;
    this.perimeter = given(
      section.perimeter,
      "perimeter",
      (c) =>
        new ServicePerimeter(this, "perimeter", {
          ...c,
          deployers: deployers ? [deployers.principals.plan, deployers.principals.apply] : [],
        }),
    );
    this.accessBoundary = given(
      section.accessBoundary,
      "accessBoundary",
      (c) => new AccessBoundary(this, "access-boundary", c),
    );
    this.contacts = given(section.contacts, "contacts", (c) => new EssentialContacts(this, "contacts", c));
    problems.throwIfAny(`SecurityFoundation at ${this.node.path}`);
  }

  private closePolicies(deployers: DeployerIdentities, administrators: readonly string[]): DenyPolicy | undefined {
    if (administrators.length === 0) return undefined;
    const denyPolicy = new DenyPolicy(this, "deny-policy", {
      policyAdministrators: [deployers.principals.apply, ...administrators.map((email) => Principals.group(email))],
    });
    // The deployers' own roles could not be given afterwards by anybody else.
    denyPolicy.node.addDependency(deployers);
    return denyPolicy;
  }
}

// The sections are read by their own constructs.
const switchesSchema = securitySectionSchema.pick({ off: true, policyAdministrators: true });

function administratorsNeedDeployers(
  deployers: DeployerIdentitiesConfig | undefined,
): CrossFieldRule<z.output<typeof switchesSchema>> {
  return {
    reads: ["policyAdministrators"],
    check: ({ policyAdministrators }) =>
      policyAdministrators.length === 0 || deployers
        ? undefined
        : {
            code: "missing",
            path: "deployers",
            message: "is required with policyAdministrators: policies would be closed to CI",
            fix: "describe the deployers, or drop policyAdministrators",
          },
  };
}

/** What the environment lists, and the issuer of its own deployers: they could not log in otherwise. */
function trusted(config: OrganisationPoliciesConfig | undefined, deployers: DeployerIdentities | undefined): string[] {
  return [...new Set([...(config?.identityProviders ?? []), ...(deployers ? [deployers.issuer] : [])])];
}
