import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const indexEndpointsPrivate = attributeRule({
  id: "data-protection.indexEndpointsPrivate",
  title: "Vector search is reached from inside only",
  severity: "high",
  rationale: "Embeddings give back much of the text they were made of.",
  fix: "set public_endpoint_enabled = false with a network or Private Service Connect",
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  requires: { google_vertex_ai_index_endpoint: { public_endpoint_enabled: isNot(true) } },
});
