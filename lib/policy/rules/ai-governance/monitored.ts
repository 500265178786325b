import { isLate } from "../../../core";
import { isNot, judgeValues } from "../../values";
import { answeringSystems } from "./answering-systems";
import { presenceRule } from "./systems";

export const monitored = presenceRule({
  id: "ai-governance.monitored",
  title: "Someone is told when it goes wrong",
  severity: "high",
  rationale: "Post-market monitoring is a duty of a high-risk system; an alert without a channel reaches nobody.",
  fix: "add google_monitoring_alert_policy with notification_channels",
  controls: [
    { framework: "EU AI Act", id: "Art. 72" },
    { framework: "EU AI Act", id: "Art. 26" },
    { framework: "ISO 42001", id: "A.6.2.6" },
    { framework: "NIST AI RMF", id: "MANAGE 4.1" },
  ],
  judgedOn: answeringSystems,
  tiers: ["high"],
  expected: "an enabled alert policy with a notification channel",
  types: ["google_monitoring_alert_policy"],
  judge: (config) =>
    judgeValues(config, {
      enabled: isNot(false),
      notification_channels: {
        expected: "at least one channel",
        holds: (channels) => isLate(channels) || (Array.isArray(channels) && channels.length > 0),
        lateHolds: true,
      },
    }),
});
