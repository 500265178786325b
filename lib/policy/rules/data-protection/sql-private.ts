import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const sqlPrivate = attributeRule({
  id: "data-protection.sqlPrivate",
  title: "SQL databases have no public address",
  severity: "critical",
  rationale: "A public address is found and tried within minutes.",
  fix: "set settings.ip_configuration.ipv4_enabled = false with a private_network or psc_config",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "6.5" },
    { framework: "CIS GCP 4.0.0", id: "6.6" },
  ],
  requires: { google_sql_database_instance: { "settings.ip_configuration.ipv4_enabled": is(false) } },
});
