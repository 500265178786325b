import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

const sslMode = is("TRUSTED_CLIENT_CERTIFICATE_REQUIRED");

export const sqlConnectionsEncrypted = attributeRule({
  id: "data-protection.sqlConnectionsEncrypted",
  title: "SQL connections are encrypted and both ends proven",
  severity: "high",
  rationale: "Without a client certificate, whoever has the password and the network has the data.",
  fix: 'set settings.ip_configuration.ssl_mode = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" (MySQL and Postgres), "ENCRYPTED_ONLY" for SQL Server, which has no other',
  controls: [{ framework: "CIS GCP 4.0.0", id: "6.4" }],
  applies: (config) => !String(config["database_version"]).startsWith("SQLSERVER"),
  requires: { google_sql_database_instance: { "settings.ip_configuration.ssl_mode": sslMode } },
});
