import { TerraformVariable } from "cdktf";
import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret";
import { SecretManagerSecretVersion } from "@cdktf/provider-google/lib/secret-manager-secret-version";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  ConfigError,
  Environment,
  Ref,
  assertSchema,
  days,
  explained,
  known,
  parseProps,
  resourceName,
  type Failure,
  type KeyRef,
  type SecretRef,
  type Tokenable,
} from "../core";
import { SecretGrants } from "../iam/resource-grants";

/** When a secret announces that it is due. Whoever listens to the topic makes the new value. */
export interface SecretRotation {
  /** First time, UTC, as `2027-01-15T06:00:00Z`. Secret Manager moves it on by itself afterwards. */
  readonly first: string;
  /** Days between rotations. @default 90 */
  readonly everyDays?: number;
}

export interface SecretConfig {
  /** Secret id, after the environment's name. */
  readonly name: string;
  /**
   * Number of the value that Terraform hands over, raised whenever the value changes. The value itself comes in a variable that neither
   * plan nor state keeps (Terraform 1.11 or later).
   * @default - Terraform knows no value: whoever owns the secret adds versions
   */
  readonly valueVersion?: number;
  /** When it is due for rotation. @default - never announced */
  readonly rotation?: SecretRotation;
  /** Days that a destroyed version can still be restored. @default 30 */
  readonly destroyDelayDays?: number;
}

const CONVERTED = "it is converted to seconds";

export const secretSchema = z.strictObject({
  name: known(z.string().min(1).describe("Secret id, after the environment's name"), "names are made of it"),
  valueVersion: z.int().min(1).describe("Number of the value that Terraform hands over").optional(),
  rotation: z
    .strictObject({
      first: explained(
        z.iso.datetime({ precision: 0 }).describe("First time of rotation, UTC"),
        "a time in UTC such as 2027-01-15T06:00:00Z",
      ),
      everyDays: known(z.int().min(1).max(365).describe("Days between rotations"), CONVERTED).default(90),
    })
    .describe("When it is due for rotation")
    .optional(),
  // Secret Manager API, version_destroy_ttl: at least 24 hours.
  destroyDelayDays: known(
    z.int().min(1).max(120).describe("Days that a destroyed version can still be restored"),
    CONVERTED,
  ).default(30),
});

assertSchema<SecretConfig, typeof secretSchema>(true);

export type SecretProps = Tokenable<SecretConfig> & {
  /** Key of purpose `secrets`. */
  readonly key: KeyRef;
  /** Where rotation is announced: `RotationTopic.ref`. Asked for with `rotation`. */
  readonly rotationTopic?: Ref;
};

/** A secret in the environment's region, encrypted with a key of ours. Its value is in no Terraform JSON, plan or state. */
export class Secret extends Construct {
  readonly ref: SecretRef;
  /** Who may read its values. */
  readonly grants: SecretGrants;
  readonly resources: {
    readonly secret: SecretManagerSecret;
    /** Absent without `valueVersion`. */
    readonly version?: SecretManagerSecretVersion;
    /** Carries the value into `terraform apply`; absent without `valueVersion`. */
    readonly value?: TerraformVariable;
  };

  constructor(scope: Construct, id: string, props: SecretProps) {
    super(scope, id);
    const { key, rotationTopic, ...plain } = props;
    const config = parseProps(this, "Secret", secretSchema, plain);
    if (config.rotation && !rotationTopic) throw new ConfigError(`Secret at ${this.node.path}`, [noTopic(config)]);
    const { name: environment, projectId, region } = Environment.of(this);
    const secretId = resourceName(this, "name", NAMES.secretManagerSecret, environment, config.name);
    const secret = new SecretManagerSecret(this, "secret", {
      project: projectId,
      secretId,
      deletionProtection: true,
      replication: {
        userManaged: {
          replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: key.id.from(this) } }],
        },
      },
      versionDestroyTtl: days(config.destroyDelayDays),
      ...(config.rotation && rotationTopic ? rotationOf(config.rotation, rotationTopic.from(this)) : {}),
      dependsOn: [...key.id.dependencies(this), ...(rotationTopic?.dependencies(this) ?? [])],
    });
    const handed = config.valueVersion === undefined ? undefined : this.handOver(secret, config.valueVersion);
    this.resources = { secret, ...handed };
    this.ref = { id: Ref.to(secret, secret.id, `projects/${projectId}/secrets/${secretId}`) };
    this.grants = new SecretGrants(this, this.ref);
  }

  /**
   * A secret that exists already.
   * @param id `projects/P/secrets/S`
   * @throws ConfigError where the id is not of that form
   */
  static fromExisting(id: string): SecretRef {
    if (/^projects\/[^/]+\/secrets\/[^/]+$/.test(id) || id.includes("${")) return { id: Ref.existing(id) };
    throw new ConfigError("Secret.fromExisting", [
      {
        code: "wrong-format",
        path: "id",
        message: "is not the id of a secret",
        got: id,
        allowed: "projects/P/secrets/S",
        fix: "give the secret's full id without a version",
      },
    ]);
  }

  private handOver(secret: SecretManagerSecret, valueVersion: number) {
    const value = new TerraformVariable(this, "value", {
      type: "string",
      description: `Value ${valueVersion} of secret ${secret.secretIdInput}; kept nowhere`,
      sensitive: true,
    });
    // cdktf 0.21 has no prop for it.
    value.addOverride("ephemeral", true);
    const version = new SecretManagerSecretVersion(this, "version", {
      secret: secret.id,
      secretDataWo: value.stringValue,
      secretDataWoVersion: valueVersion,
      lifecycle: { createBeforeDestroy: true },
    });
    return { value, version };
  }
}

function rotationOf(rotation: NonNullable<z.output<typeof secretSchema>["rotation"]>, topic: string) {
  return {
    topics: [{ name: topic }],
    rotation: {
      nextRotationTime: rotation.first,
      rotationPeriod: days(rotation.everyDays),
    },
    // Secret Manager moves it on after each rotation.
    lifecycle: { ignoreChanges: ["rotation[0].next_rotation_time"] },
  };
}

function noTopic({ rotation }: z.output<typeof secretSchema>): Failure {
  return {
    code: "missing",
    path: "rotationTopic",
    message: "is required with rotation: nobody would hear that the secret is due",
    got: rotation,
    fix: "make a RotationTopic and pass its ref",
  };
}
