import { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { Construct } from "constructs";
import { z } from "zod";
import { Environment, Governance, assertSchema, days, known, minutes, parseProps, type Tokenable } from "../core";
import type { AlertChannelsRef } from "./alert-channels";

/** A condition over metrics of managed Prometheus that someone is told of. */
export interface PrometheusAlertConfig {
  /** Short name, unique in the environment. */
  readonly name: string;
  /** PromQL that yields a series while something is wrong. */
  readonly query: string;
  /** Minutes for which it must be wrong. @default 5 */
  readonly forMinutes?: number;
  /** @default "ERROR" */
  readonly severity?: "CRITICAL" | "ERROR" | "WARNING";
  /** What it means and what to do, as Markdown: the alert carries it. */
  readonly runbook: string;
  /** Who answers for what is watched, as a label value. */
  readonly owner: string;
}

export const prometheusAlertSchema = z.strictObject({
  name: z.string().min(1).describe("Short name of the alert"),
  query: z.string().min(1).describe("PromQL that yields a series while something is wrong"),
  forMinutes: known(
    z.int().min(0).max(60).describe("Minutes for which it must be wrong"),
    "it is written in seconds",
  ).default(5),
  severity: z.enum(["CRITICAL", "ERROR", "WARNING"]).describe("How bad it is").default("ERROR"),
  runbook: z.string().min(20).describe("What it means and what to do, as Markdown"),
  owner: z.string().min(1).describe("Who answers for what is watched"),
});

assertSchema<PrometheusAlertConfig, typeof prometheusAlertSchema>(true);

export type PrometheusAlertProps = Tokenable<PrometheusAlertConfig> & { readonly channels: AlertChannelsRef };

/** An alert policy of Cloud Monitoring over PromQL. It plans before the metric has ever been written. */
export class PrometheusAlert extends Construct {
  readonly resources: { readonly policy: MonitoringAlertPolicy };

  constructor(scope: Construct, id: string, props: PrometheusAlertProps) {
    super(scope, id);
    const { channels, ...plain } = props;
    const config = parseProps(this, "PrometheusAlert", prometheusAlertSchema, plain);
    const { name: environment, projectId } = Environment.of(this);
    const displayName = `${environment}: ${config.name}`;
    const policy = new MonitoringAlertPolicy(this, "policy", {
      project: projectId,
      displayName,
      combiner: "OR",
      severity: config.severity,
      notificationChannels: channels.ids.map((channel) => channel.from(this)),
      userLabels: { ...Governance.of(this).labels, owner: config.owner },
      documentation: { subject: displayName, content: config.runbook, mimeType: "text/markdown" },
      conditions: [
        {
          displayName: config.name,
          conditionPrometheusQueryLanguage: {
            query: config.query,
            duration: minutes(config.forMinutes),
            evaluationInterval: EVALUATION_INTERVAL,
            // A metric that was never written is refused otherwise, and nothing has been written in an empty project
            // (terraform-provider-google issue 20491).
            disableMetricValidation: true,
          },
        },
      ],
      // An alert that nobody closed must not hide the next one.
      alertStrategy: { autoClose: days(1), notificationPrompts: ["OPENED", "CLOSED"] },
    });
    this.resources = { policy };
  }
}

// The shortest that Cloud Monitoring takes (alerting docs, "PromQL alerting policies").
const EVALUATION_INTERVAL = "30s";
