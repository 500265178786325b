import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const disableLegacyMetadataEndpoints = attributeRule({
  id: "custom.gkeDisableLegacyMetadataEndpoints",
  title: "Old metadata endpoints are off",
  severity: "high",
  rationale:
    "They answer without the header that keeps forged requests out, so a fooled server hands out the node's token.",
  fix: 'set node_config.metadata["disable-legacy-endpoints"] to "true"',
  controls: [{ framework: "Google hardened", id: "custom.gkeDisableLegacyMetadataEndpoints" }],
  requires: {
    google_container_node_pool: { "node_config.metadata.disable-legacy-endpoints": is("true") },
  },
});
