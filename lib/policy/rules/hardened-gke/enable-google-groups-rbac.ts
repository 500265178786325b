import { attributeRule } from "../../attribute-rule";
import { isSet } from "../../values";

export const enableGoogleGroupsRBAC = attributeRule({
  id: "container.managed.enableGoogleGroupsRBAC",
  title: "Kubernetes roles can be given to groups",
  severity: "medium",
  rationale: "Rights of single people outlive their jobs; groups are kept by those who know.",
  fix: "set authenticator_groups_config.security_group",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableGoogleGroupsRBAC" },
    { framework: "CIS GKE 1.4", id: "5.8.3" },
  ],
  requires: {
    google_container_cluster: { "authenticator_groups_config.security_group": isSet },
  },
});
