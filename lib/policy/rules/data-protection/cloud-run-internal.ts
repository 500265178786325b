import { attributeRule } from "../../attribute-rule";
import { oneOf } from "../../values";

export const cloudRunInternal = attributeRule({
  id: "data-protection.cloudRunInternal",
  title: "Cloud Run services are reached from inside only",
  severity: "high",
  rationale: "An open ingress puts a model on the internet with IAM as its only door.",
  fix: 'set ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY", or the internal load balancer one behind a load balancer',
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  requires: {
    google_cloud_run_v2_service: {
      ingress: oneOf("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
    },
  },
});
