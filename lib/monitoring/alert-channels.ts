import { MonitoringNotificationChannel } from "@cdktf/provider-google/lib/monitoring-notification-channel";
import { Construct } from "constructs";
import { z } from "zod";
import { Environment, Ref, assertSchema, known, parseProps, type Tokenable } from "../core";

/** Who is told when something is wrong. */
export interface AlertChannelsConfig {
  /** Addresses that get every alert: a team's list or pager, not one person. */
  readonly emails: readonly string[];
}

export const alertChannelsSchema = z.strictObject({
  emails: known(
    z.array(known(z.email(), "a channel is named after it")).min(1).describe("Addresses that get every alert"),
    "a channel is made for each",
  ),
});

assertSchema<AlertChannelsConfig, typeof alertChannelsSchema>(true);

/** What alerts are sent to: ids of notification channels. */
export interface AlertChannelsRef {
  readonly ids: readonly Ref[];
}

/** Notification channels of Cloud Monitoring, one an address. */
export class AlertChannels extends Construct {
  readonly ref: AlertChannelsRef;
  readonly resources: { readonly channels: readonly MonitoringNotificationChannel[] };

  constructor(scope: Construct, id: string, props: Tokenable<AlertChannelsConfig>) {
    super(scope, id);
    const { emails } = parseProps(this, "AlertChannels", alertChannelsSchema, props);
    const { projectId } = Environment.of(this);
    const channels = emails.map(
      (email) =>
        new MonitoringNotificationChannel(this, email, {
          project: projectId,
          type: "email",
          displayName: email,
          labels: { email_address: email },
        }),
    );
    this.resources = { channels };
    // Google names a channel by a number that nobody knows before: it is of use within this stack only.
    this.ref = { ids: channels.map((channel) => Ref.to(channel, channel.id, channel.id)) };
  }

  /**
   * Channels that exist already.
   * @param ids `projects/P/notificationChannels/N`
   */
  static fromExisting(ids: readonly string[]): AlertChannelsRef {
    return { ids: ids.map((id) => Ref.existing(id)) };
  }
}
