import { GkeBackupBackupPlan } from "@cdktf/provider-google/lib/gke-backup-backup-plan";
import { GkeBackupRestorePlan } from "@cdktf/provider-google/lib/gke-backup-restore-plan";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  Environment,
  explained,
  known,
  parseProps,
  Ref,
  resourceName,
  type ClusterRef,
  type CrossFieldRule,
  type Failure,
  type KeyRef,
  type Tokenable,
} from "../core";

/** What happens to a namespaced object that is in the backup and in the cluster. */
export const RESTORE_MODES = ["FAIL_ON_CONFLICT", "MERGE_SKIP_ON_CONFLICT", "DELETE_AND_RESTORE"] as const;
export type RestoreMode = (typeof RESTORE_MODES)[number];

/** Regular backups of a cluster's objects and volumes, and a plan to restore them. */
export interface ClusterBackupConfig {
  /** Last part of the plans' names, after the environment's. @default - the cluster's name */
  readonly name?: string;
  /** When backups are made: five cron fields, UTC. @default "10 3 * * *" */
  readonly cronSchedule?: string;
  /** How long a backup is kept, in days. @default 35 */
  readonly retainDays?: number;
  /** How long nobody can delete a backup, in days. @default 14 */
  readonly deleteLockDays?: number;
  /** True makes both periods unchangeable for as long as the plan exists. @default true */
  readonly lockRetention?: boolean;
  /** Namespaces to back up. @default - all namespaces */
  readonly namespaces?: readonly string[];
  /** True backs up Kubernetes secrets too. @default true */
  readonly includeSecrets?: boolean;
  /** True backs up, and restores, the data of volumes. @default true */
  readonly includeVolumeData?: boolean;
  /** What a restore does with objects that are there. @default "MERGE_SKIP_ON_CONFLICT" */
  readonly restoreMode?: RestoreMode;
}

const MAX_RETAIN_DAYS = 365;
const MAX_DELETE_LOCK_DAYS = 90;
const CRON_PART = String.raw`(\*|\d+(-\d+)?)(\/\d+)?`;
const CRON_FIELD = `${CRON_PART}(,${CRON_PART})*`;
const CRON = new RegExp(`^${CRON_FIELD}( ${CRON_FIELD}){4}$`);
const CRON_WORDS = "five fields: minute, hour, day of month, month, day of week, in digits, * , - and /";

export const clusterBackupSchema = z.strictObject({
  name: known(
    z.string().min(1).describe("Last part of the plans' names; default: the cluster's name").optional(),
    "names are made of it",
  ),
  cronSchedule: explained(
    z.string().regex(CRON).describe("When backups are made: five cron fields, UTC").default("10 3 * * *"),
    CRON_WORDS,
  ),
  // Bounds: provider docs, gke_backup_backup_plan, retention_policy.
  retainDays: z.int().min(1).max(MAX_RETAIN_DAYS).describe("How long a backup is kept, in days").default(35),
  deleteLockDays: z
    .int()
    .min(0)
    .max(MAX_DELETE_LOCK_DAYS)
    .describe("How long nobody can delete a backup, in days")
    .default(14),
  lockRetention: z.boolean().describe("Whether both periods are unchangeable").default(true),
  namespaces: z.array(z.string().min(1)).min(1).describe("Namespaces to back up; default: all").optional(),
  includeSecrets: z.boolean().describe("Whether Kubernetes secrets are backed up").default(true),
  includeVolumeData: known(
    z.boolean().describe("Whether data of volumes is backed up and restored").default(true),
    "the restore plan depends on it",
  ),
  restoreMode: z
    .enum(RESTORE_MODES)
    .describe("What a restore does with objects that are there")
    .default("MERGE_SKIP_ON_CONFLICT"),
});

assertSchema<ClusterBackupConfig, typeof clusterBackupSchema>(true);

type Config = z.output<typeof clusterBackupSchema>;

const rules: readonly CrossFieldRule<Config>[] = [
  {
    reads: ["retainDays", "deleteLockDays"],
    check: ({ retainDays, deleteLockDays }) =>
      deleteLockDays <= retainDays
        ? undefined
        : {
            code: "lock-beyond-retention",
            path: "deleteLockDays",
            message: `locks backups for ${deleteLockDays} days that are deleted after ${retainDays}`,
            got: deleteLockDays,
            allowed: `at most retainDays (${retainDays})`,
            fix: `raise retainDays to ${deleteLockDays}, or lower deleteLockDays`,
          },
  },
  { reads: ["cronSchedule"], check: neverRuns },
  { reads: ["cronSchedule", "retainDays"], check: retentionBySchedule },
];

// Provider docs, backup_retain_days: at most 360 times the interval at which backups are made.
const MAX_BACKUPS = 360;
const DAY_MINUTES = 24 * 60;

function retentionBySchedule({ cronSchedule, retainDays }: Config): Failure | undefined {
  const interval = shortestInterval(cronSchedule);
  const max = Math.floor((MAX_BACKUPS * interval) / DAY_MINUTES);
  if (retainDays <= max) return undefined;
  return {
    code: "too-many-backups",
    path: "retainDays",
    message: `keeps more than ${MAX_BACKUPS} backups: one every ${interval} minutes for ${retainDays} days`,
    got: retainDays,
    allowed: `at most ${max} days with the schedule ${JSON.stringify(cronSchedule)}`,
    fix: `lower retainDays to ${max}, or make backups less often`,
  };
}

function neverRuns({ cronSchedule }: Config): Failure | undefined {
  if (startsOf(cronSchedule).length > 0) return undefined;
  return {
    code: "never-runs",
    path: "cronSchedule",
    message: "names no minute of a day",
    got: cronSchedule,
    allowed: "minutes 0 to 59, hours 0 to 23, steps of at least 1",
    fix: "correct the first two fields",
  };
}

/** Minutes between two backups that are closest. Schedules that skip days count as daily ones do. */
function shortestInterval(cron: string): number {
  const starts = startsOf(cron);
  return Math.min(...starts.map((start, index) => (starts[index + 1] ?? starts[0]! + DAY_MINUTES) - start));
}

/** Minutes of the day at which a schedule starts a backup. */
function startsOf(cron: string): number[] {
  const [minute, hour] = cron.split(" ");
  return expand(hour!, 24).flatMap((h) => expand(minute!, 60).map((m) => h * 60 + m));
}

function expand(field: string, size: number): number[] {
  const parts = field.split(",").map((part) => {
    const [range, step] = part.split("/");
    const [from, to] = range === "*" ? [0, size - 1] : range!.split("-").map(Number);
    return { from: from!, to: to ?? (step === undefined ? from! : size - 1), step: Number(step ?? 1) };
  });
  const values = Array.from({ length: size }, (_, value) => value);
  return values.filter((v) => parts.some((p) => v >= p.from && v <= p.to && (v - p.from) % p.step === 0));
}

export type ClusterBackupProps = Tokenable<ClusterBackupConfig> & {
  readonly cluster: ClusterRef;
  /** Encrypts backups; in the cluster's region. */
  readonly key: KeyRef;
};

/** A backup plan and the restore plan that goes with it. */
export interface ClusterBackupRef {
  /** `projects/P/locations/L/backupPlans/B`. */
  readonly backupPlan: Ref;
  /** `projects/P/locations/L/restorePlans/R`. */
  readonly restorePlan: Ref;
}

/** Backup for GKE: encrypted, scheduled backups that nobody can delete early, and how they come back. */
export class ClusterBackup extends Construct {
  readonly ref: ClusterBackupRef;
  readonly resources: { readonly backupPlan: GkeBackupBackupPlan; readonly restorePlan: GkeBackupRestorePlan };

  constructor(scope: Construct, id: string, props: ClusterBackupProps) {
    super(scope, id);
    const { cluster, key, ...plain } = props;
    const config = parseProps(this, "ClusterBackup", clusterBackupSchema, plain, rules);
    const nameParts = config.name === undefined ? [cluster.name.value] : [Environment.of(this).name, config.name];
    const backupName = resourceName(this, "name", NAMES.gkeBackupPlan, ...nameParts);
    const restoreName = resourceName(this, "name", NAMES.gkeRestorePlan, ...nameParts);
    const place = { project: cluster.project, location: cluster.location, cluster: cluster.id.from(this) };
    const namespaces = scopeOf(config.namespaces);

    const backupPlan = new GkeBackupBackupPlan(this, "backup", {
      ...place,
      name: backupName,
      backupSchedule: { cronSchedule: config.cronSchedule },
      retentionPolicy: {
        backupRetainDays: config.retainDays,
        backupDeleteLockDays: config.deleteLockDays,
        locked: config.lockRetention,
      },
      backupConfig: {
        ...namespaces,
        includeSecrets: config.includeSecrets,
        includeVolumeData: config.includeVolumeData,
        encryptionKey: { gcpKmsEncryptionKey: key.id.from(this) },
      },
      dependsOn: [...cluster.id.dependencies(this), ...key.id.dependencies(this)],
    });
    const restorePlan = new GkeBackupRestorePlan(this, "restore", {
      ...place,
      name: restoreName,
      backupPlan: backupPlan.id,
      restoreConfig: {
        ...namespaces,
        namespacedResourceRestoreMode: config.restoreMode,
        volumeDataRestorePolicy: config.includeVolumeData
          ? "RESTORE_VOLUME_DATA_FROM_BACKUP"
          : "NO_VOLUME_DATA_RESTORATION",
        // Roles, storage classes and CRDs that the cluster has are Terraform's or an operator's: the backup's are older.
        clusterResourceConflictPolicy: "USE_EXISTING_VERSION",
        clusterResourceRestoreScope: { allGroupKinds: true },
      },
    });

    this.resources = { backupPlan, restorePlan };
    const parent = `projects/${cluster.project}/locations/${cluster.location}`;
    this.ref = {
      backupPlan: Ref.to(this, backupPlan.id, `${parent}/backupPlans/${backupName}`),
      restorePlan: Ref.to(this, restorePlan.id, `${parent}/restorePlans/${restoreName}`),
    };
  }

  /** Plans that exist already. */
  static fromExisting(existing: { readonly backupPlan: string; readonly restorePlan: string }): ClusterBackupRef {
    return { backupPlan: Ref.existing(existing.backupPlan), restorePlan: Ref.existing(existing.restorePlan) };
  }
}

function scopeOf(namespaces: string[] | undefined) {
  return namespaces === undefined ? { allNamespaces: true } : { selectedNamespaces: { namespaces } };
}
