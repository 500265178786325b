import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { KmsKeyRing } from "@cdktf/provider-google/lib/kms-key-ring";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import type { ServiceAgentKey } from "../catalog/service-agents";
import {
  ConfigError,
  Environment,
  Ref,
  assertSchema,
  days,
  known,
  parseProps,
  resourceName,
  type KeyRef,
  type Tokenable,
} from "../core";
import { recordGrant } from "../iam/grant";
import { Principals } from "../iam/principal";
import { KeyGrants } from "../iam/resource-grants";

/**
 * What a key is for, and the service agents that encrypt with it. One key a purpose, so that a grant on one opens nothing else and each
 * rotates and is revoked alone.
 */
export const KEY_PURPOSES = {
  /** Kubernetes secrets in etcd. */
  "gke-secrets": ["container"],
  /** Boot disks of nodes: attached by Compute Engine. */
  "node-disks": ["compute"],
  /** Pub/Sub topics of the cluster's security bulletins. */
  notifications: ["pubsub"],
  /** Backup for GKE. */
  backups: ["gkeBackup"],
  /** Container images in Artifact Registry. */
  artifacts: ["artifactRegistry"],
  /** Log buckets. */
  logs: ["logging"],
  /** Secrets in Secret Manager. */
  secrets: ["secretManager"],
  /** What models were asked and what they answered, on its way to the data lake. */
  predictions: ["pubsub"],
  /** Programs of Workflows, and what is kept of their runs. */
  workflows: ["workflows"],
  /** Instances and images on Cloud Run. */
  "cloud-run": ["cloudRun"],
  /** Endpoints of Vertex AI. */
  vertex: ["aiPlatform"],
} as const satisfies Record<string, readonly ServiceAgentKey[]>;

export type KeyPurpose = keyof typeof KEY_PURPOSES;

/** What every environment has keys for. The agents of other purposes exist only where their services are used. */
export const COMMON_KEY_PURPOSES = [
  "gke-secrets",
  "node-disks",
  "notifications",
  "backups",
  "artifacts",
  "logs",
  "secrets",
] as const satisfies readonly KeyPurpose[];

export interface EncryptionKeysConfig {
  /**
   * Name of the key ring, after the environment's. A key ring is never freed: a new one needs a new name.
   * @default "platform"
   */
  readonly name?: string;
  /** Days between rotations, 1 to 90: the upper bound of CIS GCP 1.10. @default 90 */
  readonly rotationDays?: number;
  /** Days that a destroyed key version can still be restored, 1 to 120. @default 30 */
  readonly destroyDelayDays?: number;
  /** Where key material lives. Google's hardened constraints ask for `software`. @default "software" */
  readonly protection?: "software" | "hsm";
}

export const encryptionKeysSchema = z.strictObject({
  name: known(
    z.string().min(1).describe("Name of the key ring, after the environment's"),
    "names are made of it",
  ).default("platform"),
  rotationDays: known(
    z.int().min(1).max(90).describe("Days between rotations of a key"),
    "it is converted to seconds",
  ).default(90),
  destroyDelayDays: known(
    z.int().min(1).max(120).describe("Days that a destroyed key version can be restored"),
    "it is converted to seconds",
  ).default(30),
  protection: known(
    z.enum(["software", "hsm"]).describe("Where key material lives"),
    "it is converted to the API's word",
  ).default("software"),
});

assertSchema<EncryptionKeysConfig, typeof encryptionKeysSchema>(true);

export type EncryptionKeysProps = Tokenable<EncryptionKeysConfig> & {
  /** Purposes besides those of every environment. @default [] */
  readonly purposes?: readonly KeyPurpose[];
};

/**
 * A key ring with one rotating key a purpose. Keys cannot be destroyed by Terraform. A key's ref is of use only after its service agents
 * may encrypt with it, so nothing is created with a key that is not ready.
 */
export class EncryptionKeys extends Construct {
  readonly resources: { readonly ring: KmsKeyRing; readonly keys: ReadonlyMap<KeyPurpose, KmsCryptoKey> };
  private readonly refs: ReadonlyMap<KeyPurpose, KeyRef>;

  constructor(scope: Construct, id: string, props: EncryptionKeysProps = {}) {
    super(scope, id);
    const { purposes = [], ...plain } = props;
    const config = parseProps(this, "EncryptionKeys", encryptionKeysSchema, plain);
    const { name: environment, projectId, region } = Environment.of(this);
    const ring = new KmsKeyRing(this, "ring", {
      name: resourceName(this, "name", NAMES.kmsKeyRing, environment, config.name),
      project: projectId,
      location: region,
      lifecycle: { preventDestroy: true },
    });
    const made = [...new Set<KeyPurpose>([...COMMON_KEY_PURPOSES, ...purposes])].map((purpose) => {
      const key = new KmsCryptoKey(this, purpose, {
        name: resourceName(this, "name", NAMES.kmsCryptoKey, purpose),
        keyRing: ring.id,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: days(config.rotationDays),
        destroyScheduledDuration: days(config.destroyDelayDays),
        versionTemplate: {
          algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
          protectionLevel: config.protection.toUpperCase(),
        },
        lifecycle: { preventDestroy: true },
      });
      const literal = `projects/${projectId}/locations/${region}/keyRings/${ring.nameInput}/cryptoKeys/${purpose}`;
      const ready = this.allowServiceAgents(purpose, key);
      return { purpose, key, ref: { id: Ref.to(key, key.id, literal, ready) } };
    });
    this.resources = { ring, keys: new Map(made.map(({ purpose, key }) => [purpose, key])) };
    this.refs = new Map(made.map(({ purpose, ref }) => [purpose, ref]));
  }

  /**
   * The key of one purpose.
   * @throws ConfigError for a purpose that was not asked for
   */
  key(purpose: KeyPurpose): KeyRef {
    const ref = this.refs.get(purpose);
    if (ref !== undefined) return ref;
    throw new ConfigError(`EncryptionKeys at ${this.node.path}`, [
      {
        code: "no-key",
        path: "purposes",
        message: "has no key of this purpose",
        got: purpose,
        allowed: [...this.refs.keys()].join(", "),
        fix: "name the purpose in purposes",
      },
    ]);
  }

  /** Who else may use the key of one purpose. Its service agents may already. */
  grants(purpose: KeyPurpose): KeyGrants {
    return new KeyGrants(this, this.key(purpose));
  }

  /**
   * A key that exists already.
   * @param id `projects/P/locations/L/keyRings/R/cryptoKeys/K`; whoever uses it must already be allowed to
   * @throws ConfigError where the id is not of that form
   */
  static fromExisting(id: string): KeyRef {
    if (/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(id) || id.includes("${")) {
      return { id: Ref.existing(id) };
    }
    throw new ConfigError("EncryptionKeys.fromExisting", [
      {
        code: "wrong-format",
        path: "id",
        message: "is not the id of a key",
        got: id,
        allowed: "projects/P/locations/L/keyRings/R/cryptoKeys/K",
        fix: "give the key's full id, as `gcloud kms keys list` prints it",
      },
    ]);
  }

  private allowServiceAgents(purpose: KeyPurpose, key: KmsCryptoKey): KmsCryptoKeyIamMember[] {
    return KEY_PURPOSES[purpose].map((agent) => {
      const { member, label } = Principals.serviceAgent(this, agent);
      const binding = new KmsCryptoKeyIamMember(this, `${purpose}-${agent}`, {
        cryptoKeyId: key.id,
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member: member.from(this),
      });
      return recordGrant(binding, { principal: label, reason: `encrypts what the key ${purpose} protects` });
    });
  }
}
