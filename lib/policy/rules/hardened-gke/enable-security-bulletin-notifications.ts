import { attributeRule } from "../../attribute-rule";
import { includes, is, isSet, orAbsent } from "../../values";

export const enableSecurityBulletinNotifications = attributeRule({
  id: "container.managed.enableSecurityBulletinNotifications",
  title: "Security bulletins are delivered",
  severity: "medium",
  rationale: "A bulletin that nobody gets is a hole that stays open.",
  fix: "enable notification_config.pubsub with a topic, without a filter or with SECURITY_BULLETIN_EVENT in it",
  controls: [{ framework: "Google hardened", id: "container.managed.enableSecurityBulletinNotifications" }],
  requires: {
    google_container_cluster: {
      "notification_config.pubsub.enabled": is(true),
      "notification_config.pubsub.topic": isSet,
      "notification_config.pubsub.filter.event_type": orAbsent(includes("SECURITY_BULLETIN_EVENT")),
    },
  },
});
