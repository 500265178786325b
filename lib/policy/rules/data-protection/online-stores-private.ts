import { attributeRule } from "../../attribute-rule";
import { blocksAt, is } from "../../values";

export const onlineStoresPrivate = attributeRule({
  id: "data-protection.onlineStoresPrivate",
  title: "Feature online stores are reached from inside only",
  severity: "high",
  rationale: "A dedicated serving endpoint without Private Service Connect has a public address.",
  fix: "set dedicated_serving_endpoint.private_service_connect_config.enable_private_service_connect = true",
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  // A Bigtable store has no endpoint of its own: the API serves it.
  applies: (config) => blocksAt(config, "bigtable").length === 0,
  requires: {
    google_vertex_ai_feature_online_store: {
      "dedicated_serving_endpoint.private_service_connect_config.enable_private_service_connect": is(true),
    },
  },
});
