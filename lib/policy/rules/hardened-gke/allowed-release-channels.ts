import { attributeRule } from "../../attribute-rule";
import { oneOf } from "../../values";

export const allowedReleaseChannels = attributeRule({
  id: "custom.gkeAllowedReleaseChannels",
  title: "Versions come from the regular or stable channel",
  severity: "medium",
  rationale: "Rapid versions are not covered by the SLA; without a channel nothing is upgraded in time.",
  fix: "set release_channel.channel to REGULAR or STABLE",
  controls: [
    { framework: "Google hardened", id: "custom.gkeAllowedReleaseChannels" },
    { framework: "CIS GKE 1.4", id: "5.5.4" },
  ],
  requires: {
    google_container_cluster: { "release_channel.channel": oneOf("REGULAR", "STABLE") },
  },
});
