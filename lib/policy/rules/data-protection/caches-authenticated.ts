import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const cachesAuthenticated = attributeRule({
  id: "data-protection.cachesAuthenticated",
  title: "Caches ask who is there",
  severity: "high",
  rationale: "Without authentication every workload of the network reads and writes all features and sessions.",
  fix: "use IAM authentication (AUTH_MODE_IAM_AUTH, IAM_AUTH), auth_enabled on Redis instances",
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  requires: {
    google_memorystore_instance: { authorization_mode: is("IAM_AUTH") },
    google_redis_cluster: { authorization_mode: is("AUTH_MODE_IAM_AUTH") },
    google_redis_instance: { auth_enabled: is(true) },
  },
});
