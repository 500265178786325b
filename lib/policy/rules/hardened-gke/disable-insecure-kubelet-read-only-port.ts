import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const disableInsecureKubeletReadOnlyPort = attributeRule({
  id: "container.managed.disableInsecureKubeletReadOnlyPort",
  title: "The kubelet's read-only port is closed",
  severity: "high",
  rationale: "Port 10255 tells anyone who reaches a node about its pods, without asking who that is.",
  fix: "set insecure_kubelet_readonly_port_enabled to FALSE, on the cluster, its defaults and each pool",
  controls: [{ framework: "Google hardened", id: "container.managed.disableInsecureKubeletReadOnlyPort" }],
  requires: {
    google_container_cluster: {
      "node_pool_defaults.node_config_defaults.insecure_kubelet_readonly_port_enabled": is("FALSE"),
      "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled": is("FALSE"),
    },
    google_container_node_pool: { "node_config.kubelet_config.insecure_kubelet_readonly_port_enabled": is("FALSE") },
  },
});
