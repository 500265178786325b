import { attributeRule } from "../../attribute-rule";
import { is, isSetTo, isWithin } from "../../values";
import { TIER_LABEL } from "./systems";

export const predictionsLogged = attributeRule({
  id: "ai-governance.predictionsLogged",
  title: "Requests and answers of endpoints are recorded",
  severity: "high",
  rationale: "Events over the life of a high-risk system are recorded, so that its answers can be traced.",
  fix: "set predict_request_response_logging_config with enabled, sampling_rate and a BigQuery destination",
  controls: [
    { framework: "EU AI Act", id: "Art. 12" },
    { framework: "ISO 42001", id: "A.6.2.8" },
    { framework: "NIST AI RMF", id: "MEASURE 2.8" },
  ],
  applies: (_config, { labels }) => labels[TIER_LABEL] === "high",
  requires: {
    google_vertex_ai_endpoint: {
      "predict_request_response_logging_config.enabled": is(true),
      "predict_request_response_logging_config.sampling_rate": isWithin(Number.MIN_VALUE, 1, "more than 0, at most 1"),
      "predict_request_response_logging_config.bigquery_destination.output_uri": isSetTo("bq://PROJECT.DATASET.TABLE"),
    },
  },
});
