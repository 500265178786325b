import type { z } from "zod";
import { AccessBoundary, accessBoundarySchema } from "../../lib/iam/access-boundary";
import { DenyPolicy, denyPolicySchema } from "../../lib/iam/deny-policy";
import { Elevation, elevationSchema } from "../../lib/iam/elevation";
import { DeployerIdentities, deployerIdentitiesSchema } from "../../lib/iam/federation";
import { Principals } from "../../lib/iam/principal";
import { Ref } from "../../lib/core";
import {
  AuditLogging,
  BinaryAuthorizationPolicy,
  ContainerRegistry,
  EncryptionKeys,
  EssentialContacts,
  ModelArmorTemplate,
  OrganisationPolicies,
  RegistryMirror,
  RotationTopic,
  Secret,
  SecurityFoundation,
  ServicePerimeter,
  auditLoggingSchema,
  binaryAuthorizationSchema,
  essentialContactsSchema,
  modelArmorSchema,
  organisationPoliciesSchema,
  registryMirrorSchema,
  rotationTopicSchema,
  secretSchema,
  securitySectionSchema,
  servicePerimeterSchema,
} from "../../lib/security";
import type { PlatformStack } from "../../stacks/platform-stack";

/** A construct and samples of its props that together reach every field, in the form of test/tokens. */
export interface TokenCase {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly samples: readonly Record<string, unknown>[];
  readonly build: (stack: PlatformStack, props: never) => void;
}

const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const registries = [
  ContainerRegistry.fromExisting({ project: "acme-test", location: "europe-west4", repository: "r" }),
];
const rotationTopic = Ref.existing("projects/acme-test/topics/t");
const groups = {
  eligible: [Principals.group("ops@acme.example")],
  approvers: [Principals.group("leads@acme.example")],
};

export const SECURITY_TOKEN_CASES: readonly TokenCase[] = [
  {
    name: "AuditLogging",
    schema: auditLoggingSchema,
    samples: [
      {
        name: "audit",
        retentionDays: 500,
        locked: true,
        queries: true,
        encryptionAgent: "cmek@gcp-sa-logging.iam.gserviceaccount.com",
      },
    ],
    build: (stack, props: object) => new AuditLogging(stack, "it", { ...props, key }),
  },
  {
    name: "BinaryAuthorizationPolicy",
    schema: binaryAuthorizationSchema,
    samples: [{ enforcement: "audit", attestors: ["projects/p/attestors/a"], allowedImages: ["registry.example/**"] }],
    build: (stack, props: object) => new BinaryAuthorizationPolicy(stack, "it", { ...props, registries }),
  },
  {
    name: "EssentialContacts",
    schema: essentialContactsSchema,
    samples: [{ contacts: [{ email: "sec@acme.example", categories: ["SECURITY"] }], language: "de" }],
    build: (stack, props) => new EssentialContacts(stack, "it", props),
  },
  {
    name: "ModelArmorTemplate",
    schema: modelArmorSchema,
    samples: [
      { name: "n", injection: "HIGH", harmfulContent: "LOW_AND_ABOVE", logContent: true, multiLanguage: false },
    ],
    build: (stack, props) => new ModelArmorTemplate(stack, "it", props),
  },
  {
    name: "OrganisationPolicies",
    schema: organisationPoliciesSchema,
    samples: [
      {
        mode: "enforce",
        modes: { "compute.requireOsLogin": "off" },
        organisationId: "123",
        defineCustom: true,
        customerId: "C0a",
        contactDomain: "acme.example",
        identityProviders: ["https://ci.example"],
        services: ["compute.googleapis.com"],
      },
    ],
    build: (stack, props) => new OrganisationPolicies(stack, "it", props),
  },
  {
    name: "RegistryMirror",
    schema: registryMirrorSchema,
    samples: [{ name: "hub", upstream: "docker-hub", cacheDays: 30 }],
    build: (stack, props: { name: string; upstream: string }) => new RegistryMirror(stack, "it", { ...props, key }),
  },
  {
    name: "RotationTopic",
    schema: rotationTopicSchema,
    samples: [{ name: "rotation" }],
    build: (stack, props: object) => new RotationTopic(stack, "it", { ...props, key }),
  },
  {
    name: "Secret",
    schema: secretSchema,
    samples: [
      {
        name: "s",
        valueVersion: 2,
        rotation: { first: "2027-01-15T06:00:00Z", everyDays: 30 },
        destroyDelayDays: 10,
      },
    ],
    build: (stack, props: { name: string }) => new Secret(stack, "it", { ...props, key, rotationTopic }),
  },
  {
    name: "ServicePerimeter",
    schema: servicePerimeterSchema,
    samples: [
      {
        accessPolicyId: "1",
        name: "n",
        mode: "enforce",
        restrictedServices: ["storage.googleapis.com"],
        accessLevels: ["accessPolicies/1/accessLevels/l"],
        deployerAddresses: ["203.0.113.0/24"],
        reachableServices: ["sts.googleapis.com"],
        exits: [
          {
            title: "t",
            projectNumbers: ["42"],
            service: "storage.googleapis.com",
            methods: ["google.storage.objects.get"],
          },
        ],
      },
    ],
    build: (stack, props: { accessPolicyId: string }) => new ServicePerimeter(stack, "it", props),
  },
  {
    name: "DeployerIdentities",
    schema: deployerIdentitiesSchema,
    samples: [
      {
        forge: "gitlab",
        repository: "acme/platform",
        ownerId: "42",
        branch: "main",
        forgeEnvironment: "prod",
        issuer: "https://gitlab.example",
        stateBucket: "acme-state",
      },
    ],
    build: (stack, props) => new DeployerIdentities(stack, "it", props),
  },
  {
    name: "DenyPolicy",
    schema: denyPolicySchema,
    samples: [{ name: "n" }],
    build: (stack, props: object) =>
      new DenyPolicy(stack, "it", { ...props, policyAdministrators: [Principals.group("platform@acme.example")] }),
  },
  {
    name: "Elevation",
    schema: elevationSchema,
    samples: [
      {
        name: "n",
        roles: ["roles/container.developer"],
        maxHours: 2,
        approvalsNeeded: 2,
        notify: ["sec@acme.example"],
      },
    ],
    build: (stack, props: { name: string; roles: string[] }) => new Elevation(stack, "it", { ...props, ...groups }),
  },
  {
    name: "AccessBoundary",
    schema: accessBoundarySchema,
    samples: [{ organisationId: "123", name: "n", furtherProjects: ["acme-shared"] }],
    build: (stack, props: { organisationId: string }) => new AccessBoundary(stack, "it", props),
  },
  {
    // What it reads itself; the sections are read by their own constructs.
    name: "SecurityFoundation",
    schema: securitySectionSchema.pick({ off: true, policyAdministrators: true }),
    samples: [{ off: ["model-armor"], policyAdministrators: ["platform@acme.example"] }],
    build: (stack, props: object) =>
      new SecurityFoundation(stack, "it", {
        ...props,
        deployers: { forge: "github", repository: "acme/platform", ownerId: "42" },
        registry: registries[0]!,
        keys: { logs: key, artifacts: key, notifications: key },
      }),
  },
];
