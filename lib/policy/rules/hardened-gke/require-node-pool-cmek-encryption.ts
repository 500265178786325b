import { attributeRule } from "../../attribute-rule";
import { isSet } from "../../values";

export const requireNodePoolCMEKEncryption = attributeRule({
  id: "custom.gkeRequireNodePoolCMEKEncryption",
  title: "Boot disks are encrypted with a key of your own",
  severity: "medium",
  rationale: "Images, caches and swapped memory lie on the boot disk.",
  fix: "set node_config.boot_disk_kms_key",
  controls: [
    { framework: "Google hardened", id: "custom.gkeRequireNodePoolCMEKEncryption" },
    { framework: "CIS GKE 1.4", id: "5.9.1" },
  ],
  requires: {
    google_container_node_pool: { "node_config.boot_disk_kms_key": isSet },
  },
});
