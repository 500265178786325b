import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const disableKubernetesDashboard = attributeRule({
  id: "custom.gkeDisableKubernetesDashboard",
  title: "The Kubernetes dashboard is off",
  severity: "medium",
  rationale: "The dashboard has broad rights and has been a way in before.",
  fix: "remove addons_config.kubernetes_dashboard, or disable it",
  controls: [{ framework: "Google hardened", id: "custom.gkeDisableKubernetesDashboard" }],
  requires: {
    google_container_cluster: { "addons_config.kubernetes_dashboard.disabled": isNot(false) },
  },
});
