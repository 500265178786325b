import { AlertChannels, LogAlert, PrometheusAlert } from "../../lib/monitoring";
import { stackOf } from "../stacks/platform";

const alert = {
  name: "assistant is down",
  query: 'sum(up{namespace="support"}) < 1',
  runbook: "No replica answers. Look at the pods of the model.",
  owner: "support-lead",
};

test("an alert tells every channel, carries its runbook and owner, and plans before its metric exists", () => {
  const stack = stackOf((scope) => {
    const channels = new AlertChannels(scope, "channels", { emails: ["oncall@acme.example", "lead@acme.example"] });
    new PrometheusAlert(scope, "alert", { ...alert, forMinutes: 2, severity: "CRITICAL", channels: channels.ref });
  });
  stack.count("google_monitoring_notification_channel", 2);
  const policy = stack.only("google_monitoring_alert_policy");
  expect(policy["notification_channels"]).toHaveLength(2);
  expect(policy).toMatchObject({
    severity: "CRITICAL",
    user_labels: { owner: "support-lead", "cost-center": "cc-1000" },
    documentation: { content: alert.runbook },
    conditions: [
      {
        condition_prometheus_query_language: { query: alert.query, duration: "120s", disable_metric_validation: true },
      },
    ],
  });
});

test("an alert on the log tells of each entry, at most one message in five minutes", () => {
  const { query: _, ...about } = alert;
  const stack = stackOf((scope) => {
    const channels = AlertChannels.fromExisting(["projects/p/notificationChannels/1"]);
    new LogAlert(scope, "alert", { ...about, filter: 'jsonPayload.rollout="assistant"', channels });
  });
  expect(stack.only("google_monitoring_alert_policy")).toMatchObject({
    severity: "ERROR",
    documentation: { content: alert.runbook },
    conditions: [{ condition_matched_log: { filter: 'jsonPayload.rollout="assistant"' } }],
    alert_strategy: { notification_rate_limit: { period: "300s" } },
  });
});

test("an alert without a runbook, and a channel that is no address, are refused", () => {
  const channels = AlertChannels.fromExisting(["projects/p/notificationChannels/1"]);
  expect(() =>
    stackOf((scope) => void new PrometheusAlert(scope, "alert", { ...alert, runbook: "look", channels })),
  ).toThrow("runbook");
  expect(() => stackOf((scope) => void new AlertChannels(scope, "channels", { emails: ["oncall"] }))).toThrow(
    "emails[0]",
  );
});
