import type { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { Construct } from "constructs";
import { z } from "zod";
import { assertSchema, days, minutes, parseProps, type Tokenable } from "../core";
import type { AlertChannelsRef } from "./alert-channels";
import { alertPolicy, alertShape, type AlertConfig } from "./alert-policy";

/** Entries of the log that someone is told of. */
export interface LogAlertConfig extends AlertConfig {
  /** Filter of Cloud Logging: each entry that it finds is told. */
  readonly filter: string;
}

export const logAlertSchema = z.strictObject({
  ...alertShape,
  filter: z.string().min(1).describe("Filter of Cloud Logging"),
});

assertSchema<LogAlertConfig, typeof logAlertSchema>(true);

export type LogAlertProps = Tokenable<LogAlertConfig> & { readonly channels: AlertChannelsRef };

/** An alert policy of Cloud Monitoring over the log: for what happens once, and for whoever is gone when metrics are read. */
export class LogAlert extends Construct {
  readonly resources: { readonly policy: MonitoringAlertPolicy };

  constructor(scope: Construct, id: string, props: LogAlertProps) {
    super(scope, id);
    const { channels, ...plain } = props;
    const config = parseProps(this, "LogAlert", logAlertSchema, plain);
    const condition = { conditionMatchedLog: { filter: config.filter } };
    // The least that Cloud Monitoring takes for conditions on logs: one message in five minutes.
    const strategy = { notificationRateLimit: { period: minutes(5) }, autoClose: days(1) };
    this.resources = { policy: alertPolicy(this, config, channels, condition, strategy) };
  }
}
