import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { LoggingLinkedDataset } from "@cdktf/provider-google/lib/logging-linked-dataset";
import { LoggingProjectBucketConfig } from "@cdktf/provider-google/lib/logging-project-bucket-config";
import { LoggingProjectSink } from "@cdktf/provider-google/lib/logging-project-sink";
import { ProjectIamAuditConfig } from "@cdktf/provider-google/lib/project-iam-audit-config";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  Environment,
  Governance,
  Ref,
  assertSchema,
  explained,
  known,
  parseProps,
  resourceName,
  type CrossFieldRule,
  type KeyRef,
  type RiskTier,
  type Tokenable,
} from "../core";
import { recordGrant } from "../iam/grant";

export interface AuditLoggingConfig {
  /** Part of the names after the environment's. @default "audit" */
  readonly name?: string;
  /** Days that logs are kept: at least 184, in an environment of high risk at least 400. @default 400 */
  readonly retentionDays?: number;
  /** True makes retention unchangeable and the bucket undeletable while it holds logs. Cannot be undone. @default true */
  readonly locked?: boolean;
  /** True makes a BigQuery dataset in which the logs can be queried; it holds no copy. @default true */
  readonly queries?: boolean;
  /**
   * E-mail of the account that encrypts log buckets, where it is not the project's logging agent: older projects have another, which
   * `gcloud logging settings describe` prints.
   * @default - the logging agent, which the key lets in already
   */
  readonly encryptionAgent?: string;
}

// EU AI Act Art. 19(1) and 26(6): at least six months.
const MIN_RETENTION_DAYS = 184;
// Reference governance §4 recommends 400: a yearly review still finds its first day. A high tier cannot do with less; others may.
const MIN_RETENTION_DAYS_HIGH = 400;
// Cloud Logging quotas: custom retention of 1 to 3650 days.
const MAX_RETENTION_DAYS = 3650;

export const auditLoggingSchema = z.strictObject({
  name: known(z.string().min(1).describe("Part of the names after the environment's"), "names are made of it").default(
    "audit",
  ),
  retentionDays: z
    .int()
    .min(MIN_RETENTION_DAYS)
    .max(MAX_RETENTION_DAYS)
    .describe("Days that logs are kept: at least 184, in an environment of high risk at least 400")
    .default(400),
  locked: z.boolean().describe("Whether retention is unchangeable and the bucket undeletable").default(true),
  queries: known(
    z.boolean().describe("Whether to make a BigQuery dataset over the logs"),
    "a dataset exists or not",
  ).default(true),
  encryptionAgent: explained(
    z
      .string()
      .regex(/^[^@:\s]+@[^@\s]+\.gserviceaccount\.com$/)
      .describe("Account that encrypts log buckets, where it is not the project's logging agent")
      .optional(),
    "the e-mail of a Google service account, without serviceAccount:",
  ),
});

assertSchema<AuditLoggingConfig, typeof auditLoggingSchema>(true);

export type AuditLoggingProps = Tokenable<Omit<AuditLoggingConfig, "queries">> &
  Pick<AuditLoggingConfig, "queries"> & {
    /** Key of purpose `logs`. */
    readonly key: KeyRef;
  };

/** Where audit logs lie. */
export interface AuditLoggingRef {
  /** `projects/P/locations/L/buckets/B`. */
  readonly bucket: Ref;
  /** BigQuery dataset id; absent where none was asked for. */
  readonly dataset?: Ref;
}

/**
 * Who did what, of every service and with no exemption; and every log entry of the project in a locked bucket, encrypted with a key of ours.
 * The sink and its bucket are of one project, so no writer identity needs a right.
 */
export class AuditLogging extends Construct {
  readonly ref: AuditLoggingRef;
  readonly resources: {
    readonly auditConfig: ProjectIamAuditConfig;
    readonly bucket: LoggingProjectBucketConfig;
    readonly sink: LoggingProjectSink;
    /** Absent without `queries`. */
    readonly dataset?: LoggingLinkedDataset;
  };

  constructor(scope: Construct, id: string, props: AuditLoggingProps) {
    super(scope, id);
    const { key, ...plain } = props;
    const rules = [retentionByTier(Governance.of(this).config.riskTier)];
    const config = parseProps(this, "AuditLogging", auditLoggingSchema, plain, rules);
    const { name: environment, projectId, region } = Environment.of(this);
    const bucketId = resourceName(this, "name", NAMES.loggingBucket, environment, config.name);
    const auditConfig = new ProjectIamAuditConfig(this, "audit-config", {
      project: projectId,
      service: "allServices",
      auditLogConfig: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    });
    const bucket = new LoggingProjectBucketConfig(this, "bucket", {
      project: projectId,
      location: region,
      bucketId,
      description: `Every log entry of environment ${environment}`,
      retentionDays: config.retentionDays,
      locked: config.locked,
      // A linked dataset asks for it, and nobody can switch it off again.
      enableAnalytics: true,
      cmekSettings: { kmsKeyName: key.id.from(this) },
      dependsOn: [...key.id.dependencies(this), ...this.allowAgent(config.encryptionAgent, key)],
      lifecycle: { preventDestroy: true },
    });
    const sink = new LoggingProjectSink(this, "sink", {
      project: projectId,
      name: resourceName(this, "name", NAMES.loggingSink, environment, config.name),
      description: "All entries: no filter, no exclusion",
      destination: `logging.googleapis.com/${bucket.id}`,
      uniqueWriterIdentity: true,
    });
    const dataset = config.queries ? this.dataset(config.name, bucket) : undefined;
    this.resources = { auditConfig, bucket, sink, dataset };
    this.ref = {
      bucket: Ref.to(bucket, bucket.id, `projects/${projectId}/locations/${region}/buckets/${bucketId}`),
      ...(dataset ? { dataset: Ref.to(dataset, dataset.linkId, dataset.linkIdInput!) } : {}),
    };
  }

  private allowAgent(email: string | undefined, key: KeyRef): KmsCryptoKeyIamMember[] {
    if (email === undefined) return [];
    const member = new KmsCryptoKeyIamMember(this, "encryption-agent", {
      cryptoKeyId: key.id.from(this),
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: `serviceAccount:${email}`,
    });
    return [recordGrant(member, { principal: "encryption agent of log buckets", reason: "encrypts the log bucket" })];
  }

  private dataset(name: string, bucket: LoggingProjectBucketConfig): LoggingLinkedDataset {
    const { name: environment } = Environment.of(this);
    return new LoggingLinkedDataset(this, "dataset", {
      linkId: resourceName(this, "name", NAMES.bigqueryDataset, environment, name, "logs"),
      bucket: bucket.id,
      description: `Queries over the log entries of environment ${environment}`,
    });
  }
}

function retentionByTier(tier: RiskTier): CrossFieldRule<z.output<typeof auditLoggingSchema>> {
  return {
    reads: ["retentionDays"],
    check: ({ retentionDays }) =>
      tier !== "high" || retentionDays >= MIN_RETENTION_DAYS_HIGH
        ? undefined
        : {
            code: "retention-below-tier",
            path: "retentionDays",
            message: "is too short for an environment of high risk",
            got: retentionDays,
            allowed: `at least ${MIN_RETENTION_DAYS_HIGH} where governance.riskTier is high`,
            fix: `raise it to ${MIN_RETENTION_DAYS_HIGH} or more`,
          },
  };
}
