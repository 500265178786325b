import type { Block } from "../../../core";
import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

/** Replicas are backed up by their primary; MySQL says it in another word and is left to `settings.backup_configuration.binary_log_enabled`. */
function isPointInTimeInstance(config: Block): boolean {
  return config["master_instance_name"] === undefined && !String(config["database_version"]).startsWith("MYSQL");
}

export const sqlBackedUp = attributeRule({
  id: "data-protection.sqlBackedUp",
  title: "SQL databases are backed up to any point in time",
  severity: "high",
  rationale: "A daily backup alone loses up to a day.",
  fix: "set settings.backup_configuration.enabled and point_in_time_recovery_enabled (binary_log_enabled for MySQL)",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "6.7" },
    { framework: "ISO 42001", id: "A.7.5" },
  ],
  applies: isPointInTimeInstance,
  requires: {
    google_sql_database_instance: {
      "settings.backup_configuration.enabled": is(true),
      "settings.backup_configuration.point_in_time_recovery_enabled": is(true),
    },
  },
});
