import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyAlertStrategy,
  type MonitoringAlertPolicyConditions,
} from "@cdktf/provider-google/lib/monitoring-alert-policy";
import type { Construct } from "constructs";
import { z } from "zod";
import { Environment, Governance } from "../core";
import type { AlertChannelsRef } from "./alert-channels";

/** What every alert says, whatever it looks at. */
export interface AlertConfig {
  /** Short name, unique in the environment. */
  readonly name: string;
  /** @default "ERROR" */
  readonly severity?: "CRITICAL" | "ERROR" | "WARNING";
  /** What it means and what to do, as Markdown: the alert carries it. */
  readonly runbook: string;
  /** Who answers for what is watched, as a label value. */
  readonly owner: string;
}

/** Fields of `AlertConfig`, for the schemas of alerts. */
export const alertShape = {
  name: z.string().min(1).describe("Short name of the alert"),
  severity: z.enum(["CRITICAL", "ERROR", "WARNING"]).describe("How bad it is").default("ERROR"),
  runbook: z.string().min(20).describe("What it means and what to do, as Markdown"),
  owner: z.string().min(1).describe("Who answers for what is watched"),
};

/** The policy of an alert: one condition, told to all channels, with its runbook and owner. */
export function alertPolicy(
  scope: Construct,
  { name, severity, runbook, owner }: Required<AlertConfig>,
  channels: AlertChannelsRef,
  condition: Omit<MonitoringAlertPolicyConditions, "displayName">,
  alertStrategy: MonitoringAlertPolicyAlertStrategy,
): MonitoringAlertPolicy {
  const { name: environment, projectId } = Environment.of(scope);
  const displayName = `${environment}: ${name}`;
  return new MonitoringAlertPolicy(scope, "policy", {
    project: projectId,
    displayName,
    combiner: "OR",
    severity,
    notificationChannels: channels.ids.map((channel) => channel.from(scope)),
    userLabels: { ...Governance.of(scope).labels, owner },
    documentation: { subject: displayName, content: runbook, mimeType: "text/markdown" },
    conditions: [{ displayName: name, ...condition }],
    alertStrategy,
  });
}
