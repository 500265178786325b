import type { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { Construct } from "constructs";
import { z } from "zod";
import { assertSchema, days, known, minutes, parseProps, type Tokenable } from "../core";
import type { AlertChannelsRef } from "./alert-channels";
import { alertPolicy, alertShape, type AlertConfig } from "./alert-policy";

/** A condition over metrics of managed Prometheus that someone is told of. */
export interface PrometheusAlertConfig extends AlertConfig {
  /** PromQL that yields a series while something is wrong. */
  readonly query: string;
  /** Minutes for which it must be wrong. @default 5 */
  readonly forMinutes?: number;
}

export const prometheusAlertSchema = z.strictObject({
  ...alertShape,
  query: z.string().min(1).describe("PromQL that yields a series while something is wrong"),
  forMinutes: known(
    z.int().min(0).max(60).describe("Minutes for which it must be wrong"),
    "it is written in seconds",
  ).default(5),
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
    const condition = {
      conditionPrometheusQueryLanguage: {
        query: config.query,
        duration: minutes(config.forMinutes),
        evaluationInterval: EVALUATION_INTERVAL,
        // A metric that was never written is refused otherwise, and nothing has been written in an empty project
        // (terraform-provider-google issue 20491).
        disableMetricValidation: true,
      },
    };
    // An alert that nobody closed must not hide the next one.
    const strategy = { autoClose: days(1), notificationPrompts: ["OPENED", "CLOSED"] };
    this.resources = { policy: alertPolicy(this, config, channels, condition, strategy) };
  }
}

// The shortest that Cloud Monitoring takes (alerting docs, "PromQL alerting policies").
const EVALUATION_INTERVAL = "30s";
