import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const cachesEncryptedInTransit = attributeRule({
  id: "data-protection.cachesEncryptedInTransit",
  title: "Caches speak TLS",
  severity: "high",
  rationale: "Features and tokens would cross the network in clear.",
  fix: "set transit encryption to server authentication",
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  requires: {
    google_memorystore_instance: { transit_encryption_mode: is("SERVER_AUTHENTICATION") },
    google_redis_cluster: { transit_encryption_mode: is("TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION") },
    google_redis_instance: { transit_encryption_mode: is("SERVER_AUTHENTICATION") },
  },
});
