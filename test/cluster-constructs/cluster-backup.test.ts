import { Fn, Token } from "cdktf";
import { ClusterBackup, type ClusterBackupConfig } from "../../lib/cluster/cluster-backup";
import { gpuCluster, keyNamed, PROJECT, REGION, stackOf } from "./fixture";
import { failuresOf } from "./refused";

function backupStack(config: ClusterBackupConfig = {}) {
  return stackOf((stack) => {
    new ClusterBackup(stack, "backup", { ...config, cluster: gpuCluster(stack).ref, key: keyNamed("backups") });
  });
}

function refused(config: ClusterBackupConfig) {
  return failuresOf(() => backupStack(config));
}

describe("a cluster's backup", () => {
  test("is daily, complete, encrypted with the platform's key, and locked, unless told otherwise", () => {
    backupStack().has("google_gke_backup_backup_plan", {
      name: "prod-gpu",
      project: PROJECT,
      location: REGION,
      backup_schedule: { cron_schedule: "10 3 * * *" },
      retention_policy: { backup_retain_days: 35, backup_delete_lock_days: 14, locked: true },
      backup_config: {
        all_namespaces: true,
        include_secrets: true,
        include_volume_data: true,
        encryption_key: { gcp_kms_encryption_key: keyNamed("backups").id.value },
      },
    });
  });

  test("waits for its cluster, and its restore plan for it", () => {
    const stack = backupStack();
    expect(stack.only("google_gke_backup_backup_plan")["cluster"]).toMatch(/^\$\{google_container_cluster\..*\.id\}$/);
    expect(stack.only("google_gke_backup_restore_plan")["backup_plan"]).toMatch(
      /^\$\{google_gke_backup_backup_plan\..*\.id\}$/,
    );
  });

  test("comes back with volumes, beside what is there, and leaves cluster-wide objects as they are", () => {
    backupStack().has("google_gke_backup_restore_plan", {
      name: "prod-gpu",
      restore_config: {
        all_namespaces: true,
        namespaced_resource_restore_mode: "MERGE_SKIP_ON_CONFLICT",
        volume_data_restore_policy: "RESTORE_VOLUME_DATA_FROM_BACKUP",
        cluster_resource_conflict_policy: "USE_EXISTING_VERSION",
        cluster_resource_restore_scope: { all_group_kinds: true },
      },
    });
  });

  test("says what it was told to", () => {
    const stack = backupStack({
      name: "serving",
      cronSchedule: "0 */6 * * 1-5",
      retainDays: 90,
      deleteLockDays: 90,
      lockRetention: false,
      namespaces: ["serving", "features"],
      includeSecrets: false,
      includeVolumeData: false,
      restoreMode: "FAIL_ON_CONFLICT",
    });
    stack.has("google_gke_backup_backup_plan", {
      name: "prod-serving",
      backup_schedule: { cron_schedule: "0 */6 * * 1-5" },
      retention_policy: { backup_retain_days: 90, backup_delete_lock_days: 90, locked: false },
      backup_config: {
        selected_namespaces: { namespaces: ["serving", "features"] },
        include_secrets: false,
        include_volume_data: false,
      },
    });
    stack.absent("google_gke_backup_backup_plan", { backup_config: { all_namespaces: true } });
    stack.has("google_gke_backup_restore_plan", {
      restore_config: {
        selected_namespaces: { namespaces: ["serving", "features"] },
        namespaced_resource_restore_mode: "FAIL_ON_CONFLICT",
        volume_data_restore_policy: "NO_VOLUME_DATA_RESTORATION",
      },
    });
  });

  test("that is locked for longer than it is kept is refused", () => {
    expect(refused({ retainDays: 7, deleteLockDays: 30 })).toEqual([
      {
        code: "lock-beyond-retention",
        path: "deleteLockDays",
        message: "locks backups for 30 days that are deleted after 7",
        got: 30,
        allowed: "at most retainDays (7)",
        fix: "raise retainDays to 30, or lower deleteLockDays",
      },
    ]);
  });

  test("beyond what Backup for GKE takes is refused, all fields at once", () => {
    expect(refused({ retainDays: 366, deleteLockDays: 91, cronSchedule: "every night", namespaces: [] })).toMatchObject(
      [
        { path: "cronSchedule", code: "wrong-format", got: "every night" },
        { path: "retainDays", allowed: "at most 365" },
        { path: "deleteLockDays", allowed: "at most 90" },
        { path: "namespaces", allowed: "at least 1 entry" },
      ],
    );
  });

  test.each([
    ["10 3 * * *", 360, 1440],
    ["0 */6 * * *", 90, 360],
    ["0 1,2 * * *", 15, 60],
    ["0,30 8-18/2 * * *", 7, 30],
    ["30 * * * *", 15, 60],
  ])("made at %s is kept for at most %i days: 360 backups, one every %i minutes", (cronSchedule, max, minutes) => {
    expect(backupStack({ cronSchedule, retainDays: max, deleteLockDays: 0 })).toBeDefined();
    expect(refused({ cronSchedule, retainDays: max + 1, deleteLockDays: 0 })).toMatchObject([
      {
        code: "too-many-backups",
        path: "retainDays",
        message: `keeps more than 360 backups: one every ${minutes} minutes for ${max + 1} days`,
        fix: `lower retainDays to ${max}, or make backups less often`,
      },
    ]);
  });

  test.each(["60 3 * * *", "10 24 * * *", "*/0 3 * * *"])(
    "that would never be made, at %s, is refused",
    (cronSchedule) => {
      expect(refused({ cronSchedule })).toMatchObject([
        { code: "never-runs", path: "cronSchedule", got: cronSchedule, message: "names no minute of a day" },
      ]);
    },
  );

  test("takes values that only Terraform knows", () => {
    const stack = stackOf((s) => {
      new ClusterBackup(s, "backup", {
        cluster: gpuCluster(s).ref,
        key: keyNamed("backups"),
        cronSchedule: "${var.schedule}",
        retainDays: Token.asNumber("${var.days}"),
        namespaces: Token.asList("${var.namespaces}"),
        lockRetention: Fn.tobool("true"),
      });
    });
    stack.has("google_gke_backup_backup_plan", {
      backup_schedule: { cron_schedule: "${var.schedule}" },
      retention_policy: { backup_retain_days: "${var.days}", locked: '${tobool("true")}' },
      backup_config: { selected_namespaces: { namespaces: "${var.namespaces}" } },
    });
  });
});
