import { attributeRule } from "../../attribute-rule";
import { isNot } from "../../values";

export const enableShieldedNodes = attributeRule({
  id: "container.managed.enableShieldedNodes",
  title: "Nodes prove who they are",
  severity: "high",
  rationale: "Without shielded nodes a stolen bootstrap credential joins a node of an attacker's to the cluster.",
  fix: "remove enable_shielded_nodes, or set it to true",
  controls: [
    { framework: "Google hardened", id: "container.managed.enableShieldedNodes" },
    { framework: "CIS GKE 1.4", id: "5.5.5" },
  ],
  requires: {
    google_container_cluster: { enable_shielded_nodes: isNot(false) },
  },
});
