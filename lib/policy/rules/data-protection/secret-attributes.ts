/** Attributes that hold a secret; those that end in `_wo` are write-only and stay out of the state. */
export const SECRET_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  google_alloydb_user: ["password"],
  google_secret_manager_regional_secret_version: ["secret_data"],
  google_secret_manager_secret_version: ["secret_data", "secret_data_wo"],
  google_sql_database_instance: ["root_password"],
  google_sql_user: ["password", "password_wo"],
  kubernetes_secret: ["data", "binary_data"],
  kubernetes_secret_v1: ["data", "binary_data", "data_wo", "binary_data_wo"],
};
