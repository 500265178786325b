import { attributeRule } from "../../attribute-rule";
import { is } from "../../values";

export const disableRBACSystemBindings = attributeRule({
  id: "container.managed.disableRBACSystemBindings",
  title: "No rights for everyone who is, or is not, logged in",
  severity: "high",
  rationale:
    "Bindings to system:authenticated reach every Google account in the world, those to system:unauthenticated everyone else.",
  fix: "set both fields of rbac_binding_config to false",
  controls: [{ framework: "Google hardened", id: "container.managed.disableRBACSystemBindings" }],
  requires: {
    google_container_cluster: {
      "rbac_binding_config.enable_insecure_binding_system_authenticated": is(false),
      "rbac_binding_config.enable_insecure_binding_system_unauthenticated": is(false),
    },
  },
});
