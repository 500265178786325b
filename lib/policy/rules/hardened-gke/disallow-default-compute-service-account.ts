import { attributeRule } from "../../attribute-rule";
import { isDedicatedAccount } from "../dedicated-account";

export const disallowDefaultComputeServiceAccount = attributeRule({
  id: "container.managed.disallowDefaultComputeServiceAccount",
  title: "Nodes run as a service account of their own",
  severity: "high",
  rationale:
    "The default account of Compute Engine is shared by all of a project, often with the editor role: a broken-out pod would own the project.",
  fix: "give nodes a service account with roles/container.defaultNodeServiceAccount",
  controls: [
    { framework: "Google hardened", id: "container.managed.disallowDefaultComputeServiceAccount" },
    { framework: "CIS GKE 1.4", id: "5.2.1" },
    { framework: "CIS GKE 2.0.0", id: "5.2.1" },
  ],
  requires: {
    google_container_cluster: { "node_config.service_account": isDedicatedAccount },
    google_container_node_pool: { "node_config.service_account": isDedicatedAccount },
  },
});
